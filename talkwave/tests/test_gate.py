"""How many requests a process computes at once, who waits, and who is told to come back."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings

from talkwave.apart import asking
from talkwave.errors import Refused
from talkwave.web.gate import NEVER_HELD, Gate


class Django:
    """An application that reads the whole body, computes until it is told to answer, and then goes on sending."""

    def __init__(self) -> None:
        self.computed: list[str] = []
        self.answers = asyncio.Event()
        self.sent = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            pass
        if message["type"] == "http.disconnect":
            return
        self.computed.append(scope["path"])
        await self.answers.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.sent.wait()
        await send({"type": "http.response.body"})


class Asked:
    """One request on its way: what it was answered so far."""

    def __init__(
        self, gate: Gate, path: str = "/", *, accept: str = "", language: str = "", pieces: Any = None
    ) -> None:
        self.said: list[dict[str, Any]] = []
        headers = [(b"accept", accept.encode()), (b"accept-language", language.encode())]
        self._pieces = pieces
        scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
        self.task = asyncio.create_task(gate(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if self._pieces is not None:
            return dict(await self._pieces.get())
        return {"type": "http.request", "body": b""}

    async def _send(self, message: dict[str, Any]) -> None:
        self.said.append(message)

    @property
    def status(self) -> int:
        return int(self.said[0]["status"])


@pytest.fixture
def run(settings: LazySettings) -> Callable[..., Any]:
    settings.REQUESTS_AT_ONCE, settings.REQUESTS_WAITING = 1, 1

    def in_a_loop(story: Callable[[Gate, Django], Any]) -> None:
        async def told() -> None:
            django = Django()
            await story(Gate(django), django)

        asyncio.run(told())

    return in_a_loop


async def turns() -> None:
    """Everything that can go on has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_one_computes_one_waits_and_the_third_is_told_to_come_back(run: Any) -> None:
    async def story(gate: Gate, django: Django) -> None:
        asked = [Asked(gate, path) for path in ("/a", "/b", "/c")]
        await turns()
        assert django.computed == ["/a"] and (gate.computing, gate.waiting, gate.refused) == (1, 1, 1)
        assert asked[2].status == 503
        headers = dict(asked[2].said[0]["headers"])
        assert headers[b"retry-after"] == b"3" and headers[b"cache-control"] == b"no-store"
        assert asked[2].said[1]["body"].startswith(b"Very many people are asking")
        # An answer has begun: how fast its client reads is nobody's loss.
        django.answers.set()
        await turns()
        assert django.computed == ["/a", "/b"] and not asked[0].task.done()
        django.sent.set()
        await asyncio.gather(*(each.task for each in asked))
        assert [each.status for each in asked] == [200, 200, 503]
        assert (gate.computing, gate.waiting) == (0, 0)

    run(story)


def test_who_waited_for_too_long_is_told_so_in_their_language_and_as_json(run: Any, settings: LazySettings) -> None:
    settings.REQUESTS_WAIT_SECONDS = 0.01

    async def story(gate: Gate, django: Django) -> None:
        first = Asked(gate)
        await turns()
        late = Asked(gate, accept="application/json", language="de")
        await late.task
        told = json.loads(late.said[1]["body"])
        assert (late.status, told["code"], told["retry_after"]) == (503, "unavailable", 3)
        assert told["detail"].startswith("Gerade")
        django.answers.set()
        django.sent.set()
        await first.task
        assert django.computed == ["/"]

    run(story)


def test_a_body_that_comes_slowly_holds_nobody_up(run: Any) -> None:
    async def story(gate: Gate, django: Django) -> None:
        pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        slow = Asked(gate, "/slow", pieces=pieces)
        pieces.put_nowait({"type": "http.request", "body": b"x", "more_body": True})
        await turns()
        assert gate.computing == 0
        django.answers.set()
        django.sent.set()
        await Asked(gate, "/quick").task
        pieces.put_nowait({"type": "http.request", "body": b"y"})
        await slow.task
        assert django.computed == ["/quick", "/slow"] and slow.status == 200

    run(story)


def test_what_fails_or_is_left_by_its_client_gives_its_place_back(run: Any) -> None:
    async def story(gate: Gate, django: Django) -> None:
        asked = [Asked(gate, "/left"), Asked(gate, "/waits")]
        await turns()
        for each in asked:
            each.task.cancel()
        await asyncio.gather(*(each.task for each in asked), return_exceptions=True)
        assert (gate.computing, gate.waiting) == (0, 0)
        django.answers.set()
        django.sent.set()
        last = Asked(gate, "/next")
        await last.task
        assert last.status == 200

    run(story)


def test_probes_and_metrics_are_never_held_and_never_counted(run: Any, settings: LazySettings) -> None:
    settings.REQUESTS_WAITING = 0

    async def story(gate: Gate, django: Django) -> None:
        busy = Asked(gate)
        await turns()
        probes = [Asked(gate, path) for path in sorted(NEVER_HELD)]
        await turns()
        assert django.computed == ["/", *sorted(NEVER_HELD)] and gate.computing == 1
        django.answers.set()
        django.sent.set()
        await asyncio.gather(busy.task, *(each.task for each in probes))
        assert {each.status for each in probes} == {200}
        assert {"/healthz", "/readyz", "/metrics"} <= NEVER_HELD

    run(story)


def test_files_that_wait_to_be_looked_at_keep_no_more_than_a_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_LINE", threading.BoundedSemaphore(1))
    assert asking._LINE.acquire(blocking=False)
    with pytest.raises(Refused) as refused:
        asking.ask("rooms.files.opening:read")
    assert (refused.value.code, refused.value.retry_after) == ("unavailable", 5)
