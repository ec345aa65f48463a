"""Reminders: for what, for when; told once, kept until they are done."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.actions import delete_account
from rooms.actions.deleting import delete_message
from rooms.actions.memberships import leave_room
from rooms.actions.posting import post_message
from rooms.actions.reminders import (
    add_reminder,
    due_count,
    due_of,
    finish_reminder,
    put_off_reminder,
    remove_reminder,
    tell_of_due,
)
from rooms.actions.rooms import delete_room
from rooms.models import Reminder
from rooms.tests.at_once import at_once
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


def soon(**more):
    return timezone.now() + timedelta(**(more or {"minutes": 20}))


def is_due(reminder):
    """Its time comes."""
    Reminder.objects.filter(pk=reminder.pk).update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def message(room, bob):
    return post_message(bob, room.pk, "water the plants on friday")


def code(call, *arguments):
    with pytest.raises(Refused) as refusal:
        call(*arguments)
    return refusal.value.code


def test_the_same_asked_twice_is_one_reminder(alice, message):
    when = soon()
    assert add_reminder(alice, "plants", when, message.pk) == add_reminder(alice, " plants ", when, message.pk)
    other = add_reminder(alice, "plants", when)
    finish_reminder(alice, other.pk)
    assert add_reminder(alice, "plants", when) != other, "that one is done"
    assert Reminder.objects.count() == 3


def notices(published, user):
    events = [
        json.loads(envelope.message["json"])
        for batch in published
        for envelope in batch
        if envelope.group == f"user.{user.pk}" and "json" in envelope.message
    ]
    return [event for event in events if event["type"] == "notification"]


def test_when_it_is_due_ones_own_pages_are_told_once(message, alice, published):
    reminder = add_reminder(alice, "before noon", soon(), message.pk)
    assert tell_of_due() is False and notices(published, alice) == []
    is_due(reminder)
    tell_of_due()
    tell_of_due()
    (notice,) = notices(published, alice)
    assert notice | {"due_at": None} == {
        "type": "notification", "kind": "reminder", "id": str(reminder.pk), "text": "before noon", "due_at": None,
        "message": str(message.pk), "room": str(message.room_id), "excerpt": "water the plants on friday",
        "author": "Bob",
    }  # fmt: skip


def test_it_waits_until_it_is_done_though_nobody_was_there_to_be_told(alice):
    reminder = add_reminder(alice, "call Olga", soon())
    is_due(reminder)
    tell_of_due()
    assert (due_count(alice), due_of(alice)[0]["text"]) == (1, "call Olga")
    finish_reminder(alice, reminder.pk)
    finish_reminder(alice, reminder.pk)
    assert (due_count(alice), due_of(alice)) == (0, [])


def test_put_off_it_is_told_again_at_the_new_time(alice, published):
    reminder = add_reminder(alice, "call Olga", soon())
    is_due(reminder)
    tell_of_due()
    put_off_reminder(alice, reminder.pk, soon())
    assert due_count(alice) == 0
    is_due(reminder)
    tell_of_due()
    assert len(notices(published, alice)) == 2


def test_done_or_removed_before_its_time_it_says_nothing(alice, published):
    for act in (finish_reminder, remove_reminder):
        reminder = add_reminder(alice, "call Olga", soon())
        act(alice, reminder.pk)
        is_due(reminder)
    tell_of_due()
    assert notices(published, alice) == []


def test_the_words_of_a_message_one_may_not_see_any_more_are_not_told(room, message, alice, olga, bob, published):
    left, deleted = add_reminder(alice, "", soon(), message.pk), add_reminder(olga, "mine", soon(), message.pk)
    leave_room(alice, room.pk)
    is_due(left)
    tell_of_due()
    (notice,) = notices(published, alice)
    assert (notice["excerpt"], notice["author"], notice["message"]) == ("", "", None)
    delete_message(bob, message.pk)
    is_due(deleted)
    tell_of_due()
    (notice,) = notices(published, olga)
    assert (notice["text"], notice["excerpt"], notice["message"]) == ("mine", "", None)


def test_a_reminder_of_what_one_cannot_see_is_refused_as_of_nothing(message, charlie):
    assert code(add_reminder, charlie, "x", soon(), message.pk) == "not_found"
    assert code(add_reminder, charlie, "x", soon(), message.pk + 999) == "not_found"


@pytest.mark.parametrize("act", [finish_reminder, remove_reminder, lambda a, pk: put_off_reminder(a, pk, soon())])
def test_somebody_elses_reminder_is_not_there(alice, bob, act):
    reminder = add_reminder(alice, "call Olga", soon())
    assert code(act, bob, reminder.pk) == "not_found"
    assert Reminder.objects.get().done_at is None


def test_of_nothing_in_the_past_or_too_far_or_too_long_is_refused(alice):
    assert code(add_reminder, alice, "  ", soon()) == "bad_request"
    assert code(add_reminder, alice, "x", timezone.now()) == "bad_request"
    assert code(add_reminder, alice, "x", soon(days=400)) == "bad_request"
    assert code(add_reminder, alice, "x" * 501, soon()) == "too_long"
    assert code(add_reminder, alice, "a\x00b", soon()) == "bad_request"
    assert not Reminder.objects.exists()


def test_there_is_room_for_so_many_that_are_not_done(alice, settings):
    settings.REMINDERS_MAX = 1
    first = add_reminder(alice, "one", soon())
    assert code(add_reminder, alice, "two", soon()) == "conflict"
    finish_reminder(alice, first.pk)
    add_reminder(alice, "two", soon())


def test_somebody_suspended_is_told_nothing_and_finds_it_when_they_are_back(alice, published):
    reminder = add_reminder(alice, "call Olga", soon())
    is_due(reminder)
    alice.suspended_at = timezone.now()
    alice.save()
    tell_of_due()
    assert notices(published, alice) == [] and due_count(alice) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_tell_it_once(alice, monkeypatch):
    from rooms import events

    reminder = add_reminder(alice, "call Olga", soon())
    is_due(reminder)
    told = []
    monkeypatch.setattr(events, "notification", lambda user_id, notice: told.append(notice["id"]))
    at_once(3, lambda _: tell_of_due())
    assert told == [str(reminder.pk)]


def test_reminders_go_with_the_account_and_done_ones_after_a_while(alice, bob, settings):
    kept, old = add_reminder(bob, "new", soon()), add_reminder(bob, "old", soon())
    Reminder.objects.filter(pk=old.pk).update(
        done_at=timezone.now() - timedelta(days=settings.REMINDERS_KEPT_DAYS, hours=1)
    )
    add_reminder(alice, "x", soon())
    delete_account(alice, alice)
    out = StringIO()
    call_command("cleanup", stdout=out)
    assert "reminders that are done: 1 removed" in out.getvalue()
    assert list(Reminder.objects.values_list("pk", flat=True)) == [kept.pk]


def test_own_words_outlive_the_room_that_is_deleted(room, alice, olga, message):
    both = add_reminder(alice, "call the florist", soon(), message.pk)
    add_reminder(alice, "", soon(), message.pk)
    delete_room(olga, room.pk, confirm_name="den")
    assert list(Reminder.objects.values_list("pk", "text", "message")) == [(both.pk, "call the florist", None)]
    is_due(both)
    assert [one["text"] for one in due_of(alice)] == ["call the florist"]
