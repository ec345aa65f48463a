"""Moving messages: whom it calls, who follows, what goes on at the same moment, and the way back into a thread."""

import pytest

from rooms.actions import calling
from rooms.actions.moving import move_messages
from rooms.actions.reads import mark_read
from rooms.actions.threads import follow_thread, mark_thread_read
from rooms.consistency import problems
from rooms.models import Room, ThreadFollow
from rooms.queries import unread_threads
from rooms.tests.test_action_moving import refused, say, wire
from rooms.wire import rooms_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert not list(problems())


@pytest.fixture
def square(make_room, olga, alice, bob):
    return make_room("square", kind="public", olga="owner", bob="moderator", alice="member")


@pytest.fixture
def harbour(make_room, olga, alice, bob):
    return make_room("harbour", kind="public", olga="owner", bob="member", alice="member")


def test_whom_a_message_names_follow_the_thread_it_goes_into(square, harbour, alice, bob, olga):
    root, early, other = say(bob, square, "root"), say(bob, square, "well"), say(bob, square, "@olga, see @alice")
    move_messages(bob, [early.pk], thread=root.pk)
    follow_thread(olga, root.pk, False)
    move_messages(bob, [other.pk], thread=root.pk)
    # What was there before is no news to who is named first; who chose not to follow is brought back.
    assert ThreadFollow.objects.get(thread=root.pk, user=alice).read_seq == other.seq - 1
    assert (unread_threads(alice), unread_threads(olga)) == ({square.pk: 1}, {square.pk: 1})
    mark_thread_read(alice, root.pk, other.seq)
    assert unread_threads(alice) == {}
    # Nor is that lost by way of another room.
    move_messages(bob, [other.pk], room=harbour.pk)
    ThreadFollow.objects.filter(user=alice).delete()
    move_messages(bob, [other.pk], room=square.pk)
    assert unread_threads(alice) == {square.pk: 1}


def test_a_call_goes_only_where_its_author_may_call(square, harbour, alice, bob, olga, monkeypatch):
    monkeypatch.setattr(calling, "active_now", lambda ids: {olga.pk})
    mark_read(olga, harbour.pk, 99)
    called = say(bob, square, "@everyone, and @alice")
    move_messages(bob, [called.pk], room=harbour.pk)
    assert wire(called)["mentions_all"] is None and wire(called)["mentions"] == [str(alice.pk)]
    assert "everyone</a>" not in wire(called)["html"] and 'data-user="everyone"' not in wire(called)["html"]
    assert [rooms_of(one, [harbour.pk])[0]["mentions"] for one in (alice, olga)] == [1, 0]
    here = say(bob, square, "@here")
    move_messages(bob, [here.pk], room=harbour.pk)
    assert (wire(here)["mentions_all"], wire(here)["mentions"]) == (None, [])
    still = say(olga, square, "@everyone")
    move_messages(olga, [still.pk], room=harbour.pk)
    assert wire(still)["mentions_all"] == "everyone"


def test_a_thread_that_left_while_one_waited_takes_nothing(square, harbour, alice, monkeypatch):
    root, other = say(alice, square, "root"), say(alice, square, "other")
    locked = Room.objects.locked

    def waits(ids):
        monkeypatch.undo()
        move_messages(alice, [root.pk], room=harbour.pk)
        return locked(ids)

    monkeypatch.setattr(Room.objects, "locked", waits)
    assert refused(alice, other, thread=root.pk) == "bad_request"
    assert wire(other)["in_room"] and wire(other)["thread_root"] is None


def test_moved_back_an_answer_stands_in_the_room_as_well_where_it_did(square, alice):
    first, second = say(alice, square, "first"), say(alice, square, "second")
    aside = say(alice, square, "aside", thread=first.pk, in_room=False)
    both = say(alice, square, "both", thread=first.pk)
    for to in ({"thread": second.pk}, {"room": square.pk}):
        for back in move_messages(alice, [aside.pk, both.pk], **to).back:
            move_messages(alice, **back)
        stand = [(wire(one)["thread_root"], wire(one)["in_room"]) for one in (aside, both)]
        assert stand == [(str(first.pk), False), (str(first.pk), True)]
