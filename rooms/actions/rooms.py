"""Making rooms, naming them, closing and ending them: every way in calls these. All raise Refused."""

import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, people
from rooms.actions.audit import record
from rooms.actions.deletion import detach, purge
from rooms.actions.messages import post_system
from rooms.actions.seats import check_space
from rooms.models import Kind, Membership, Role, Room, name_key
from rooms.text.characters import is_visible, settle
from talkwave.errors import Refused


def create_room(actor: User, *, kind: str, name: str, topic: str = "", members: Iterable[object] = ()) -> Room:
    """A public or private room with its maker as owner and `members` (ids of people) in it."""
    if not actor.can_take_part:
        raise Refused("forbidden", _("This account cannot make rooms."))
    if kind not in (Kind.PUBLIC, Kind.PRIVATE):
        raise Refused("bad_request", _("A room is public or private."))
    name, topic = clean_name(name), clean_topic(topic)
    invited = [user for user in people.invitees(actor, members) if user.pk != actor.pk]
    check_space([actor, *invited], actor)
    try:
        with transaction.atomic():
            room = Room(kind=kind, topic=topic, created_by=actor, member_count=1 + len(invited))
            room.set_name(name)
            room.take_state_version()
            room.save(force_insert=True)
            seats = Membership.objects.bulk_create(
                Membership(room=room, user=user, role=Role.OWNER if user is actor else Role.MEMBER)
                for user in (actor, *invited)
            )
            post_system(room, actor, {"event": "created"})
            for seat in seats:
                seat.read_seq = room.last_seq
                events.room_opened(room, seat)
    except IntegrityError:
        raise _name_taken(name) from None
    return room


def rename_room(actor: User, room_id: object, name: str) -> Room:
    """A new name; the same one again changes nothing."""
    name = clean_name(name)
    try:
        with transaction.atomic():
            room = access.room_for(actor, room_id, to="rename", lock=True).room
            if room.name != name:
                room.set_name(name)
                save_state(room, "name", "name_key")
                post_system(room, actor, {"event": "renamed", "name": name})
    except IntegrityError:
        raise _name_taken(name) from None
    return room


def set_topic(actor: User, room_id: object, topic: str) -> Room:
    """A new topic, empty for none; the same one again changes nothing."""
    topic = clean_topic(topic)
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="topic", lock=True).room
        if room.topic != topic:
            room.topic = topic
            save_state(room, "topic")
            post_system(room, actor, {"event": "topic", "topic": topic} if topic else {"event": "topic_cleared"})
    return room


def archive_room(actor: User, room_id: object) -> Room:
    """The room becomes read-only; archiving twice is once."""
    return _archive(actor, room_id, archived=True)


def restore_room(actor: User, room_id: object) -> Room:
    """People can write in the room again; restoring twice is once."""
    return _archive(actor, room_id, archived=False)


def _archive(actor: User, room_id: object, *, archived: bool) -> Room:
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="archive", lock=True).room
        set_archived(room, actor, archived)
    return room


def delete_room(actor: User, room_id: object, *, confirm_name: str) -> None:
    """Ends the room with all that was said in it. `confirm_name` is its name, typed again by the owner."""
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="delete_room", lock=True).room
        if name_key(confirm_name) != room.name_key:
            raise Refused("bad_request", _("Type the name of the room to delete it."))
        record(actor, "delete_room", f"{room} ({room.pk})")
        detach(room)
    purge(room.pk)


# --- what several actions share ---------------------------------------------------------------------


def set_archived(room: Room, actor: User, archived: bool) -> bool:
    """Archives or restores a locked room whose access was checked; False where it was so already."""
    if (room.archived_at is not None) == archived:
        return False
    room.archived_at = timezone.now() if archived else None
    save_state(room, "archived_at")
    post_system(room, actor, {"event": "archived" if archived else "restored"})
    record(actor, "archive_room" if archived else "restore_room", f"{room} ({room.pk})")
    return True


def save_state(room: Room, *fields: str) -> None:
    """Saves a change of a locked room itself under its next version, and tells everybody in it."""
    room.take_state_version()
    room.save(update_fields=[*fields, "version", "state_version", "state_changes"])
    events.room_updated(room)


def clean_name(name: str) -> str:
    """A room's name as it is stored: one line, single spaces, nothing that shows one text and holds another."""
    name = _one_line(name)
    if not is_visible(name):
        raise Refused("bad_request", _("Give the room a name."))
    if len(name) > settings.ROOM_NAME_MAX_LENGTH or len(name_key(name)) > 2 * settings.ROOM_NAME_MAX_LENGTH:
        raise Refused(
            "too_long",
            _("This name has %(count)d characters; at most %(limit)d are possible.")
            % {"count": len(name), "limit": settings.ROOM_NAME_MAX_LENGTH},
        )
    return name


def clean_topic(topic: str) -> str:
    """A topic as it is stored: one line, and empty where nothing of it shows."""
    topic = _one_line(topic)
    if len(topic) > settings.ROOM_TOPIC_MAX_LENGTH:
        raise Refused(
            "too_long",
            _("This topic has %(count)d characters; at most %(limit)d are possible.")
            % {"count": len(topic), "limit": settings.ROOM_TOPIC_MAX_LENGTH},
        )
    return topic if is_visible(topic) else ""


def _one_line(text: str) -> str:
    """White space of any kind becomes single spaces; controls, surrogates and invisible formatting go.

    Joiners stay where a script or an emoji needs them, and go after ASCII: there they only make look-alikes.
    """
    kept: list[str] = []
    for char in " ".join(text.split()):
        if char in "\u200c\u200d":
            if kept and not kept[-1].isascii():
                kept.append(char)
        elif unicodedata.category(char) not in ("Cc", "Cf", "Cs"):
            kept.append(char)
    return settle("".join(kept)).strip()


def _name_taken(name: str) -> Refused:
    if not Room.objects.filter(name_key=name_key(name)).exists():
        # Not the name: somebody among the members is gone since they were looked up.
        return Refused("conflict", _("This has just changed. Try again."))
    return Refused("conflict", _("A room with this name exists already. Choose another name."))
