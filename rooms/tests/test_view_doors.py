"""Every address of rooms, and who gets what at it: member, moderator, owner, outsider, suspended, nobody."""

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from rooms.actions.posting import post_message
from rooms.models import Membership, Room
from rooms.urls import one_room

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}

# Name → (what is posted, or None for GET, and the status for olga, bob, alice, charlie in a private room).
# 200 stands for done; with JSON asked for there are no redirects.
DOORS = {
    "room": (None, 200, 200, 200, 404),
    "room_settings": (None, 200, 200, 200, 404),
    "room_calendar": (None, 200, 200, 200, 404),
    "room_day": (None, 200, 200, 200, 404),
    "room_read": ({"seq": "1"}, 200, 200, 200, 404),
    "room_unread": ({"seq": "1"}, 404, 404, 404, 404),
    "room_mentioned": (None, 200, 200, 200, 404),
    "room_members": (None, 200, 200, 200, 404),
    "room_members_json": (None, 200, 200, 200, 404),
    "room_post": ({"body": "hello"}, 200, 200, 200, 404),
    "room_join": ({}, 200, 200, 200, 404),
    "room_leave": ({}, 200, 200, 200, 404),
    "room_archive": ({}, 200, 403, 403, 404),
    "room_restore": ({}, 200, 403, 403, 404),
    "room_delete": ({"confirm_name": "den"}, 200, 403, 403, 404),
    "room_edit": ({"name": "cave", "topic": "bats"}, 200, 200, 403, 404),
    "room_pin": ({"pinned": "1"}, 200, 200, 200, 404),
    "room_previews": ({"previews": "0"}, 200, 200, 403, 404),
    "room_notify": ({"notify": "none"}, 200, 200, 200, 404),
    "room_pins": (None, 200, 200, 200, 404),
    "room_gallery": (None, 200, 200, 200, 404),
    "room_schedule": ({"body": "hello", "when": "tomorrow at 9"}, 200, 200, 200, 404),
    "selection_delete": ({"ids": "1"}, 404, 404, 404, 404),
    "selection_restore": ({"ids": "1"}, 404, 404, 404, 404),
    "selection_export": (None, 400, 400, 400, 404),
    "room_invite": ({"names": "charlie"}, 200, 200, 200, 404),
    "room_member_remove": ({"user": "{guest}"}, 200, 200, 403, 404),
    "room_member_role": ({"user": "{guest}", "role": "moderator"}, 200, 403, 403, 404),
}
# What is about a person and no one room.
OTHERS = {
    "home": None,
    "browse": None,
    "room_create": None,
    "direct_create": None,
    "jump": None,
    "search": None,
    "people": None,
    "saved": None,
    "threads": None,
    "threads_read": {},
    "reminders": None,
    "scheduled": None,
    "kept_json": None,
    "moment_json": None,
    "reminder_create": {"text": "call Olga", "when": "tomorrow at 9"},
    "catch_up": None,
    "read_all": {},
    "read_undo": {"marks": "{}"},
    "preview": {"body": "hello"},
    "status_set": {"text": "reading"},
    "away_set": {"away": "1"},
    "emoji": None,
    "emoji_json": None,
    "emoji_add": {"name": "party"},
    "upload_begin": {"room": "1", "name": "x", "size": "1"},
}
# What is about one thing in a room: each has a file of its own that knocks as everybody.
ELSEWHERE = {
    "rooms/tests/test_view_threads.py": {"message_move", "messages_move"},
    "rooms/tests/test_view_previews.py": {"preview_picture", "preview_remove"},
    "rooms/tests/test_own_emoji.py": {"emoji_remove", "emoji_picture"},
    "rooms/tests/test_view_reactions.py": {"reactions_json"},
    "rooms/tests/test_action_polls.py": {"poll_vote", "poll_close"},
    "rooms/tests/test_view_keeping.py": {
        "message_pin",
        "message_save",
        "reminder_change",
        "scheduled_change",
        "scheduled_send",
        "scheduled_remove",
    },
    "rooms/tests/test_view_selection.py": {"messages_forward", "message_source"},
    "rooms/tests/test_files_doors.py": {"file", "file_thumb"},
    "rooms/tests/test_scheduled_files.py": {"file_remove", "files_remove"},
    "rooms/tests/test_uploads_doors.py": {"upload", "upload_finish", "file_ready"},
}


@pytest.fixture
def guest(room, person):
    dora = person("dora")
    Membership.objects.create(room=room, user=dora)
    return dora


def knock(client, name, room, guest, fields, **extra):
    url = reverse(name, args=[room.pk])
    if fields is None:
        return client.get(url, headers=JSON, **extra)
    sent = {key: value.format(guest=guest.pk) for key, value in fields.items()}
    return client.post(url, sent, headers=JSON, **extra)


def test_every_address_of_a_room_is_in_this_table():
    named = {pattern.name for pattern in one_room}
    # These have a second number: rooms/tests/test_view_room.py, test_action_revisions.py and test_view_threads.py.
    in_thread = {"room_thread", "thread_follow", "thread_read"}
    assert named - {"message", "message_history"} - in_thread == set(DOORS)
    assert {name for name in OTHERS if not reverse(name)} == set()
    ours = {
        pattern.name
        for pattern in get_resolver("rooms.urls").url_patterns
        if getattr(pattern, "name", None) is not None
    }
    assert ours == set(OTHERS).union(*ELSEWHERE.values())


@pytest.mark.parametrize("place, who", [(1, "olga"), (2, "bob"), (3, "alice"), (4, "charlie")])
@pytest.mark.parametrize("name", DOORS)
def test_in_a_private_room(signed_in, room, guest, name, place, who):
    from accounts.models import User

    fields, *_ = door = DOORS[name]
    response = knock(signed_in(User.objects.get(username=who)), name, room, guest, fields)
    assert response.status_code == door[place], response.text[:200]
    if response.status_code >= 400:
        assert set(response.json()) == {"code", "detail"}
        assert "den" not in response.json()["detail"]
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", [name for name in DOORS if DOORS[name][0] is not None])
def test_what_is_refused_changes_nothing(signed_in, room, guest, charlie, name):
    def state():
        return (
            list(Room.objects.values("name", "topic", "archived_at", "version", "member_count")),
            sorted(Membership.objects.values_list("user", "role", "notify", "pinned_at")),
        )

    before = state()
    knock(signed_in(charlie), name, room, guest, DOORS[name][0])
    knock(signed_in(None), name, room, guest, DOORS[name][0])
    assert state() == before


@pytest.mark.parametrize("name", [*DOORS, *OTHERS])
def test_nobody_is_asked_to_sign_in(signed_in, room, guest, name):
    in_room = name in DOORS
    fields = DOORS[name][0] if in_room else OTHERS[name]
    url = reverse(name, args=[room.pk] if in_room else [])
    client = signed_in(None)
    asked = client.get(url, headers=JSON) if fields is None else client.post(url, fields, headers=JSON)
    assert asked.status_code == 401
    if not url.endswith(".json"):
        page = client.get(url) if fields is None else client.post(url, fields)
        assert page.status_code == 302 and page["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", [*DOORS, *OTHERS])
def test_somebody_suspended_gets_nothing(signed_in, room, guest, alice, name):
    client = signed_in(alice)
    alice.suspended_at = timezone.now()
    alice.save()
    in_room = name in DOORS
    fields = DOORS[name][0] if in_room else OTHERS[name]
    url = reverse(name, args=[room.pk] if in_room else [])
    version = room.version
    response = client.get(url, headers=JSON) if fields is None else client.post(url, fields, headers=JSON)
    assert response.status_code in (401, 403)
    room.refresh_from_db()
    assert room.version == version


@pytest.mark.parametrize("name", [name for name in DOORS if DOORS[name][0] is not None])
def test_a_change_is_never_made_by_following_a_link(signed_in, room, olga, name):
    assert signed_in(olga).get(reverse(name, args=[room.pk])).status_code == 405


@pytest.mark.parametrize("name", [name for name in DOORS if DOORS[name][0] is not None])
def test_a_change_needs_the_csrf_token(room, olga, name):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(olga, backend="accounts.backends.AuthenticationBackend")
    assert client.post(reverse(name, args=[room.pk]), DOORS[name][0]).status_code == 403
    room.refresh_from_db()
    assert room.version == 0


def test_a_reader_of_a_public_room_sees_it_and_must_join_for_the_rest(signed_in, make_room, olga, charlie, person):
    square = make_room("square", kind="public", olga="owner")
    guest = person("dora")
    client = signed_in(charlie)
    for name, (fields, *_) in DOORS.items():
        if name in ("room_join", "room_leave"):
            continue
        # What is exported is chosen: the bare address asks for nothing.
        expected = 400 if name == "selection_export" else 200 if fields is None else 403
        assert knock(client, name, square, guest, fields).status_code == expected, name


def test_an_archived_room_is_read_only_at_every_door(signed_in, room, guest, olga):
    room.archived_at = timezone.now()
    room.save()
    client = signed_in(olga)
    post = knock(client, "room_post", room, guest, {"body": "hello"})
    assert (post.status_code, post.json()["code"]) == (403, "read_only")
    assert knock(client, "room_edit", room, guest, {"name": "cave"}).json()["code"] == "read_only"
    assert knock(client, "room_invite", room, guest, {"names": "charlie"}).json()["code"] == "read_only"


def test_ids_that_are_none_are_not_found(signed_in, room, guest, olga):
    client = signed_in(olga)
    for wrong in ("", "0", "-1", "x", "1.5", "٣", "9" * 30, "\x00", str(2**63), "None"):
        for name, more in (("room_member_remove", {}), ("room_member_role", {"role": "member"})):
            response = client.post(reverse(name, args=[room.pk]), {"user": wrong, **more}, headers=JSON)
            assert response.status_code == 404, (name, wrong)
    assert client.get(f"/rooms/{'9' * 5000}/").status_code == 404
    assert client.get(f"/rooms/{2**63}/", headers=JSON).status_code == 404
    assert client.post(f"/rooms/{room.pk}/messages/", {"body": "x", "client_id": "1"}, headers=JSON).status_code == 400
    message = post_message(olga, room.pk, "hello")
    assert client.get(f"/rooms/{room.pk}/m/{message.pk + 1}/").status_code == 404
