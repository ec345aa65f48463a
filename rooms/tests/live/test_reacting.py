"""Reacting over the socket."""

import threading

import pytest

from rooms.models import Reaction, Room


@pytest.fixture
def said(connect, room, alice):
    a = connect(alice)
    return a, a.say(room, "soup at noon")["id"]


def react(client, message, emoji="👍", type="reaction.add"):
    return client.ask(type=type, message=message, emoji=emoji)


def test_a_reaction_reaches_everybody_with_the_whole_message(connect, said, bob):
    a, message = said
    b = connect(bob)
    assert react(b, message)["type"] == "ok"
    event = a.until("message.updated")
    assert event["message"]["reactions"] == [{"emoji": "👍", "count": 1, "users": [str(bob.pk)]}]
    assert event["version"] == event["message"]["version"] == 2
    assert event["message"]["body"] == "soup at noon"
    assert react(b, message, type="reaction.remove")["type"] == "ok"
    assert a.until("message.updated")["message"]["reactions"] == []


def test_saying_it_again_is_ok_and_changes_nothing(said, room):
    a, message = said
    for _ in range(3):
        assert react(a, message)["type"] == "ok"
    assert react(a, message, "🎉", type="reaction.remove")["type"] == "ok"
    assert Room.objects.get(pk=room.pk).version == 2


def test_an_outsider_and_somebody_suspended_learn_nothing(connect, said, charlie, bob):
    _, message = said
    c = connect(charlie)
    for type in ("reaction.add", "reaction.remove"):
        assert react(c, message, type=type)["code"] == "not_found"
        assert react(c, "999999", type=type)["code"] == "not_found"
    assert not Reaction.objects.exists()


@pytest.mark.parametrize(
    "fields, code",
    [
        ({}, "bad_request"),
        ({"emoji": 7}, "bad_request"),
        ({"emoji": ["👍"]}, "bad_request"),
        ({"emoji": "thumbs up"}, "bad_request"),
        ({"emoji": "👍", "message": None}, "not_found"),
        ({"emoji": "👍", "message": {"id": 1}}, "not_found"),
    ],
)
def test_bad_frames_are_answered_and_nothing_is_stored(said, fields, code):
    a, message = said
    assert a.ask(**{"type": "reaction.add", "message": message, **fields})["code"] == code
    assert react(a, message)["type"] == "ok"
    assert Reaction.objects.count() == 1


def test_a_flood_is_slowed_down(said):
    a, message = said
    answers = [react(a, message, type="reaction.remove") for _ in range(40)]
    slowed = [answer for answer in answers if answer.get("code") == "rate_limited"]
    assert slowed and all(answer["retry_after"] > 0 for answer in slowed)


def test_everybody_at_once_counts_everybody_once(connect, said, room, bob, olga):
    a, message = said
    people = [a, connect(bob), connect(olga)]
    answers = []

    def both(client):
        answers.extend(react(client, message, emoji)["type"] for emoji in ("👍", "🎉", "👍"))

    threads = [threading.Thread(target=both, args=(client,)) for client in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["ok"] * 9
    assert sorted(Reaction.objects.values_list("emoji", flat=True)) == ["🎉"] * 3 + ["👍"] * 3
    assert Room.objects.get(pk=room.pk).version == 1 + 6
