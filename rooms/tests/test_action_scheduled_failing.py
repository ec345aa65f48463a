"""What was to be sent later and cannot be: nothing of it is lost, and its author is told."""

import pytest
from django.utils import timezone

from rooms.actions import scheduled as actions
from rooms.actions.memberships import leave_room
from rooms.actions.posting import post_message
from rooms.actions.rooms import delete_room
from rooms.actions.scheduled import change_scheduled, remove_scheduled, schedule_message, send_now, waiting_count
from rooms.models import Room, Scheduled
from rooms.tests.later import bodies, code, is_due, later, notices, own_events, work

pytestmark = pytest.mark.django_db


def test_who_left_meanwhile_is_told_and_keeps_the_words(room, alice, published):
    row = schedule_message(alice, room.pk, "good morning", later())
    schedule_message(alice, room.pk, "good night", later(days=1))
    assert waiting_count(alice.pk, room.pk) == 2
    leave_room(alice, room.pk)
    is_due(row)
    published.clear()
    work()
    work()
    (notice,) = notices(published)
    assert (notice["kind"], notice["id"], notice["excerpt"]) == ("scheduled_failed", str(row.pk), "good morning")
    row.refresh_from_db()
    assert (row.state, row.body) == ("failed", "good morning")
    assert row.error == notice["text"] == "You are no longer in this room."
    assert waiting_count(alice.pk, room.pk) == 1, "what failed is not sent later"
    assert own_events(published)[-1]["count"] == 1
    assert "good morning" not in bodies()


def test_why_it_failed_is_said_in_the_language_of_who_wrote_it(room, alice):
    alice.language = "de"
    alice.save()
    row = schedule_message(alice, room.pk, "guten Morgen", later())
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())
    is_due(row)
    work()
    row.refresh_from_db()
    assert "archiviert" in row.error


def test_of_a_room_that_is_deleted_the_words_stay_and_their_author_is_told(
    room, make_room, alice, bob, olga, published
):
    bob.language = "de"
    bob.save()
    root = post_message(alice, room.pk, "who waters the plants")
    other = make_room("attic", alice="owner")
    kept = schedule_message(alice, other.pk, "to the attic", later())
    answer = schedule_message(alice, room.pk, "I do", later(), thread=root.pk)
    theirs = schedule_message(bob, room.pk, "guten Morgen", later())
    # Moved since: what it answers is in the room that goes, it is not.
    astray = schedule_message(alice, room.pk, "astray", later(), reply_to=root.pk)
    Scheduled.objects.filter(pk=astray.pk).update(room=other)
    published.clear()
    delete_room(olga, room.pk, confirm_name="den")
    assert {(one["id"], one["room"]) for one in notices(published)} == {
        (str(answer.pk), None), (str(theirs.pk), None), (str(astray.pk), str(other.pk))
    }  # fmt: skip
    found = {row.body: (row.room_id, row.thread_id, row.state, row.error) for row in Scheduled.objects.all()}
    assert found == {
        "to the attic": (other.pk, None, "waiting", ""),
        "I do": (None, None, "failed", "The room was deleted."),
        "guten Morgen": (None, None, "failed", "Der Raum wurde gelöscht."),
        "astray": (other.pk, None, "failed", "What this answers was deleted."),
    }
    assert code(send_now, alice, answer.pk) == "conflict"
    assert code(change_scheduled, alice, answer.pk, body="I do", due_at=later()) == "conflict"
    is_due(kept)
    work()
    assert bodies() == ["to the attic"]
    remove_scheduled(alice, answer.pk)
    assert not Scheduled.objects.filter(pk=answer.pk).exists()


def test_what_failed_goes_out_once_it_can_and_has_a_new_time(room, alice):
    row = schedule_message(alice, room.pk, "good morning", later())
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())
    is_due(row)
    work()
    Room.objects.filter(pk=room.pk).update(archived_at=None)
    assert code(change_scheduled, alice, row.pk, body="good evening") == "bad_request"
    change_scheduled(alice, row.pk, body="good evening", due_at=later())
    is_due(row)
    work()
    assert bodies() == ["good evening"]


def test_one_that_breaks_holds_up_no_other_and_is_tried_again(room, alice, bob, monkeypatch):
    broken, fine = schedule_message(alice, room.pk, "one", later()), schedule_message(bob, room.pk, "two", later())
    is_due(broken, fine)
    post = actions.post_message

    def breaks(actor, *arguments, **more):
        if actor.pk == alice.pk:
            raise RuntimeError("no")
        return post(actor, *arguments, **more)

    monkeypatch.setattr(actions, "post_message", breaks)
    work()
    assert bodies() == ["two"]
    broken.refresh_from_db()
    assert broken.state == "waiting" and broken.look_at > timezone.now()
    monkeypatch.setattr(actions, "post_message", post)
    is_due(broken)
    work()
    assert bodies() == ["two", "one"]
