"""The gate before Django: so many requests are computed at once, some wait for their turn, further ones come back later.

Each request computes on a thread of its own. A few dozen of those that are busy slow down each other and the event loop,
and with it everybody's chat, without any of them being done sooner.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from talkwave.web import counting, health, metrics
from talkwave.web.language import language_from

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

RETRY_SECONDS: Final = 3
# What a probe or a scraper asks is told most of all where there is much to do.
NEVER_HELD: Final = frozenset({*health.PROBES, metrics.PATH})


class Gate:
    """An ASGI application around `application`, which is asked by at most REQUESTS_AT_ONCE requests at a time.

    A request counts from when its body is whole until its answer begins: whoever sends or reads slowly holds nobody up.
    Up to REQUESTS_WAITING wait in the order they came, REQUESTS_WAIT_SECONDS at most; all others are answered 503.
    """

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application
        self._places = asyncio.Semaphore(settings.REQUESTS_AT_ONCE)
        self.computing = self.waiting = self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in NEVER_HELD:
            await self._application(scope, receive, send)
            return
        turn = _Turn(self, receive, send)
        try:
            await self._application(scope, turn.receive, turn.send)
        finally:
            # Of whom the client has left: Django returns when the thread is done.
            turn.leave()
        if turn.refused:
            await _come_back(scope, send)

    async def enter(self) -> bool:
        """Waits for a place; False where there is none in time, or too many wait for one."""
        if self._places.locked() and self.waiting >= settings.REQUESTS_WAITING:
            self.refused += 1
            return False
        self.waiting += 1
        try:
            async with asyncio.timeout(settings.REQUESTS_WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            self.refused += 1
            return False
        finally:
            self.waiting -= 1
        self.computing += 1
        return True

    def leave(self) -> None:
        """The place is free for the next."""
        self.computing -= 1
        self._places.release()


class _Turn:
    """One request, between the server and the application."""

    def __init__(self, gate: Gate, receive: Receive, send: Send) -> None:
        self._gate = gate
        self._receive = receive
        self._send = send
        self._inside = False
        self.refused = False

    async def receive(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self._inside = await self._gate.enter()
            if not self._inside:
                self.refused = True
                # To the application it is as if nobody were there any more.
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Any) -> None:
        self.leave()
        await self._send(message)

    def leave(self) -> None:
        if self._inside:
            self._inside = False
            self._gate.leave()


async def _come_back(scope: Scope, send: Send) -> None:
    """Says 503, and when to ask again, without a template: that would be work, too."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    with translation.override(language_from(headers.get(b"accept-language", ""))):
        said = _("Very many people are asking just now. Try again in a moment.")
    if "application/json" in headers.get(b"accept", ""):
        kind = b"application/json"
        body = orjson.dumps({"code": "unavailable", "detail": said, "retry_after": RETRY_SECONDS})
    else:
        kind, body = b"text/plain; charset=utf-8", said.encode()
    answer = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", str(RETRY_SECONDS).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if scope["method"] == "GET":
        # A browser that was to show a page asks again by itself.
        answer.append((b"refresh", str(RETRY_SECONDS).encode()))
    await send({"type": "http.response.start", "status": 503, "headers": answer})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def gated(application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Gate:
    """The gate of this process, and its numbers."""
    gate = Gate(application)
    counting.gauge("talkwave_requests", "Requests that are computed just now.", lambda: gate.computing)
    counting.gauge("talkwave_requests_waiting", "Requests that wait for their turn.", lambda: gate.waiting)
    counting.counter("talkwave_requests_refused_total", "Requests that were told to come back.", lambda: gate.refused)
    return gate
