"""TalkWave on uvicorn (`SERVER=uvicorn`): faster than daphne, and with back-pressure of its own."""

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
from websockets.server import ServerProtocol

from talkwave.serving.drain import Drain

PING_SECONDS = 120
KEEP_ALIVE_SECONDS = 60
TOO_LARGE = 4413


class ChatServerProtocol(ServerProtocol):
    """The WebSocket state machine, closing with the code of the protocol page where a message is too large."""

    def fail(self, code: int, reason: str = "") -> None:
        super().fail(TOO_LARGE if code == CloseCode.MESSAGE_TOO_BIG else code, reason)


class ChatSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket with that state machine, and a bound on the pieces of a message."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = ChatServerProtocol(max_size=self.config.ws_max_size, logger=self.logger)

    def handle_cont(self, event: Frame) -> None:
        # Each piece costs far more memory than the byte it may hold.
        if len(self.frames) >= settings.WEBSOCKET_FRAGMENTS_MAX:
            self.frames = []
            self.conn.fail(TOO_LARGE, "too many fragments")
            self.handle_parser_exception()
            return
        super().handle_cont(event)


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
        self._watching.cancel()
        await super().shutdown(sockets)


def run(application: Any, listener: socket.socket, started: Callable[[asyncio.AbstractEventLoop], Any]) -> None:
    """Serves until SIGTERM; `started` is called on the running loop once requests are answered."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    drain = Drain(application)
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
