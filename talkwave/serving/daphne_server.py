"""TalkWave on daphne: the stock server, with the limits and the orderly end a chat needs."""

# ruff: noqa: N802  (the names are autobahn's and Twisted's)

import asyncio
import logging
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

# Installs Twisted's asyncio reactor, which must come before anything else that imports Twisted.
from daphne.server import Server  # isort:skip

from daphne.http_protocol import HTTPFactory, WebRequest
from django.conf import settings
from twisted.internet import reactor
from twisted.logger import STDLibLogObserver, globalLogBeginner

from talkwave.realtime.line import LINE
from talkwave.serving.daphne_sockets import ChatSocketFactory
from talkwave.serving.drain import Drain
from talkwave.web.flow import WAITING

# The application's own heartbeat rules (docs/protocol.md); daphne's pings only find a peer that is gone altogether.
PING_SECONDS = 120
HTTP_TIMEOUT_SECONDS = 120
TOO_LARGE_BODY, NO_SPACE = b"413 Content Too Large", b"507 Insufficient Storage"
READ_CHUNK = 64 * 1024


class ChatRequest(WebRequest):
    """daphne's HTTP request, refusing a body that is too large before it is in memory, or for which there is no space."""

    _received = 0
    _refused = False
    _stood: tuple[int, int] | None = None

    def waiting(self) -> int:
        """Bytes of this connection that are in memory and not with the kernel yet."""
        # Twisted takes the channel away from an answer that is finished.
        channel = getattr(self, "channel", None)
        transport = channel and channel.transport
        return len(transport.dataBuffer) - transport.offset + transport._tempDataLen if transport else 0

    def check_timeouts(self) -> None:
        if self.finished:
            # Answered, though its application may still be tidying up. An error here would end all time limits for good.
            return
        # An answer under way has the time its reader takes, as long as it moves.
        stands = (self.sentLength, self.waiting())
        if self._response_started and stands != self._stood:
            self._stood = stands
            self.request_start = time.time()
        super().check_timeouts()

    def gotLength(self, length: int | None) -> None:
        if length is not None and length > settings.HTTP_BODY_MAX:
            self._refuse_body(TOO_LARGE_BODY)
        super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > settings.HTTP_BODY_MAX:
            self._refuse_body(TOO_LARGE_BODY)
            return
        try:
            super().handleContentChunk(data)
            # A large body waits in a file. What stayed behind on its way there would fail where nobody can answer.
            self.content.flush()
        except OSError:
            self._refuse_body(NO_SPACE)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if not self._refused:
            super().requestReceived(command, path, version)

    def _refuse_body(self, status: bytes) -> None:
        self._refused = True
        transport = self.channel.transport
        transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self.channel.loseConnection()


class ChatHTTPFactory(HTTPFactory):
    def buildProtocol(self, addr: Any) -> Any:
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = ChatRequest
        return protocol


class ChatServer(Server):
    """Serves on the socket the supervisor opened; drains on SIGTERM."""

    def __init__(self, drain: Drain, listener: socket.socket, started: Callable[[Any], Any]) -> None:
        super().__init__(
            application=drain,
            endpoints=["inherited"],
            signal_handlers=False,
            http_timeout=HTTP_TIMEOUT_SECONDS,
            request_buffer_size=READ_CHUNK,
            websocket_timeout=-1,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            server_name="",
        )
        self._drain = drain
        self._listener = listener
        self._started = started
        self._ending: asyncio.Task[None] | None = None

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = ""  # daphne takes it from a request header that anybody may send
        extensions = scope.setdefault("extensions", {})
        if scope["type"] == "websocket":
            extensions[LINE] = protocol.line()
        else:
            extensions[WAITING] = protocol.waiting
        return super().create_application(protocol, scope)

    async def handle_reply(self, protocol: Any, message: dict[str, Any]) -> None:
        """As daphne does; but who sends to a slow reader waits, as ASGI means it, and what they hold back is bounded."""
        await super().handle_reply(protocol, message)
        if message["type"] == "websocket.send":
            await protocol.taking.wait()

    def run(self) -> None:
        loop = reactor._asyncioEventloop
        asyncio.set_event_loop(loop)
        globalLogBeginner.beginLoggingTo([STDLibLogObserver("twisted")], redirectStandardIO=False, discardBuffer=True)
        self.connections: dict[Any, dict[str, Any]] = {}
        self.http_factory = ChatHTTPFactory(self)
        self.ws_factory = ChatSocketFactory(self, server=self.server_name)
        self.ws_factory.setProtocolOptions(
            autoPingTimeout=self.ping_timeout,
            allowNullOrigin=True,  # who may connect is decided by the consumer, which can tell the browser why not
            openHandshakeTimeout=self.websocket_handshake_timeout,
            maxMessagePayloadSize=settings.WEBSOCKET_HARD_MAX,
            maxFramePayloadSize=settings.WEBSOCKET_HARD_MAX,
            failByDrop=False,  # say the code before hanging up
        )
        reactor.callLater(1, self.application_checker)
        reactor.callLater(2, self.timeout_checker)
        reactor.addSystemEventTrigger("before", "shutdown", self.kill_all_applications)
        self._port = reactor.adoptStreamPort(self._listener.fileno(), self._listener.family, self.http_factory)
        self._listener.close()  # Twisted has its own copy of the descriptor
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal)
        reactor.callWhenRunning(lambda: setattr(self, "_watching", self._started(loop)))
        reactor.run(installSignalHandlers=False)

    def kill_all_applications(self) -> Any:
        # daphne takes the entry away once an application has ended, and here it wants one of every connection: of a
        # browser that keeps its connection open after an answer there is none.
        ended: asyncio.Future[None] = reactor._asyncioEventloop.create_future()
        ended.set_result(None)
        for details in self.connections.values():
            details.setdefault("application_instance", ended)
        return super().kill_all_applications()

    def _on_signal(self) -> None:
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        self._port.stopListening()
        await self._drain.finish()
        # A close frame that was just written leaves with the next turns of the loop.
        await asyncio.sleep(0.05)
        reactor.stop()


def run(application: Any, listener: socket.socket, started: Callable[[asyncio.AbstractEventLoop], Any]) -> None:
    """Serves until SIGTERM; `started` is called on the running loop once requests are answered."""
    logging.getLogger("twisted").setLevel(logging.ERROR)
    ChatServer(Drain(application), listener, started).run()
