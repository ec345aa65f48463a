"""Pinning: who may, what, how many; and what becomes of a pin."""

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.messages import post_system
from rooms.actions.pins import pin_message, unpin_message
from rooms.actions.posting import post_message
from rooms.models import Message, Pin, Room
from rooms.tests.at_once import at_once
from rooms.tests.outgoing import full_room_events, room_events
from rooms.wire import message_wire
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(room, alice):
    return post_message(alice, room.pk, "the rules of the house")


def pinned(message):
    return message_wire(Message.objects.for_wire().get(pk=message.pk))["pinned"]


def code(call, *arguments):
    with pytest.raises(Refused) as refusal:
        call(*arguments)
    return refusal.value.code


def test_a_pin_says_who_set_it_and_everybody_hears_of_it(message, bob, published):
    pin_message(bob, message.pk)
    (event,) = full_room_events(published)
    assert (event["type"], event["message"]["pinned"]["by"]["display_name"]) == ("message.updated", "Bob")
    assert event["message"]["pinned"]["at"].endswith("Z")
    assert pinned(message) == event["message"]["pinned"]


def test_pinned_twice_it_stays_whose_it_was_and_nothing_is_told(message, bob, alice, published):
    pin_message(bob, message.pk)
    published.clear()
    pin_message(alice, message.pk)
    assert (pinned(message)["by"]["display_name"], published) == ("Bob", [])


def test_no_line_in_the_room_tells_of_it(message, room, bob):
    pin_message(bob, message.pk)
    assert Message.objects.filter(room=room).count() == 1


def test_anybody_who_may_pin_takes_a_pin_away_and_once_is_enough(message, bob, alice, published):
    pin_message(bob, message.pk)
    published.clear()
    unpin_message(alice, message.pk)
    unpin_message(alice, message.pk)
    assert [kind for _, kind in room_events(published)] == ["message.updated"]
    assert pinned(message) is None


def test_an_outsider_and_somebody_suspended_find_no_message(message, charlie, bob):
    assert code(pin_message, charlie, message.pk) == code(unpin_message, charlie, message.pk) == "not_found"
    bob.suspended_at = timezone.now()
    bob.save()
    assert code(pin_message, bob, message.pk) == "not_found"
    assert not Pin.objects.exists()


def test_who_only_looks_at_a_public_room_pins_nothing(make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    message = post_message(olga, square.pk, "hello")
    assert code(pin_message, charlie, message.pk) == "forbidden"


def test_an_archived_room_keeps_its_pins_as_they_are(message, room, bob):
    pin_message(bob, message.pk)
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())
    assert code(unpin_message, bob, message.pk) == "read_only"
    assert pinned(message)


def test_what_is_deleted_cannot_be_pinned_and_deleting_ends_the_pin(message, alice, bob, published):
    pin_message(bob, message.pk)
    delete_message(alice, message.pk)
    assert not Pin.objects.exists()
    assert full_room_events(published)[-1]["message"]["pinned"] is None
    assert code(pin_message, bob, message.pk) == "conflict"


def test_a_line_of_the_room_itself_cannot_be_pinned(room, bob):
    line = post_system(room, bob, {"event": "topic", "topic": "bats"})
    assert code(pin_message, bob, line.pk) == "bad_request"


def test_a_room_has_so_many_pins_and_no_more(room, message, alice, bob, settings):
    settings.PINS_MAX = 1
    other = post_message(alice, room.pk, "something else")
    pin_message(bob, message.pk)
    assert code(pin_message, bob, other.pk) == "conflict"
    unpin_message(bob, message.pk)
    pin_message(bob, other.pk)
    assert pinned(other) and not pinned(message)


@pytest.mark.django_db(transaction=True)
def test_pinned_by_two_at_once_it_is_pinned_once(room, message, bob, olga):
    before = Room.objects.get(pk=room.pk).version
    results = at_once(2, lambda number: pin_message([bob, olga][number], message.pk))
    assert all(isinstance(result, Message) for result in results)
    assert (Pin.objects.count(), Room.objects.get(pk=room.pk).version) == (1, before + 1)


def test_pins_cost_no_query_a_message(room, alice, bob, django_assert_num_queries):
    for number in range(10):
        pin_message(bob, post_message(alice, room.pk, f"rule {number}").pk)
    few = Message.objects.for_wire().filter(room=room, seq=1)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        [message_wire(message) for message in few]
    with django_assert_num_queries(len(one)):
        shown = [message_wire(message) for message in Message.objects.for_wire().filter(room=room)]
    assert all(message["pinned"] for message in shown)
