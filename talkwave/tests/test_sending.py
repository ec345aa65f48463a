"""The hub's way out: own sockets at once, other hubs by way of the layer as long as there are any, the worker always."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from talkwave.realtime import arrivals, tasks
from talkwave.realtime.publish import EVERYWHERE, Envelope, RoomEvent, room_group
from talkwave.realtime.sending import HERE_MISSED, Sending
from talkwave.testing_client import PATIENCE
from talkwave.web.counting import counts


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


def test_of_a_layer_that_is_slow_no_more_waits_than_may_and_ones_own_hear_everything(story, settings):
    async def told(hub: Hearing) -> None:
        settings.HUB_UNSENT_BYTES = 100
        large = {"type": "hub", "op": "events", "room": 1, "events": [RoomEvent(1, b"x" * 100)]}
        # Said in one breath: the second finds the queue full.
        await hub.say(Envelope(room_group(1), large), Envelope(room_group(2), {**large, "room": 2}))
        assert hub.sent == [(room_group(1), "events")]
        assert [message["room"] for message in hub.told] == [1, 2]
        await hub.say(Envelope(room_group(2), {**large, "room": 2}))
        assert hub.sent[-1] == (room_group(2), "events")

    story(told)


def test_a_hub_that_cannot_keep_up_keeps_so_much_of_what_the_layer_brings(settings):
    settings.HUB_ARRIVALS_MOST = 2

    async def play() -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel("hub.")
        arrivals.bound(layer, channel)
        await layer.group_add("crowded", channel)
        before = counts.arrivals_dropped
        for number in range(5):
            await layer.group_send("crowded", {"type": "hub", "number": number})
        async with asyncio.timeout(PATIENCE):
            while counts.arrivals_dropped < before + 3:  # noqa: ASYNC110  (nobody tells)
                await asyncio.sleep(0.01)
        assert [(await layer.receive(channel))["number"] for _ in range(2)] == [0, 1]

    async_to_sync(play)()
