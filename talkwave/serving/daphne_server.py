"""TalkWave on daphne: the stock server, with the limits and the orderly end a chat needs."""

# ruff: noqa: N802, N803  (the names are autobahn's and Twisted's)

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
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet import reactor
from twisted.logger import STDLibLogObserver, globalLogBeginner

from talkwave.realtime.line import LINE, Parts
from talkwave.serving.drain import Drain
from talkwave.serving.frames import frame_head, whole_text_frame
from talkwave.web.flow import WAITING

# The application's own heartbeat rules (docs/protocol.md); daphne's pings only find a peer that is gone altogether.
PING_SECONDS = 120
HTTP_TIMEOUT_SECONDS = 120
TOO_LARGE = 4413
TOO_LARGE_BODY, NO_SPACE = b"413 Content Too Large", b"507 Insufficient Storage"
READ_CHUNK = 64 * 1024
# Frames that wait for a busy consumer before daphne stops reading from that socket, and how soon it looks again.
QUEUED_FRAMES = 64
RESUME_CHECK_SECONDS = 0.02


class ChatSocketProtocol(WebSocketProtocol):
    """daphne's WebSocket, closing with the codes of the protocol page and bounded on the way in."""

    _fragments = 0
    _paused = False
    _hear: Callable[[str, bool], bool] | None = None

    def _max_message_size_exceeded(self, msg_size: int, max_msg_size: int, reason: str) -> None:
        self._fail_connection(TOO_LARGE, "frame too large")

    def onMessageBegin(self, isBinary: bool) -> None:
        self._fragments = 0
        super().onMessageBegin(isBinary)

    def onMessageFrameBegin(self, length: int) -> None:
        # Each piece costs far more memory than the byte it may hold.
        self._fragments += 1
        if self._fragments > settings.WEBSOCKET_FRAGMENTS_MAX and not self.failedByMe:
            self._fail_connection(TOO_LARGE, "too many fragments")
        super().onMessageFrameBegin(length)

    def dataReceived(self, data: bytes) -> None:
        """Takes what clients send nearly always, small whole text frames, and leaves the rest to autobahn.

        Its machinery for frames of every kind, in any number of pieces, costs a message a sixth of all its time here.
        """
        begin = taken_now = 0
        # Nothing begun: the next byte is the first of a frame.
        if self.state == self.STATE_OPEN and not self.data and self.current_frame is None and not self.inside_message:
            while (taken := whole_text_frame(data, begin)) is not None:
                text, begin = taken
                self._take(text, at_once=taken_now < QUEUED_FRAMES)
                taken_now += 1
        if begin < len(data):
            super().dataReceived(data[begin:])

    def _take(self, text: str, *, at_once: bool) -> None:
        if self.autoPingTimeoutCall is not None:
            self._cancelAutoPingTimeoutCall()
        if not self.muted and self.state == self.STATE_OPEN:
            self.last_ping = time.time()
            if self._hear is not None and self._hear(text, not (at_once and self.application_queue.empty())):
                return
            self.application_queue.put_nowait({"type": "websocket.receive", "text": text})
            self._bound_queue()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        if self.state != self.STATE_OPEN:
            return  # we have said goodbye: nobody reads it
        super().onMessage(payload, isBinary)
        self._bound_queue()

    def _bound_queue(self) -> None:
        if not self._paused and self.application_queue.qsize() > QUEUED_FRAMES:
            self._paused = True
            self.transport.pauseProducing()
            self._resume_when_read()

    def _resume_when_read(self) -> None:
        if self.state == self.STATE_CLOSED:
            return  # whoever read from it may have ended long before
        if self.application_queue.qsize() > QUEUED_FRAMES // 2:
            reactor.callLater(RESUME_CHECK_SECONDS, self._resume_when_read)
            return
        self._paused = False
        self.transport.resumeProducing()

    def line(self) -> dict[str, Any]:
        """The extension LINE of this connection's scope."""
        return {"write": self._write, "listen": self._listen}

    def _write(self, parts: Parts, size: int) -> bool:
        if self.state != self.STATE_OPEN:
            return False
        self._send_frame(parts, size)
        return True

    def _listen(self, hear: Callable[[str, bool], bool]) -> None:
        self._hear = hear

    def serverSend(self, content: Any, binary: bool = False) -> None:
        if binary or self.state != self.STATE_OPEN:
            super().serverSend(content, binary)
        else:
            payload = content.encode()
            self._send_frame((payload,), len(payload))

    def _send_frame(self, parts: Parts, size: int) -> None:
        """As daphne does, but for the way: a frame is given to the kernel at once, in the pieces it comes in.

        Through autobahn's message layer, Twisted's buffer and another turn of the reactor, it costs three times as
        much (docs/decisions.md); it still goes through that buffer where the kernel takes no more.
        """
        pieces = (frame_head(size), *parts)
        transport = self.transport
        sent = 0
        if not (transport.dataBuffer or transport._tempDataBuffer or transport.disconnecting or self.send_queue):
            try:
                sent = transport.socket.sendmsg(pieces)
            except OSError:
                sent = 0  # would block, too many pieces, or has ended: the transport finds out, and tells
            if sent == len(pieces[0]) + size:
                return
        self.sendData(b"".join(pieces)[sent:])

    def serverClose(self, code: int | None = None) -> None:
        # autobahn's sendClose refuses 1012, "the server is restarting", which is just what is to be said.
        self.sendCloseFrame(code=1000 if code is None else code)


class ChatSocketFactory(WebSocketFactory):
    protocol = ChatSocketProtocol


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
