"""Under pressure: what is left out first, what later, and what never. The pressure is set, not waited for."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings

from talkwave.realtime import pressure as pressures
from talkwave.realtime.pressure import ACKS_SLOW, CALM, HINTS_OFF, Pressure, pressure
from talkwave.testing_client import Client
from talkwave.testing_servers import ServerProcess


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def bounds(settings: LazySettings) -> None:
    settings.PRESSURE_LAG_SECONDS = (0.25, 1.0)
    settings.PRESSURE_COMMITS = (10, 100)
    settings.PRESSURE_BYTES = (1_000, 10_000)
    settings.PRESSURE_ACK_SECONDS = 0.25


NOTHING = {"lag": 0.0, "commits": 0, "waiting": 0}


@pytest.mark.parametrize(
    ("found", "level"),
    [
        ({}, CALM),
        ({"lag": 0.2, "commits": 9, "waiting": 999}, CALM),
        ({"lag": 0.25}, HINTS_OFF),
        ({"commits": 10}, HINTS_OFF),
        ({"waiting": 1_000}, HINTS_OFF),
        ({"lag": 1.0}, ACKS_SLOW),
        ({"commits": 100}, ACKS_SLOW),
        ({"waiting": 10_000, "lag": 0.25}, ACKS_SLOW),
    ],
)
def test_the_worst_of_three_says_how_much_is_left_out(bounds: None, found: dict[str, Any], level: int) -> None:
    one = Pressure(Clock())
    one.measure(**{**NOTHING, **found})
    assert one.level == level
    assert one.sheds_hints is (level >= HINTS_OFF)
    assert one.ack_delay == (0.25 if level == ACKS_SLOW else 0.0)


def test_it_must_have_been_calm_for_a_while_before_it_counts_as_calm(bounds: None) -> None:
    clock = Clock()
    one = Pressure(clock)
    one.measure(**{**NOTHING, "lag": 2.0})
    clock.now += pressures.CALM_SECONDS / 2
    one.measure(**NOTHING)
    assert one.level == ACKS_SLOW
    clock.now += pressures.CALM_SECONDS
    one.measure(**NOTHING)
    assert one.level == CALM


def test_more_pressure_counts_at_once(bounds: None) -> None:
    one = Pressure(Clock())
    one.measure(**{**NOTHING, "commits": 10})
    one.measure(**{**NOTHING, "commits": 100})
    assert one.level == ACKS_SLOW


@pytest.fixture
def calm_again() -> Iterator[None]:
    yield
    pressure.level = CALM


def test_hints_that_are_left_out_are_counted(calm_again: None) -> None:
    before = pressures.counts.hints_shed, pressures.counts.presence_shed
    assert not pressures.shed_typing() and not pressures.shed_presence()
    pressure.level = HINTS_OFF
    assert pressures.shed_typing() and pressures.shed_presence()
    assert (pressures.counts.hints_shed, pressures.counts.presence_shed) == (before[0] + 1, before[1] + 1)


@pytest.fixture
def pressed(transactional_db: None) -> Iterator[ServerProcess]:
    """A server process that is under the heaviest pressure from its first tick on."""
    server = ServerProcess(TEST_PRESSURE="1")
    yield server
    server.kill()


def test_under_the_heaviest_messages_are_stored_and_told_pings_answered_and_only_hints_missing(
    pressed: ServerProcess, room: Any, alice: Any, bob: Any, token: Any
) -> None:
    a, b = Client(pressed.port, token=token(alice)), Client(pressed.port, token=token(bob))
    heard = []
    for number in range(5):
        a.send(type="typing", room=str(room.pk))
        a.send(type="message.send", room=str(room.pk), body=str(number), client_id=str(uuid.uuid4()), ref=str(number))
        # The ping that comes behind the message is answered before its ack.
        a.send(type="ping", ref=f"ping {number}")
        answers = []
        while not {str(number), f"ping {number}"} <= set(answers):
            event = a.next()
            answers += [event["ref"]] if "ref" in event else []
        assert answers.index(f"ping {number}") < answers.index(str(number))
        heard.append(b.until(lambda event: event["type"] in ("typing", "message.created")))
    assert [event["type"] for event in heard] == ["message.created"] * 5
    assert [event["message"]["body"] for event in heard] == list("01234")
