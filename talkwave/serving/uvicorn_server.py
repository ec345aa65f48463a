"""TalkWave on uvicorn (`SERVER=uvicorn`), which has back-pressure of its own; docs/speed.md has both side by side."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import State
from websockets.server import ServerProtocol

from talkwave.realtime.line import LINE, Parts
from talkwave.serving.drain import Drain
from talkwave.serving.frames import frame_head

PING_SECONDS = 120
KEEP_ALIVE_SECONDS = 60
TOO_LARGE = 4413
# A client whose connection is failed has this long to hang up itself.
CLOSE_SECONDS = 1.0


class ChatServerProtocol(ServerProtocol):
    """The WebSocket state machine, closing with the code of the protocol page where a message is too large."""

    def fail(self, code: int, reason: str = "") -> None:
        super().fail(TOO_LARGE if code == CloseCode.MESSAGE_TOO_BIG else code, reason)


class ChatSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket with that state machine, and a bound on the pieces of a message."""

    frames: list[bytes]
    close_sent: bool
    read_paused: bool
    disconnected: bool
    _hear: Callable[[str, bool], bool] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = ChatServerProtocol(max_size=self.config.ws_max_size, logger=self.logger)

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][LINE] = {"write": self._write, "listen": self._listen}

    def _write(self, parts: Parts, size: int) -> bool:
        # A lost connection sets `writable` and leaves the rest as it was.
        lost = self.disconnected or self.transport.is_closing() or self.close_sent
        if lost or not self.writable.is_set() or self.conn.state is not State.OPEN:
            return False
        self.transport.writelines((frame_head(size), *parts))
        return True

    def _listen(self, hear: Callable[[str, bool], bool]) -> None:
        self._hear = hear

    def handle_text(self, event: Frame) -> None:
        """As uvicorn does, but for the way of a whole frame that can be heard at once: nothing is paused for it."""
        if self._hear is not None and event.fin and not self.close_sent:
            with contextlib.suppress(UnicodeDecodeError):
                if self._hear(bytes(event.data).decode(), not self.queue.empty()):
                    return
        super().handle_text(event)

    def handle_cont(self, event: Frame) -> None:
        # Each piece costs far more memory than the byte it may hold.
        if len(self.frames) >= settings.WEBSOCKET_FRAGMENTS_MAX:
            self.frames = []
            self.conn.fail(TOO_LARGE, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def handle_parser_exception(self) -> None:
        """Says why, and hangs up a little later: closing while more is coming in would reset the connection, and
        the close code would be lost on its way."""
        if self.close_sent:
            return
        sent = self.conn.close_sent
        code = sent.code if sent is not None else CloseCode.PROTOCOL_ERROR
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.close)


class BodyTooLarge(Exception):
    """A request's body went over HTTP_BODY_MAX while it was read."""


class LimitedBodies:
    """Wraps the application: a body over HTTP_BODY_MAX is refused, as told beforehand or as counted."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        taken, answered = 0, False

        async def counted() -> Any:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > settings.HTTP_BODY_MAX:
                raise BodyTooLarge
            return message

        async def noted(message: Any) -> None:
            nonlocal answered
            answered = True
            await send(message)

        said = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if said.isdigit() and int(said) > settings.HTTP_BODY_MAX:
                raise BodyTooLarge
            await self._application(scope, counted, noted)
        except BodyTooLarge:
            if not answered:
                headers = [(b"connection", b"close"), (b"content-length", b"0")]
                await send({"type": "http.response.start", "status": 413, "headers": headers})
                await send({"type": "http.response.body", "body": b""})


class ChatServer(uvicorn.Server):
    """Drains on SIGTERM before uvicorn closes what is left."""

    def __init__(self, config: uvicorn.Config, drain: Drain, started: Callable[[Any], Any]) -> None:
        super().__init__(config)
        self._drain = drain
        self._started = started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: setattr(self, "should_exit", True))
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._watching = self._started(asyncio.get_running_loop())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for inherited in sockets or []:
            inherited.close()
        await self._drain.finish()
        await super().shutdown(sockets)


def run(application: Any, listener: socket.socket, started: Callable[[asyncio.AbstractEventLoop], Any]) -> None:
    """Serves until SIGTERM; `started` is called on the running loop once requests are answered."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    drain = Drain(LimitedBodies(application))
    config = uvicorn.Config(
        drain,
        loop="auto",
        http="h11",
        ws=ChatSocketProtocol,
        ws_max_size=settings.WEBSOCKET_HARD_MAX,
        ws_per_message_deflate=False,  # compression leaks what is secret by its length, and costs memory a socket
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the middleware decides whom to believe (TRUSTED_PROXY_COUNT)
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    ChatServer(config, drain, started).run(sockets=[listener])
