"""One connection: what waits to go out, what the client has not confirmed, and its end."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from talkwave.realtime.eager import run_eagerly
from talkwave.realtime.line import Parts
from talkwave.realtime.publish import encode
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

RESTARTING, SIGNED_OUT, SUSPENDED, TOO_SLOW, NOT_A_FRAME, FLOODING = 1012, 4401, 4403, 4408, 4413, 4429


class Socket:
    """What the hub and the consumer know of a connection. Never blocks: `push` keeps, `flush` writes what it can."""

    __slots__ = (
        "_bytes_out", "_bytes_waiting", "_closed", "_frames_out", "_greeted", "_out", "_send", "_sizes", "_window_bytes", "_window_frames", "_write_now", "_writing", "is_program", "last_heard",
        "refusals", "rooms", "send_now", "session_key", "state", "token_id", "user", "user_id", "watching",
    )  # fmt: skip

    def __init__(
        self,
        send: Callable[[dict[str, Any]], Awaitable[None]],
        user: Any,
        *,
        session_key: str | None = None,
        token_id: int | None = None,
        send_now: Callable[["Socket"], None],
        write: Callable[[Parts, int], bool] | None = None,
    ) -> None:
        self.user = user
        self.user_id: int = user.pk
        self.session_key = session_key
        self.token_id = token_id
        self.is_program = token_id is not None
        self.rooms: set[int] = set()
        self.watching: frozenset[int] = frozenset()
        self.state = "active"
        self.refusals = 0
        self.last_heard = time.monotonic()
        self.send_now = send_now
        self._send = send
        # As the extension LINE has it; None where a server has none.
        self._write_now = write
        # What is to go out, in pieces, a comma before each object.
        self._out: list[bytes | memoryview] = []
        # The sizes of the frames that are out and not confirmed, and their sum.
        self._sizes: deque[int] = deque()
        self._bytes_out = self._bytes_waiting = 0
        # Kept: a look into the settings costs a third of a microsecond, and they are asked at every event.
        self._window_bytes: int = settings.SOCKET_WINDOW_BYTES
        self._window_frames: int = settings.SOCKET_WINDOW_FRAMES
        self._frames_out = 0
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        self._greeted = False

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def bytes_kept(self) -> int:
        """What is out and not confirmed, and what waits to go out."""
        return self._bytes_out + self._bytes_waiting

    def push(self, event: Mapping[str, Any]) -> None:
        """One object for this client; it goes out with whatever else is ready at the next flush."""
        self.push_json(encode(event))

    def greet(self, hello: Mapping[str, Any]) -> None:
        """The first object of all; what came in meanwhile was kept and follows it.

        The window is what may be out beside it: whoever is in very many rooms would else never get further.
        """
        json = encode(hello)
        self._window_bytes += len(json)
        self._out[:0] = (b",", json)
        self._greeted = True
        self.send_now(self)

    def push_json(self, json: bytes) -> None:
        """JSON objects joined by commas."""
        self.push_parts((json,))

    def push_parts(self, parts: Parts) -> None:
        """The same in pieces, as the hub has them: large ones are shared by many sockets, and copied by none."""
        if self._closed:
            return
        if not self._out and self._greeted:
            self.send_now(self)
        self._out.append(b",")
        self._out += parts
        self._bytes_waiting += sum(map(len, parts))
        if self.bytes_kept > self._window_bytes:
            self.close(TOO_SLOW)

    def confirm(self, received: int) -> None:
        """The client has `received` frames of this socket so far."""
        unconfirmed = self._frames_out - received
        while self._sizes and len(self._sizes) > max(0, unconfirmed):
            self._bytes_out -= self._sizes.popleft()

    def flush(self) -> None:
        """Writes what waits as one frame. While an earlier frame is still being taken by the server, it goes on waiting."""
        if self._writing is not None or not self._out or self._closed or not self._greeted:
            return
        parts, self._out = self._out, []
        # A frame is an array: a bracket in place of the first comma.
        parts[0] = b"["
        parts.append(b"]")
        self._bytes_waiting = 0
        size = sum(map(len, parts))
        self._sizes.append(size)
        self._bytes_out += size
        self._frames_out += 1
        counts.frames_out += 1
        if len(self._sizes) > self._window_frames or self._bytes_out > self._window_bytes:
            self.close(TOO_SLOW)
            return
        try:
            written = self._write_now is not None and self._write_now(parts, size)
        except Exception as error:  # as in `_sent`: it went meanwhile, which is nobody else's business
            log.debug("a socket went while it was written to: %s", type(error).__name__)
            self.gone()
            return
        if not written:
            self._write({"type": "websocket.send", "text": b"".join(parts).decode()})

    def close(self, code: int) -> None:
        """Ends the connection with this code, once; what waits is dropped, sync brings it back."""
        if self._closed:
            return
        self._closed = True
        counts.close(code)
        self._out.clear()
        if self._writing is not None:
            # A reader that is stuck will not take a polite frame either.
            self._writing.cancel()
            self._writing = None
        self._write({"type": "websocket.close", "code": code})

    def gone(self) -> None:
        """The connection has ended, by itself unless it was closed."""
        if not self._closed:
            counts.close("gone")
        self._closed = True
        self._out.clear()

    def _write(self, message: dict[str, Any]) -> None:
        self._writing = run_eagerly(self._sent(message))
        if self._writing is not None:
            self._writing.add_done_callback(self._written)

    async def _sent(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except Exception as error:  # servers raise their own kinds when the peer has gone
            log.debug("a socket went while it was written to: %s", type(error).__name__)
            self.gone()

    def _written(self, task: asyncio.Task[None]) -> None:
        if self._writing is task:
            self._writing = None
            if self._out:
                self.send_now(self)
