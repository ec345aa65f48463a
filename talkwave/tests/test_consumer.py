"""A consumer by itself. What only looks is answered in turn, but beside everything else; who comes while it drains goes back."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from asgiref.sync import async_to_sync

from talkwave.realtime import lifecycle
from talkwave.realtime.admission import Identity
from talkwave.realtime.consumer import FRAME_WEIGHT, LOOKS_WAITING, LiveConsumer
from talkwave.realtime.hub import Hub
from talkwave.realtime.socket import RESTARTING
from talkwave.web import limits
from talkwave.web.ratelimit import Buckets


class Talk:
    """A connection to a consumer whose looks wait until `go` is set; inside, frames are sent and what came is read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = asyncio.Event()
        self.ended: list[str] = []
        self.closed_with: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.greeting: Callable[[], object] = lambda: None
        self._frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._came: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        hub = Hub()
        monkeypatch.setattr(lifecycle, "hub", lambda: hub)

    async def __aenter__(self) -> "Talk":
        self._frames.put_nowait({"type": "websocket.connect"})
        talker = self._consumer()
        self._serving = asyncio.create_task(
            talker({"type": "websocket", "client": ("127.0.0.1", 1), "headers": []}, self._frames.get, self._sent)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._frames.put_nowait({"type": "websocket.disconnect"})
        await self._serving

    def _consumer(self) -> LiveConsumer:
        talk = self

        class Talker(LiveConsumer):
            looks = frozenset({"look"})

            async def identify(self, scope: dict[str, Any]) -> Identity:
                return Identity(SimpleNamespace(pk=1), session_key="session")

            async def greet(self) -> None:
                talk.greeting()
                self.socket.greet({"type": "hello"})

            async def look(self, command: dict[str, Any]) -> dict[str, Any]:
                try:
                    await talk.go.wait()
                finally:
                    talk.ended.append(command["ref"])
                return {"type": "seen"}

            async def ping(self, command: dict[str, Any]) -> dict[str, Any]:
                return {"type": "pong"}

            commands = {"look": look, "ping": ping}

        return Talker()

    async def _sent(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.closed_with.set_result(message["code"])
        if message["type"] == "websocket.send":
            for event in orjson.loads(message.get("text") or message["bytes"]):
                if event["type"] != "hello":
                    self._came.put_nowait(event)

    def say(self, kind: str, ref: str, **more: str) -> None:
        self.send(orjson.dumps({"type": kind, "ref": ref, **more}).decode())

    def send(self, text: str) -> None:
        self._frames.put_nowait({"type": "websocket.receive", "text": text})

    async def event(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            return await self._came.get()

    async def heard(self) -> str:
        return str((await self.event())["ref"])

    async def settled(self) -> None:
        """Everything that can happen without `go` has."""
        for _ in range(200):
            await asyncio.sleep(0)

    def nothing_came(self) -> bool:
        return self._came.empty()


def test_a_slow_look_holds_up_nothing_else_of_the_same_socket(monkeypatch):
    async def story() -> None:
        async with Talk(monkeypatch) as talk:
            talk.say("look", "slow")
            talk.say("ping", "quick")
            assert await talk.heard() == "quick"
            talk.go.set()
            assert await talk.heard() == "slow"

    async_to_sync(story)()


def test_looks_are_answered_in_the_order_they_were_asked_in(monkeypatch):
    async def story() -> None:
        async with Talk(monkeypatch) as talk:
            for ref in "abc":
                talk.say("look", ref)
            talk.go.set()
            assert [await talk.heard() for _ in "abc"] == ["a", "b", "c"]

    async_to_sync(story)()


def test_a_socket_with_too_many_looks_waiting_is_not_read_until_they_are_answered(monkeypatch):
    async def story() -> None:
        async with Talk(monkeypatch) as talk:
            for number in range(LOOKS_WAITING + 1):
                talk.say("look", f"{number}")
            talk.say("ping", "after")
            await talk.settled()
            assert talk.nothing_came()
            talk.go.set()
            heard = [await talk.heard() for _ in range(LOOKS_WAITING + 2)]
            assert heard[-1] == "after"

    async_to_sync(story)()


def test_who_leaves_while_something_is_looked_at_leaves_nothing_behind(monkeypatch):
    async def story() -> None:
        async with Talk(monkeypatch) as talk:
            talk.say("look", "slow")
            talk.say("ping", "quick")
            assert await talk.heard() == "quick"
        await talk.settled()
        assert talk.ended == ["slow"]
        assert talk.nothing_came()

    async_to_sync(story)()


def test_who_is_greeted_while_the_server_drains_is_sent_back_at_once(monkeypatch):
    async def story() -> None:
        talk = Talk(monkeypatch)
        talk.greeting = lambda: monkeypatch.setattr(lifecycle, "draining", True)
        async with talk:
            async with asyncio.timeout(10):
                assert await talk.closed_with == RESTARTING

    async_to_sync(story)()


@pytest.mark.parametrize("readable", [True, False], ids=["a command", "no command at all"])
def test_a_large_frame_counts_as_several(monkeypatch, readable):
    monkeypatch.setattr(limits, "asking", Buckets(0.001, 10))

    async def story() -> list[str]:
        async with Talk(monkeypatch) as talk:
            for ref in ("large", "large again"):
                if readable:
                    talk.say("ping", ref, pad="x" * (7 * FRAME_WEIGHT))
                else:
                    talk.send("x" * (7 * FRAME_WEIGHT))
            talk.say("ping", "small")
            events = [await talk.event() for _ in range(3)]
            return [event.get("code") or event["type"] for event in events]

    assert async_to_sync(story)() == ["pong" if readable else "bad_request", "rate_limited", "pong"]
