"""How far somebody has read: forward by looking, back by choice, everywhere at once and back again."""

import pytest

from rooms.actions.deleting import delete_message, restore_message
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_all_read, mark_read, mark_unread, restore_reads
from rooms.actions.threads import mark_thread_read
from rooms.models import Membership
from rooms.queries import unread_threads
from rooms.wire import rooms_of
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(room, bob):
    return [post_message(bob, room.pk, f"line {number}") for number in range(1, 6)]


def read_seq(user, room) -> int:
    return Membership.objects.get(user=user, room=room).read_seq


def told(monkeypatch):
    events: list[dict] = []
    monkeypatch.setattr("rooms.events.publish.user_event", lambda _user, event: events.append(event))
    return events


def test_unread_from_here_sets_the_mark_just_before_and_says_so(room, alice, said, monkeypatch):
    mark_read(alice, room.pk, 5)
    events = told(monkeypatch)
    mark_unread(alice, room.pk, 3)
    assert read_seq(alice, room) == 2
    assert events == [
        {
            "type": "read.updated",
            "room": str(room.pk),
            "read_seq": 2,
            "unread": 3,
            "mentions": 0,
            "last_seq": 5,
            "back": True,
        }
    ]


def test_unread_from_here_reads_what_comes_before(room, alice, said):
    mark_unread(alice, room.pk, 4)
    assert read_seq(alice, room) == 3


def test_looking_never_goes_back(room, alice, said, monkeypatch):
    mark_read(alice, room.pk, 4)
    events = told(monkeypatch)
    mark_read(alice, room.pk, 2)
    assert read_seq(alice, room) == 4
    assert [event["read_seq"] for event in events] == [4]


def test_who_is_told_again_hears_what_is_left_unread(room, alice, bob, said, monkeypatch):
    """A page that does not know an unread message asks what is left when that one is deleted."""
    mark_read(alice, room.pk, 4)
    called = post_message(bob, room.pk, "@alice come!")
    delete_message(bob, called.pk)
    events = told(monkeypatch)
    # A mark long passed, which moves nothing.
    mark_read(alice, room.pk, 0)
    assert events == [
        {"type": "read.updated", "room": str(room.pk), "read_seq": 4, "unread": 1, "mentions": 0, "last_seq": 6}
    ]


def test_what_was_deleted_is_unread_to_nobody_also_where_its_line_stands(room, alice, bob, olga, said, monkeypatch):
    mark_read(alice, room.pk, 4)
    seen = post_message(bob, room.pk, "never mind")
    mark_read(olga, room.pk, seen.seq)
    events = told(monkeypatch)
    counts = []
    for change in (delete_message, restore_message):
        assert change(bob, seen.pk).in_room
        mark_read(alice, room.pk, 0)
        counts.append(events[-1]["unread"])
    assert counts == [1, 2]
    assert [one["unread"] for one in rooms_of(alice) if one["id"] == str(room.pk)] == [2]


@pytest.mark.parametrize("seq", [0, 6, 2**40])
def test_there_is_no_way_back_to_a_message_that_is_not_there(room, alice, said, seq):
    with pytest.raises(Refused, match="not_found"):
        mark_unread(alice, room.pk, seq)
    assert read_seq(alice, room) == 0


def test_who_is_not_in_the_room_has_no_mark_in_it(room, make_room, charlie, said, bob):
    square = make_room("square", kind="public", bob="owner")
    post_message(bob, square.pk, "hello")
    with pytest.raises(Refused, match="not_found"):
        mark_unread(charlie, room.pk, 1)
    with pytest.raises(Refused, match="forbidden"):
        mark_unread(charlie, square.pk, 1)


def test_everything_is_read_at_once_and_can_be_taken_back(room, make_room, alice, bob, said, monkeypatch):
    garden = make_room("garden", alice="member", bob="owner")
    post_message(bob, garden.pk, "@everyone come")
    mark_read(alice, room.pk, 2)
    events = told(monkeypatch)
    before = mark_all_read(alice)
    assert before == ({room.pk: 2, garden.pk: 0}, {})
    assert [(one["unread"], one["mentions"]) for one in rooms_of(alice)] == [(0, 0), (0, 0)]
    assert len(events) == 2 and not any("back" in event for event in events)
    restore_reads(alice, {str(room_id): seq for room_id, seq in before.rooms.items()}, {})
    assert sorted((one["unread"], one["mentions"]) for one in rooms_of(alice)) == [(1, 1), (3, 0)]
    assert len(events) == 4 and all(event["back"] for event in events[2:])
    assert read_seq(bob, room) == 5  # nobody else's mark moved


def test_where_everything_is_read_nothing_is_said(room, alice, said, monkeypatch):
    mark_all_read(alice)
    events = told(monkeypatch)
    assert mark_all_read(alice) == ({}, {}) and events == []


def test_threads_are_read_with_everything_and_are_taken_back_with_it(room, alice, bob, olga, monkeypatch):
    root, other = (post_message(alice, room.pk, body) for body in ("the plan", "the boat"))
    for one in (root, other):
        post_message(bob, room.pk, "no", thread=one.pk, in_room=False)
    mark_thread_read(alice, root.pk, 3)
    mark_read(alice, room.pk, 4)
    events = told(monkeypatch)
    before = mark_all_read(alice)
    assert before == ({}, {other.pk: 0}) and unread_threads(alice) == {}
    restore_reads(olga, *before)
    assert unread_threads(alice) == {}
    restore_reads(alice, {}, {str(root.pk): 99, str(other.pk): 0})
    assert unread_threads(alice) == {room.pk: 1}
    monkeypatch.undo()
    assert [event for event in events if event["type"] == "threads.read"] == [
        {"type": "threads.read"},
        {"type": "threads.read", "back": True},
    ]


def test_taking_back_never_reads_and_touches_only_rooms_one_is_in(room, make_room, alice, charlie, bob, said):
    mark_read(alice, room.pk, 3)
    restore_reads(alice, {room.pk: 5}, {})
    assert read_seq(alice, room) == 3
    restore_reads(charlie, {room.pk: 0}, {})
    assert read_seq(alice, room) == 3


@pytest.mark.parametrize("marks", [{"x": 1}, {"1": -1}, {"1": True}, {"1": "2"}, {"1": 2**70}, {"1": None}])
def test_marks_that_are_none_are_refused(alice, marks):
    with pytest.raises(Refused):
        restore_reads(alice, marks, {})
    with pytest.raises(Refused):
        restore_reads(alice, {}, marks)


def test_the_cost_is_the_same_for_two_rooms_and_for_many(
    make_room, alice, bob, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    for number in range(12):
        post_message(bob, make_room(f"room {number}", alice="member", bob="owner").pk, "hello")
    with django_assert_max_num_queries(8):
        before = mark_all_read(alice)
    with django_assert_max_num_queries(8):
        restore_reads(alice, *before)
