"""The doors to pins, saved messages, reminders and what is to be sent later, knocked at as everybody; and their pages."""

from datetime import UTC, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.memberships import leave_room
from rooms.actions.pins import pin_message
from rooms.actions.posting import post_message
from rooms.actions.reminders import add_reminder
from rooms.actions.rooms import delete_room
from rooms.actions.saved import save_message
from rooms.actions.scheduled import schedule_message
from rooms.models import Message, Pin, Reminder, Saved, Scheduled

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def later():
    return timezone.now() + timedelta(hours=1)


@pytest.fixture
def message(room, bob):
    return post_message(bob, room.pk, "water the <b>plants</b> on friday")


@pytest.fixture
def mine(room, alice, message):
    """What Alice keeps: one of each."""
    return {
        "reminder": add_reminder(alice, "call Olga", later()).pk,
        "scheduled": schedule_message(alice, room.pk, "good morning", later()).pk,
    }


# --- a message's doors: olga, bob, alice, charlie ------------------------------------------------------
@pytest.mark.parametrize("who, status", [("olga", 200), ("bob", 200), ("alice", 200), ("charlie", 404), (None, 401)])
@pytest.mark.parametrize("name, fields", [("message_pin", {"pinned": "1"}), ("message_save", {"state": "todo"})])
def test_a_message_can_be_pinned_and_saved_by_who_can_see_it(request, signed_in, message, name, fields, who, status):
    client = signed_in(request.getfixturevalue(who) if who else None)
    answer = client.post(reverse(name, args=[message.pk]), fields, headers=JSON)
    assert answer.status_code == status
    assert (Pin.objects.exists() or Saved.objects.exists()) is (status == 200)
    assert client.get(reverse(name, args=[message.pk]), headers=JSON).status_code == 405


# --- what is one's own: nobody else's hands, ranks included --------------------------------------------
OWN = [
    ("reminder_change", "reminder", {"does": "done"}),
    ("reminder_change", "reminder", {"does": "remove"}),
    ("scheduled_change", "scheduled", {"body": "changed"}),
    ("scheduled_send", "scheduled", {}),
    ("scheduled_remove", "scheduled", {}),
]


@pytest.mark.parametrize("who, status", [("olga", 404), ("bob", 404), ("charlie", 404), (None, 401), ("alice", 200)])
@pytest.mark.parametrize("name, what, fields", OWN)
def test_what_one_keeps_is_ones_own(request, signed_in, mine, name, what, fields, who, status):
    client = signed_in(request.getfixturevalue(who) if who else None)
    answer = client.post(reverse(name, args=[mine[what]]), fields, headers=JSON)
    assert answer.status_code == status
    untouched = (
        Reminder.objects.filter(done_at=None).count() == 1 and Scheduled.objects.get(pk=mine["scheduled"]).body
    ) if status != 200 else "good morning"  # fmt: skip
    assert untouched == "good morning"


@pytest.mark.parametrize("name, what, fields", OWN)
def test_somebody_suspended_touches_none_of_it(signed_in, alice, mine, name, what, fields):
    client = signed_in(alice)
    alice.suspended_at = timezone.now()
    alice.save()
    assert client.post(reverse(name, args=[mine[what]]), fields, headers=JSON).status_code in (401, 403)
    assert Scheduled.objects.get().body == "good morning" and Reminder.objects.get().done_at is None


@pytest.mark.parametrize("name", ["message_pin", "message_save", "reminder_change", "scheduled_change"])
def test_words_where_there_should_be_a_choice_are_a_clear_refusal(signed_in, alice, message, mine, name):
    pk = {"reminder_change": mine["reminder"], "scheduled_change": mine["scheduled"]}.get(name, message.pk)
    answer = signed_in(alice).post(reverse(name, args=[pk]), {"state": "x", "pinned": "x", "does": "x"}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


# --- pages ---------------------------------------------------------------------------------------------
def test_the_list_of_pins_shows_them_latest_first_and_escapes_what_they_say(signed_in, room, alice, bob, message):
    other = post_message(alice, room.pk, "the rules")
    for one in (message, other):
        pin_message(bob, one.pk)
    page = signed_in(alice).get(reverse("room_pins", args=[room.pk]), headers={"X-Fragment": "side"}).text
    assert page.index("the rules") < page.index("&lt;b&gt;plants")
    assert reverse("message", args=[room.pk, message.pk]) in page and "Pinned by Bob" in page


def test_a_reader_of_a_public_room_sees_its_pins_and_no_button(signed_in, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    pin_message(olga, post_message(olga, square.pk, "the rules").pk)
    page = signed_in(charlie).get(reverse("room_pins", args=[square.pk])).text
    assert "the rules" in page and "/pin/" not in page


def test_the_page_of_a_room_knows_its_pins_and_what_its_reader_saved(signed_in, room, alice, bob, message):
    pin_message(bob, message.pk)
    save_message(alice, message.pk)
    for who, saved in ((alice, str(message.pk)), (bob, "")):
        page = signed_in(who).get(reverse("room", args=[room.pk])).text
        assert f'data-pinned="{message.seq}"' in page and f'data-saved="{saved}"' in page
        assert "Pinned by Bob" in page


def test_saved_lists_what_is_to_do_and_what_is_done_apart(signed_in, room, alice, bob, message):
    save_message(alice, message.pk)
    save_message(alice, post_message(bob, room.pk, "long ago").pk, "done")
    client = signed_in(alice)
    todo, done = (client.get(reverse("saved"), {"state": state}).text for state in ("todo", "done"))
    assert "on friday" in todo and "long ago" not in todo
    assert "long ago" in done and "on friday" not in done
    assert "on friday" in client.get(reverse("saved"), {"q": "FRIDAY"}).text
    assert "on friday" not in client.get(reverse("saved"), {"q": "monday"}).text


@pytest.mark.parametrize("how", ["left", "deleted"])
def test_what_one_may_not_see_any_more_stands_without_its_words_and_is_not_found_by_them(
    signed_in, room, alice, bob, message, how
):
    save_message(alice, message.pk)
    add_reminder(alice, "", later(), message.pk)
    client = signed_in(alice)
    assert "on friday" in client.get(reverse("saved")).text
    if how == "left":
        leave_room(alice, room.pk)
    else:
        delete_message(bob, message.pk)
    for name in ("saved", "reminders", "kept_json"):
        page = client.get(reverse(name)).text
        assert "friday" not in page and "plants" not in page, name
    assert "no longer yours to see" in client.get(reverse("saved")).text
    # The field itself repeats what was typed; the list says nothing.
    assert "no longer yours to see" not in client.get(reverse("saved"), {"q": "friday"}).text
    gone = client.post(reverse("message_save", args=[message.pk]), {"state": "none"}, headers=JSON)
    assert gone.status_code == 200 and not Saved.objects.exists()


def test_lists_are_nobody_elses(signed_in, mine, alice, bob, message):
    save_message(alice, message.pk)
    for name in ("saved", "reminders", "scheduled"):
        theirs = signed_in(bob).get(reverse(name)).text
        assert "call Olga" not in theirs and "good morning" not in theirs and "on friday" not in theirs
    assert "call Olga" in signed_in(alice).get(reverse("reminders")).text
    assert "good morning" in signed_in(alice).get(reverse("scheduled")).text


def test_of_a_room_one_left_the_words_stay_and_its_name_does_not(signed_in, room, alice, mine):
    leave_room(alice, room.pk)
    page = signed_in(alice).get(reverse("scheduled")).text
    assert "good morning" in page and "a room you cannot see any more" in page and ">den<" not in page


def test_of_a_room_that_was_deleted_the_words_stay_and_can_only_be_deleted(signed_in, room, alice, olga, mine):
    delete_room(olga, room.pk, confirm_name="den")
    client = signed_in(alice)
    page = client.get(reverse("scheduled")).text
    assert (
        "good morning" in page
        and "The room was deleted." in page
        and reverse("scheduled_remove", args=[mine["scheduled"]]) in page
    )
    for name in ("scheduled_change", "scheduled_send"):
        address = reverse(name, args=[mine["scheduled"]])
        assert f'"{address}"' not in page
        answer = client.post(address, {"body": "x", "when": "tomorrow at 9"}, headers=JSON)
        assert answer.status_code == 409 and "was deleted" in answer.json()["detail"]


def test_what_is_to_go_into_a_thread_says_so_and_leads_there(signed_in, room, alice, message):
    schedule_message(alice, room.pk, "there alone", later(), thread=message.pk)
    client = signed_in(alice)
    page = client.get(reverse("scheduled")).text
    assert f'href="{reverse("room_thread", args=[room.pk, message.pk])}" data-pane>in a thread</a>' in page
    Scheduled.objects.update(in_room=True)
    assert ">in a thread, and in the room</a>" in client.get(reverse("scheduled")).text
    leave_room(alice, room.pk)
    assert reverse("room_thread", args=[room.pk, message.pk]) not in client.get(reverse("scheduled")).text


# --- when ----------------------------------------------------------------------------------------------
def test_what_was_understood_is_said_back_in_ones_own_zone_and_language(signed_in, alice):
    alice.time_zone, alice.language = "Europe/Berlin", "de"
    alice.save()
    answer = signed_in(alice).get(reverse("moment_json"), {"when": "2026-12-24 18:00", "zone": "America/New_York"})
    told = answer.json()
    assert told["due_at"] == "2026-12-24T17:00:00.000Z"
    assert "Donnerstag" in told["said"] and "18:00" in told["said"]


def test_who_chose_no_zone_has_that_of_their_browser(signed_in, alice):
    ask = {"when": "2026-12-24 18:00", "zone": "America/New_York"}
    assert signed_in(alice).get(reverse("moment_json"), ask).json()["due_at"] == "2026-12-24T23:00:00.000Z"
    client = signed_in(alice)
    client.cookies["zone"] = "America/New_York"
    plain = client.get(reverse("moment_json"), {"when": "2026-12-24 18:00"})
    assert plain.json()["due_at"] == "2026-12-24T23:00:00.000Z"
    for wrong in ("Mars/Olympus", "../../etc/passwd", "\x00", "x" * 5_000):
        answer = signed_in(alice).get(reverse("moment_json"), {**ask, "zone": wrong})
        assert answer.json()["due_at"] == "2026-12-24T18:00:00.000Z", wrong


@pytest.mark.parametrize("when", ["", "soon", "1999-01-01", "in 9999 weeks", "x" * 9_000, "\x00"])
def test_what_is_no_time_to_come_is_refused_and_nothing_kept(signed_in, room, alice, when):
    client = signed_in(alice)
    told = client.get(reverse("moment_json"), {"when": when}).json()
    assert told["due_at"] is None and told["said"]
    fields = {"text": "call", "body": "hello", "when": when}
    for name, arguments in (("reminder_create", []), ("room_schedule", [room.pk])):
        answer = client.post(reverse(name, args=arguments), fields, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request"), name
    assert not Reminder.objects.exists() and not Scheduled.objects.exists()


def test_one_line_can_say_what_and_when(signed_in, alice):
    answer = signed_in(alice).post(reverse("reminder_create"), {"text": "me to call Olga in 2 hours"}, headers=JSON)
    reminder = Reminder.objects.get()
    assert (answer.status_code, reminder.text) == (200, "call Olga")
    assert timedelta(minutes=119) < reminder.due_at - timezone.now() <= timedelta(hours=2)


def test_a_reminder_of_a_message_needs_no_words_and_that_it_can_be_seen(signed_in, alice, charlie, message):
    fields = {"when": "in 2 hours", "message": str(message.pk)}
    assert signed_in(charlie).post(reverse("reminder_create"), fields, headers=JSON).status_code == 404
    assert signed_in(alice).post(reverse("reminder_create"), fields, headers=JSON).status_code == 200
    assert Reminder.objects.get().message_id == message.pk


def test_put_off_without_a_time_it_comes_again_in_a_while(signed_in, alice, mine):
    Reminder.objects.update(due_at=timezone.now() - timedelta(hours=1), told_at=timezone.now())
    client = signed_in(alice)
    assert client.get(reverse("kept_json")).json()["due"] == 1
    url = reverse("reminder_change", args=[mine["reminder"]])
    assert client.post(url, {"does": "later"}, headers=JSON).status_code == 200
    reminder = Reminder.objects.get()
    assert reminder.told_at is None
    assert timedelta(minutes=19) < reminder.due_at - timezone.now() <= timedelta(minutes=20)
    assert client.get(reverse("kept_json")).json() == {
        "todo": 0,
        "due": 0,
        "reminders": [],
        "failed": [],
        "offer": "",
    }


def test_without_javascript_the_forms_lead_back_to_their_list(signed_in, room, alice, message, mine):
    client = signed_in(alice)
    for name, args, fields, to in (
        ("message_pin", [message.pk], {"pinned": "1"}, reverse("room_pins", args=[room.pk])),
        ("message_save", [message.pk], {"state": "todo"}, reverse("saved")),
        ("reminder_create", [], {"text": "x", "when": "tomorrow at 9"}, reverse("reminders")),
        ("scheduled_change", [mine["scheduled"]], {"body": "y", "when": "tomorrow at 9"}, reverse("scheduled")),
    ):
        assert client.post(reverse(name, args=args), fields)["Location"] == to
    wrong = client.post(reverse("reminder_create"), {"text": "tea & cake", "when": "when pigs fly"})
    assert wrong.status_code == 400 and 'value="tea &amp; cake"' in wrong.content.decode()
    assert 'value="when pigs fly"' in wrong.content.decode() and "not a time I understand" in wrong.content.decode()
    assert Scheduled.objects.get().body == "y" and Scheduled.objects.get().due_at.astimezone(UTC).hour == 9
    sent = client.post(reverse("scheduled_send", args=[mine["scheduled"]]))["Location"]
    assert sent == reverse("message", args=[room.pk, Message.objects.latest("pk").pk])


def test_a_poll_for_later_comes_by_the_door_and_stands_in_the_list(signed_in, room, alice):
    client = signed_in(alice)
    given = {
        "body": "Lunch?",
        "when": "tomorrow at 9",
        "options": ["soup", "salad"],
        "anonymous": "1",
        "closes_after": "3600",
    }
    assert client.post(reverse("room_schedule", args=[room.pk]), given, headers=JSON).status_code == 200
    for wrong in ("soon", "²", "1" * 40, "-5"):
        refused = client.post(reverse("room_schedule", args=[room.pk]), given | {"closes_after": wrong}, headers=JSON)
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    row = Scheduled.objects.get(body="Lunch?")
    page = client.get(reverse("scheduled")).text
    assert ">soup\nsalad\n</textarea>" in page and "ends 1\xa0hour after it is sent" in page
    changed = {"body": "Lunch?", "options": "soup\r\n\r\nbread"}
    assert client.post(reverse("scheduled_change", args=[row.pk]), changed, headers=JSON).status_code == 200
    row.refresh_from_db()
    assert (row.poll["options"], row.poll["anonymous"], row.poll["closes_after"]) == (["soup", "bread"], True, 3600)


def test_what_could_not_be_sent_is_told_to_a_page_that_was_away_and_counted_at_its_tab(signed_in, room, alice, bob):
    for text in ("good morning", "good night"):
        row = schedule_message(alice, room.pk, text, timezone.now() + timedelta(days=1))
    Scheduled.objects.filter(pk=row.pk).update(state="failed", error="You cannot post here.")
    client = signed_in(alice)
    (failed,) = client.get(reverse("kept_json")).json()["failed"]
    assert (failed["kind"], failed["id"]) == ("scheduled_failed", str(row.pk))
    assert (failed["excerpt"], failed["text"]) == ("good night", "You cannot post here.")
    assert 'badge--mention">1<span class="sr-only"> not sent' in client.get(reverse("saved")).content.decode()
    assert signed_in(bob).get(reverse("kept_json")).json()["failed"] == []
