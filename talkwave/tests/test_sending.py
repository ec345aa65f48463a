"""The hub's way out: own sockets at once, other hubs by way of the layer as long as there are any, the worker always."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from talkwave.realtime import tasks
from talkwave.realtime.publish import EVERYWHERE, Envelope, room_group
from talkwave.realtime.sending import HERE_MISSED, Sending


class Hearing:
    """One hub's sending, with a layer that writes down what it is given."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.away = False
        self.sent: list[tuple[str, str]] = []
        loop = asyncio.get_running_loop()
        self.sending = Sending(self, loop, self.told.append)
        self._running = loop.create_task(self.sending.run())

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if self.away:
            raise ConnectionError
        self.sent.append((group, message.get("op") or message["type"]))

    async def say(self, *envelopes: Envelope) -> None:
        self.sending.outlet(list(envelopes))
        for _ in range(20):
            await asyncio.sleep(0)

    def long_ago(self, settings: Any) -> None:
        """Another hub was heard at the start, and not since."""
        self.sending._others_at -= HERE_MISSED * settings.HUB_CHECK_SECONDS + 1

    async def end(self) -> None:
        await tasks.end([self._running])


def event(room: int = 1) -> Envelope:
    return Envelope(room_group(room), {"type": "hub", "op": "events", "room": room, "events": []})


WORK = Envelope("work", {"type": "work"})


@pytest.fixture
def story() -> Callable[[Callable[[Hearing], Coroutine[Any, Any, None]]], None]:
    def run(told: Callable[[Hearing], Coroutine[Any, Any, None]]) -> None:
        async def play() -> None:
            hub = Hearing()
            try:
                await told(hub)
            finally:
                await hub.end()

        async_to_sync(play)()

    return run


def test_one_that_starts_expects_others(story):
    async def told(hub: Hearing) -> None:
        await hub.say(event())
        assert hub.sent == [(room_group(1), "events")]
        assert len(hub.told) == 1

    story(told)


def test_alone_it_tells_its_own_and_leaves_redis_in_peace(story, settings):
    async def told(hub: Hearing) -> None:
        hub.long_ago(settings)
        await hub.say(event())
        assert hub.sent == []
        assert len(hub.told) == 1

    story(told)


def test_alone_it_still_says_that_it_is_here(story, settings):
    async def told(hub: Hearing) -> None:
        hub.long_ago(settings)
        hub.sending.here()
        await hub.say()
        assert hub.sent == [(EVERYWHERE, "here")]

    story(told)


def test_who_is_heard_is_told_from_then_on(story, settings):
    async def told(hub: Hearing) -> None:
        hub.long_ago(settings)
        hub.sending.others()
        await hub.say(event())
        assert hub.sent == [(room_group(1), "events")]

    story(told)


def test_the_worker_is_called_once_however_often_and_in_no_bundle(story, settings):
    async def told(hub: Hearing) -> None:
        await hub.say(WORK, *[event(room) for room in range(1, 8)], WORK)
        assert hub.sent == [(EVERYWHERE, "bundle"), ("work", "work")]
        assert len(hub.told) == 7
        hub.long_ago(settings)
        await hub.say(WORK)
        assert hub.sent[-1] == ("work", "work")

    story(told)


def test_of_a_layer_that_is_away_it_is_said_once_until_it_is_back(story, caplog):
    async def told(hub: Hearing) -> None:
        for away in (True, True, False, True):
            hub.away = away
            await hub.say(event())

    story(told)
    assert len([record for record in caplog.records if "not published" in record.message]) == 2
