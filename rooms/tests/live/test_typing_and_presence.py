"""What is never stored: typing, and who is here."""

import pytest

from talkwave.realtime import publish


def test_typing_reaches_the_others_and_not_oneself(connect, room, alice, bob):
    a, b = connect(alice), connect(bob)
    a.send(type="typing", room=str(room.pk))
    heard = b.until("typing")
    assert heard["room"] == str(room.pk) and heard["user"] == str(alice.pk) and heard["display_name"] == "Alice"
    assert [event for event in a.quiet() if event["type"] == "typing"] == []


def test_an_outsider_cannot_type_into_a_room(connect, room, charlie, bob):
    b = connect(bob)
    assert connect(charlie).ask(type="typing", room=str(room.pk))["code"] == "not_found"
    assert b.quiet() == []


@pytest.fixture
def watching(connect, room, bob):
    def watch(*users):
        b = connect(bob)
        answer = b.ask(type="presence.watch", users=[str(user.pk) for user in users])
        return b, {row["user"]: row["state"] for row in answer["users"]}

    return watch


def test_coming_going_and_idling_is_heard_by_who_watches(connect, watching, alice):
    b, states = watching(alice)
    assert states == {str(alice.pk): "offline"}
    mine = lambda event: event["type"] == "presence" and event.get("user") == str(alice.pk)  # noqa: E731
    a = connect(alice)
    assert b.until(mine)["state"] == "active"
    a.send(type="presence.set", state="idle")
    assert b.until(mine)["state"] == "idle"
    a.send(type="presence.set", state="active")
    assert b.until(mine)["state"] == "active"
    a.close()
    gone = b.until(mine)
    assert gone["state"] == "offline" and gone["since"]


def test_two_tabs_are_one_person(connect, watching, alice, second_server):
    first, second = connect(alice), connect(alice, to=second_server)
    b, states = watching(alice)
    assert states == {str(alice.pk): "active"}
    second.close()
    first.send(type="presence.set", state="idle")
    # Were the closed tab the whole person, this would be `offline` first. (What the second process said as its tab came
    # may arrive only now.)
    told = b.until(lambda event: event["type"] == "presence" and event["state"] != "active")
    assert told["state"] == "idle"


def test_only_people_one_shares_a_room_with_can_be_watched(connect, watching, charlie, alice):
    connect(charlie)
    _, states = watching(charlie, alice)
    assert str(charlie.pk) not in states and str(alice.pk) in states


def test_a_process_that_is_killed_takes_its_people_offline(connect, watching, alice, second_server):
    connect(alice, to=second_server)
    b, states = watching(alice)
    assert states == {str(alice.pk): "active"}
    second_server.kill()
    assert b.until("presence", timeout=60)["state"] == "offline"


def test_a_wrong_word_about_somebody_is_put_right(connect, watching, alice):
    """Two processes may speak of one person at the same moment, and the older word come last."""
    connect(alice)
    b, states = watching(alice)
    assert states == {str(alice.pk): "active"}
    publish.presence(
        alice.pk, {"type": "presence", "user": str(alice.pk), "state": "offline", "since": "2026-01-01T00:00:00.000Z"}
    )
    assert b.until("presence")["state"] == "offline"
    assert b.until("presence")["state"] == "active"
