"""`manage.py checkrooms`: content with sound rooms, and it finds each kind of damage."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from rooms.actions.deleting import delete_message
from rooms.actions.deletion import detach
from rooms.actions.memberships import invite, leave_room
from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.actions.rooms import create_room, set_topic
from rooms.models import Kind, Membership, Mention, Message, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived_in(olga: Any, alice: Any, bob: Any) -> Room:
    """A room in which everything has happened, all of it by actions."""
    room = create_room(olga, kind=Kind.PRIVATE, name="lived in", members=[alice.pk])
    invite(olga, room.pk, [bob.pk])
    posted = [post_message(alice, room.pk, f"hello @bob {number}") for number in range(5)]
    edit_message(alice, posted[1].pk, "changed @olga")
    delete_message(alice, posted[2].pk)
    set_topic(olga, room.pk, "a topic")
    leave_room(bob, room.pk)
    return Room.objects.get(pk=room.pk)


def check() -> str:
    out = StringIO()
    call_command("checkrooms", stdout=out)
    return out.getvalue()


def findings() -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("checkrooms", stdout=out)
    return out.getvalue()


def test_it_is_content_with_rooms_made_by_actions(lived_in: Room, make_room: Callable[..., Any]) -> None:
    make_room("empty")
    assert check() == "2 rooms checked, nothing wrong.\n"


def test_it_is_content_with_no_rooms() -> None:
    assert "nothing wrong" in check()


def test_a_missing_message_is_found(lived_in: Room) -> None:
    Message.objects.filter(room=lived_in, seq=4).delete()
    assert f"room {lived_in.pk}: messages should be 1 to {lived_in.last_seq}" in findings()


def test_missing_first_and_last_messages_are_found(lived_in: Room) -> None:
    Message.objects.filter(room=lived_in, seq=1).delete()
    assert "from 2" in findings()
    Room.objects.update(last_seq=F("last_seq") + 1)
    assert f"1 to {lived_in.last_seq + 1}" in findings()


def test_a_shared_version_is_found(lived_in: Room) -> None:
    first = Message.objects.get(room=lived_in, seq=1)
    Message.objects.filter(room=lived_in, seq=2).update(version=first.version)
    assert "share" in findings()


def test_a_version_above_the_rooms_is_found(lived_in: Room) -> None:
    Message.objects.filter(room=lived_in, seq=2).update(version=lived_in.version + 1)
    assert f"above the room's {lived_in.version}" in findings()


@pytest.mark.parametrize("field", ["version", "state_changes"])
def test_a_version_that_is_not_the_sum_of_all_changes_is_found(lived_in: Room, field: str) -> None:
    Room.objects.filter(pk=lived_in.pk).update(**{field: F(field) + 1})
    assert "changes of messages" in findings()


def test_a_wrong_count_of_members_is_found(lived_in: Room) -> None:
    Room.objects.filter(pk=lived_in.pk).update(member_count=7)
    assert f"room {lived_in.pk}: counts 7 members, has 2" in findings()


def test_a_mark_beyond_the_last_message_is_found(lived_in: Room, alice: Any) -> None:
    Membership.objects.filter(user=alice).update(read_seq=lived_in.last_seq + 3)
    assert f"read up to {lived_in.last_seq + 3}" in findings()


@pytest.mark.parametrize("damage", ["seq", "deleted"])
def test_a_mention_that_does_not_fit_its_message_is_found(lived_in: Room, alice: Any, damage: str) -> None:
    if damage == "seq":
        Mention.objects.update(seq=1)
    else:
        gone = Message.objects.get(room=lived_in, deleted_at__isnull=False)
        Mention.objects.create(message=gone, user=alice, room=lived_in, seq=gone.seq)
    assert "do not fit their message" in findings()


def test_every_room_with_a_problem_is_listed(lived_in: Room, make_room: Callable[..., Any]) -> None:
    other = make_room("other")
    Room.objects.update(member_count=9)
    found = findings()
    assert f"room {lived_in.pk}:" in found and f"room {other.pk}:" in found


def test_the_rest_of_a_deleted_room_is_no_problem(lived_in: Room) -> None:
    detach(lived_in)
    Message.objects.filter(room=lived_in, seq=1).delete()
    assert "nothing wrong" in check()
