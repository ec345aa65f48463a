"""Saving messages for oneself: what, how often, and that it grants nothing."""

import json

import pytest
from django.utils import timezone

from accounts.actions import delete_account
from rooms.actions.deleting import delete_message
from rooms.actions.memberships import leave_room
from rooms.actions.messages import post_system
from rooms.actions.posting import post_message
from rooms.actions.saved import forget_saved, save_message, todo_count
from rooms.kept import visible_cards
from rooms.models import Message, Room, Saved
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(room, bob):
    return post_message(bob, room.pk, "water the plants on friday")


def code(call, *arguments):
    with pytest.raises(Refused) as refusal:
        call(*arguments)
    return refusal.value.code


def told(published):
    return [(envelope.group, json.loads(envelope.message["json"])) for batch in published for envelope in batch]


def test_saving_tells_ones_own_pages_and_nobody_else(message, alice, published):
    save_message(alice, message.pk)
    save_message(alice, message.pk, "done")
    forget_saved(alice, message.pk)
    wire = {"type": "saved.updated", "message": str(message.pk)}
    assert told(published) == [
        (f"user.{alice.pk}", {**wire, "state": "todo", "todo": 1}),
        (f"user.{alice.pk}", {**wire, "state": "done", "todo": 0}),
        (f"user.{alice.pk}", {**wire, "state": None, "todo": 0}),
    ]


def test_the_same_again_changes_nothing(message, alice, published):
    save_message(alice, message.pk)
    published.clear()
    save_message(alice, message.pk)
    assert (Saved.objects.count(), published) == (1, [])
    forget_saved(alice, message.pk)
    published.clear()
    forget_saved(alice, message.pk)
    assert published == []


def test_each_has_their_own_list(message, alice, olga):
    save_message(alice, message.pk)
    save_message(olga, message.pk, "done")
    forget_saved(olga, message.pk)
    assert (todo_count(alice), todo_count(olga), Saved.objects.count()) == (1, 0, 1)


def test_what_one_cannot_see_cannot_be_saved_and_is_not_told_apart_from_nothing(message, charlie):
    assert code(save_message, charlie, message.pk) == code(save_message, charlie, message.pk + 999) == "not_found"
    assert not Saved.objects.exists()


def test_who_only_looks_at_a_public_room_may_save(make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    assert save_message(charlie, post_message(olga, square.pk, "hello").pk).state == "todo"


def test_deleted_ones_and_lines_of_the_room_are_not_saved(room, message, alice, bob):
    line = post_system(Room.objects.get(pk=room.pk), bob, {"event": "topic", "topic": "bats"})
    assert code(save_message, alice, line.pk) == "bad_request"
    delete_message(bob, message.pk)
    assert code(save_message, alice, message.pk) == "conflict"
    assert code(save_message, alice, message.pk, "later") == "bad_request"


def test_there_is_room_for_so_many(room, message, alice, bob, settings):
    settings.SAVED_MAX = 1
    save_message(alice, message.pk)
    assert code(save_message, alice, post_message(bob, room.pk, "one more").pk) == "conflict"
    assert save_message(alice, message.pk, "done").state == "done"


def cards(user):
    rows = Saved.objects.filter(user=user).select_related("message__sender", "message__room")
    return visible_cards(user, [row.message for row in rows])


def test_what_one_left_shows_nothing_and_can_still_be_done_and_removed(room, message, alice):
    save_message(alice, message.pk)
    assert [card["excerpt"] for card in cards(alice).values()] == ["water the plants on friday"]
    leave_room(alice, room.pk)
    assert cards(alice) == {}
    assert save_message(alice, message.pk, "done").state == "done"
    forget_saved(alice, message.pk)
    assert not Saved.objects.exists()


def test_what_was_deleted_shows_nothing(message, alice, bob):
    save_message(alice, message.pk)
    delete_message(bob, message.pk)
    assert cards(alice) == {}


def test_somebody_suspended_sees_none_of_it(message, alice):
    save_message(alice, message.pk)
    alice.suspended_at = timezone.now()
    alice.save()
    assert cards(alice) == {}


def test_a_list_costs_a_fixed_number_of_queries(make_room, alice, bob, django_assert_max_num_queries):
    for number in range(12):
        room = make_room(f"den {number}", alice="member", bob="owner")
        save_message(alice, post_message(bob, room.pk, f"thing {number}").pk)
    rows = Saved.objects.filter(user=alice).select_related("message__sender", "message__room")
    messages = [row.message for row in rows.prefetch_related("message__attachments")]
    with django_assert_max_num_queries(2):
        assert len(visible_cards(alice, messages)) == 12


def test_an_account_takes_its_lists_along_and_leaves_the_rooms_pins(room, message, alice, bob):
    from rooms.actions.pins import pin_message

    save_message(alice, message.pk)
    save_message(bob, message.pk)
    pin_message(alice, message.pk)
    delete_account(alice, alice)
    assert list(Saved.objects.values_list("user", flat=True)) == [bob.pk]
    assert Message.objects.get(pk=message.pk).pin.by_id == alice.pk
    assert Room.objects.filter(pk=room.pk).exists()
