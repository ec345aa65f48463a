"""One's status: what may stand there, for how long, and who is told."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import delete_account
from presence.models import Status
from presence.statuses import set_away, set_status, statuses_of
from talkwave.errors import Refused
from talkwave.realtime import publish

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def told(monkeypatch):
    """What watchers were told, in order."""
    events = []
    monkeypatch.setattr(publish, "presence", lambda user_id, event: events.append(json.loads(publish.encode(event))))
    return events


def test_a_status_is_kept_and_told_to_who_watches(alice, told):
    until = timezone.now() + timedelta(hours=1)
    set_status(alice, emoji="🌴", text="  on   holiday ", until=until)
    status = statuses_of([alice.pk])[alice.pk]
    assert (status["emoji"], status["text"], status["away"]) == ("🌴", "on holiday", False)
    assert status["until"].endswith("Z")
    assert told[-1] == {"type": "status.updated", "user": str(alice.pk), "status": status}


def test_a_status_ends_by_itself_and_by_hand(alice):
    set_status(alice, text="lunch", until=timezone.now() + timedelta(hours=1))
    Status.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert statuses_of([alice.pk]) == {}
    set_status(alice, text="lunch")
    assert set_status(alice) is None and statuses_of([alice.pk]) == {}


def test_being_away_stands_beside_the_words(alice, told):
    set_status(alice, text="reading")
    assert set_away(alice, True)["away"] is True
    assert statuses_of([alice.pk])[alice.pk]["text"] == "reading"
    set_away(alice, False)
    set_status(alice)
    assert statuses_of([alice.pk]) == {} and told[-1]["status"] is None


def test_who_watches_hears_that_it_is_over_with_its_account(alice, told, django_capture_on_commit_callbacks):
    set_status(alice, text="on holiday")
    with django_capture_on_commit_callbacks(execute=True):
        delete_account(alice, alice)
    assert told[-1] == {"type": "status.updated", "user": str(alice.pk), "status": None}
    assert statuses_of([alice.pk]) == {}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"emoji": "x"}, "bad_request"),
        ({"emoji": "👍👍"}, "bad_request"),
        ({"emoji": "<b>"}, "bad_request"),
        ({"text": "a\u202eb"}, "bad_request"),
        ({"text": "a\x00b"}, "bad_request"),
        ({"text": "x" * 101}, "too_long"),
        ({"text": "x", "until": timezone.now() - timedelta(minutes=1)}, "bad_request"),
    ],
)
def test_what_is_no_status_is_refused(alice, fields, code):
    with pytest.raises(Refused) as refusal:
        set_status(alice, **fields)
    assert refusal.value.code == code and not Status.objects.exists()


def test_the_door_takes_minutes_and_nothing_else(signed_in, alice):
    client = signed_in(alice)
    answer = client.post(reverse("status_set"), {"emoji": "🍜", "text": "lunch", "minutes": "30"}, headers=JSON)
    assert answer.json()["status"]["text"] == "lunch"
    assert timedelta(minutes=29) < Status.objects.get().until - timezone.now() <= timedelta(minutes=30)
    for minutes in ("-1", "0", "x", "9" * 30, "1.5"):
        assert client.post(reverse("status_set"), {"text": "x", "minutes": minutes}, headers=JSON).status_code == 400
    assert client.post(reverse("status_set"), {}, headers=JSON).json()["status"] is None


def test_away_without_a_word_turns_round(signed_in, alice):
    client = signed_in(alice)
    assert client.post(reverse("away_set"), headers=JSON).json()["status"]["away"] is True
    assert client.post(reverse("away_set"), headers=JSON).json()["status"] is None
    assert client.post(reverse("away_set"), {"away": "maybe"}, headers=JSON).status_code == 400


def test_an_emoji_before_the_words_is_the_emoji_also_by_its_name(signed_in, alice):
    for text in (":palm_tree: by the sea", "🌴 by the sea"):
        status = signed_in(alice).post("/status/", {"text": text}, headers=JSON).json()["status"]
        assert (status["emoji"], status["text"]) == ("🌴", "by the sea")
    status = signed_in(alice).post("/status/", {"text": "at 12:30:00 :nonsense:"}, headers=JSON).json()["status"]
    assert (status["emoji"], status["text"]) == ("", "at 12:30:00 :nonsense:")
