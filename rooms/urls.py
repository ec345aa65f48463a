"""Addresses of rooms and what is in them (docs/architecture.md, "Addresses")."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from rooms.views import changes, directs, emoji, files, lookups, members, messages, previews, reactions, rooms, uploads

one_room = [
    path("", rooms.room, name="room"),
    path("m/<int:message_id>/", rooms.message, name="message"),
    path("messages/", messages.post, name="room_post"),
    path("join/", changes.join, name="room_join"),
    path("leave/", changes.leave, name="room_leave"),
    path("archive/", changes.archive, name="room_archive"),
    path("restore/", changes.restore, name="room_restore"),
    path("delete/", changes.delete, name="room_delete"),
    path("edit/", changes.edit, name="room_edit"),
    path("pin/", changes.pin, name="room_pin"),
    path("notify/", changes.notify, name="room_notify"),
    path("settings/", rooms.settings_page, name="room_settings"),
    path("previews/", previews.switch_room, name="room_previews"),
    path("members/", members.members, name="room_members"),
    path("members.json", members.members_json, name="room_members_json"),
    path("members/invite/", members.invite, name="room_invite"),
    path("members/remove/", members.remove, name="room_member_remove"),
    path("members/role/", members.role, name="room_member_role"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", rooms.home, name="home"),
    path("rooms/", rooms.browse, name="browse"),
    path("rooms/new/", rooms.create, name="room_create"),
    path("rooms/<int:room_id>/", include(one_room)),
    path("direct/", directs.create, name="direct_create"),
    path("jump.json", lookups.jump, name="jump"),
    path("people.json", lookups.people, name="people"),
    path("messages/<int:message_id>/reactions.json", reactions.reactions_json, name="reactions_json"),
    path("emoji/", emoji.emoji_page, name="emoji"),
    path("emoji/add/", emoji.add, name="emoji_add"),
    path("emoji/<int:emoji_id>/remove/", emoji.remove, name="emoji_remove"),
    re_path(r"^emoji/(?P<name>[a-z0-9_+\-]{2,32}-[0-9a-f]{16}\.webp)$", emoji.picture, name="emoji_picture"),
    path("emoji.json", emoji.emoji_json, name="emoji_json"),
    path("uploads/", uploads.begin, name="upload_begin"),
    path("uploads/<uuid:upload_id>/", uploads.one, name="upload"),
    path("uploads/<uuid:upload_id>/done/", uploads.finish, name="upload_finish"),
    path("files/<int:file_id>/", uploads.ready, name="file_ready"),
    path("files/<int:file_id>/thumb/", files.thumb, name="file_thumb"),
    path("files/<int:file_id>/<str:name>", files.file, name="file"),
    path("preview/", lookups.preview, name="preview"),
    path("previews/<int:preview_id>/picture", previews.picture, name="preview_picture"),
    path("previews/<int:preview_id>/remove/", previews.remove, name="preview_remove"),
]
