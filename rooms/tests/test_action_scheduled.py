"""Sending later: once, at its time, through the same door as every message; never lost without a word."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import delete_account
from rooms import limits
from rooms.actions.memberships import leave_room
from rooms.actions.polls import vote
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_read
from rooms.actions.scheduled import change_scheduled, remove_scheduled, schedule_message, send_due, send_now
from rooms.actions.threads import follow_thread, mark_thread_read
from rooms.models import Message, Poll, Scheduled, ThreadFollow
from rooms.queries import unread_threads
from rooms.tests.at_once import at_once
from rooms.tests.later import bodies, code, is_due, later, mark_of, own_events, work
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


def test_it_is_sent_when_its_time_has_come_and_then_waits_no_more(room, alice):
    row = schedule_message(alice, room.pk, "good morning", later())
    work()
    assert bodies() == []
    is_due(row)
    work()
    message = Message.objects.get()
    assert (message.body, message.sender_id, message.client_id) == ("good morning", alice.pk, row.client_id)
    assert not Scheduled.objects.exists()
    work()
    assert bodies() == ["good morning"]


def test_left_twice_because_an_answer_was_lost_it_waits_once_and_each_has_their_own_ids(room, alice, bob, settings):
    settings.SCHEDULED_MAX = 1
    mine, due = uuid.uuid4(), later()
    first = schedule_message(alice, room.pk, "good morning", due, client_id=mine)
    assert schedule_message(alice, room.pk, "good morning", due, client_id=mine).pk == first.pk
    assert schedule_message(bob, room.pk, "good evening", due, client_id=mine).pk != first.pk
    assert Scheduled.objects.count() == 2
    is_due(first)
    work()
    # Tried once more when it is sent already, it is no second message.
    is_due(schedule_message(alice, room.pk, "good morning", later(), client_id=mine))
    work()
    assert bodies() == ["good morning"]


def test_it_answers_and_stands_in_its_thread_as_if_typed_then(room, alice, bob):
    root = post_message(bob, room.pk, "who waters the plants")
    is_due(
        schedule_message(alice, room.pk, "I do", later(), thread=root.pk),
        schedule_message(alice, room.pk, "as said", later(), reply_to=root.pk),
    )
    work()
    aside, answer = Message.objects.exclude(pk=root.pk).order_by("pk")
    assert (aside.thread_id, aside.in_room) == (root.pk, False)
    assert (answer.reply_to_id, answer.in_room) == (root.pk, True)


def test_it_reads_nothing_its_author_has_not_seen(room, alice, bob, published):
    post_message(alice, room.pk, "until Monday")
    root = post_message(bob, room.pk, "@alice, before you go")
    is_due(schedule_message(alice, room.pk, "good morning", later()))
    work()
    assert mark_of(alice, room) == (1, 2, 1)
    (told,) = [event for event in own_events(published) if event["type"] == "read.updated"]
    assert (told["read_seq"], told["unread"], told["mentions"], told["last_seq"]) == (1, 2, 1, 3)
    # Where all was read, it still is: an answer in a thread is no word of the room.
    mark_read(alice, room.pk, 3)
    post_message(bob, room.pk, "aside", thread=root.pk, in_room=False)
    is_due(schedule_message(alice, room.pk, "and again", later()))
    work()
    assert mark_of(alice, room) == (5, 0, 0)


def test_as_an_answer_it_reads_nothing_of_the_thread_either(room, alice, bob):
    root = post_message(alice, room.pk, "the plan")
    post_message(bob, room.pk, "no!", thread=root.pk, in_room=False)
    is_due(schedule_message(alice, room.pk, "any news?", later(), thread=root.pk))
    work()
    follow = ThreadFollow.objects.get(thread=root.pk, user=alice)
    assert (follow.read_seq, unread_threads(alice)) == (0, {room.pk: 1})
    mark_thread_read(alice, root.pk, 3)
    follow_thread(alice, root.pk, False)
    is_due(schedule_message(alice, room.pk, "really none?", later(), thread=root.pk))
    work()
    follow.refresh_from_db()
    assert (follow.read_seq, follow.following, unread_threads(alice)) == (4, True, {})


def test_a_crowd_of_them_keeps_to_the_rate_of_writing(room, alice, settings):
    rows = [schedule_message(alice, room.pk, f"number {number}", later()) for number in range(5)]
    is_due(*rows)
    limits.posting.take(alice.pk, settings.RATE_MESSAGES[1] - 2)
    work()
    assert len(bodies()) in (2, 3)
    assert Scheduled.objects.filter(state="waiting").count() == 5 - len(bodies())
    # Five a second may be written: the rest goes by and by.
    patience = time.monotonic() + 20
    while len(bodies()) < 5 and time.monotonic() < patience:
        is_due(*rows)
        work()
    assert len(bodies()) == 5


def test_words_and_time_can_be_changed_until_then(room, alice):
    row = schedule_message(alice, room.pk, "good morning", later())
    change_scheduled(alice, row.pk, body="good night", due_at=later(hours=9))
    assert code(change_scheduled, alice, row.pk, body="  ") == "bad_request"
    assert code(change_scheduled, alice, row.pk, body="x", due_at=timezone.now()) == "bad_request"
    row.refresh_from_db()
    assert (row.body, row.due_at, row.look_at) == ("good night", row.due_at, row.due_at)
    assert row.due_at > later(hours=8)


def test_it_can_be_sent_at_once_or_never(room, alice):
    first, second = (schedule_message(alice, room.pk, words, later()) for words in ("now", "never"))
    send_now(alice, first.pk)
    remove_scheduled(alice, second.pk)
    assert bodies() == ["now"] and not Scheduled.objects.exists()
    assert code(send_now, alice, first.pk) == "not_found"


def test_sent_at_once_where_one_may_not_it_waits_as_before(room, alice):
    row = schedule_message(alice, room.pk, "now", later())
    leave_room(alice, room.pk)
    assert code(send_now, alice, row.pk) == "not_found"
    assert Scheduled.objects.get().state == "waiting"


def test_somebody_elses_is_not_there(room, alice, bob):
    row = schedule_message(alice, room.pk, "mine", later())
    for act in (send_now, remove_scheduled):
        assert code(act, bob, row.pk) == "not_found"
    assert code(change_scheduled, bob, row.pk, body="yours") == "not_found"
    assert Scheduled.objects.get().body == "mine"


def test_who_may_not_write_there_leaves_nothing_there(room, make_room, alice, bob, charlie, olga):
    square = make_room("square", kind="public", olga="owner", alice="member")
    elsewhere = post_message(olga, square.pk, "hello")
    assert code(schedule_message, charlie, room.pk, "x", later()) == "not_found"
    assert code(schedule_message, charlie, square.pk, "x", later()) == "forbidden"
    assert code(schedule_message, alice, room.pk, "x", later(), thread=elsewhere.pk) == "not_found"
    assert code(schedule_message, alice, room.pk, "x", later(), reply_to="nothing") == "not_found"
    assert not Scheduled.objects.exists()


def test_too_much_too_far_too_many_or_nothing_is_refused(room, alice, settings):
    assert code(schedule_message, alice, room.pk, "  ", later()) == "bad_request"
    assert code(schedule_message, alice, room.pk, "x" * 10_001, later()) == "too_long"
    assert code(schedule_message, alice, room.pk, "x", timezone.now()) == "bad_request"
    assert code(schedule_message, alice, room.pk, "x", later(days=400)) == "bad_request"
    settings.SCHEDULED_MAX = 1
    schedule_message(alice, room.pk, "x", later())
    assert code(schedule_message, alice, room.pk, "y", later()) == "conflict"


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_an_impatient_author_send_it_once(room, alice):
    row = schedule_message(alice, room.pk, "good morning", later())
    is_due(row)
    results = at_once(4, lambda number: send_now(alice, row.pk) if number == 3 else send_due())
    unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
    assert unexpected == []
    work()
    assert bodies() == ["good morning"] and not Scheduled.objects.exists()


def test_what_was_to_be_sent_goes_with_the_account(room, alice, bob):
    schedule_message(alice, room.pk, "x", later())
    kept = schedule_message(bob, room.pk, "y", later())
    delete_account(alice, alice)
    assert [row.pk for row in Scheduled.objects.all()] == [kept.pk]


def test_a_poll_is_asked_at_its_time_and_lasts_from_then_on(room, alice, bob):
    poll = {"options": ["soup", " salad "], "multiple": True, "closes_after": 3600}
    row = schedule_message(alice, room.pk, "Lunch?", later(), poll=poll)
    assert code(schedule_message, alice, room.pk, "Lunch?", later(), poll={"options": ["soup"]}) == "bad_request"
    assert code(schedule_message, alice, room.pk, "", later(), poll=poll) == "bad_request"
    assert code(change_scheduled, alice, row.pk, body="Lunch?", options=["soup", "Soup"]) == "bad_request"
    assert code(change_scheduled, alice, row.pk, body=" ") == "bad_request"
    change_scheduled(alice, row.pk, body="Dinner?", options=["soup", "bread", ""])
    is_due(row)
    work()
    message = Message.objects.get()
    asked = Poll.objects.get(message=message)
    assert (message.body, [option.text for option in asked.options.all()]) == ("Dinner?", ["soup", "bread"])
    assert (asked.multiple, asked.anonymous, asked.closes_at) == (True, False, message.created_at + timedelta(hours=1))
    vote(bob, message.pk, [option.pk for option in asked.options.all()])
