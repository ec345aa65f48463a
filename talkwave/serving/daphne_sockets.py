"""daphne's WebSocket as TalkWave runs it: bounded on the way in and out, with the codes of the protocol page.

Imported by daphne_server.py once Twisted's reactor stands.
"""

# ruff: noqa: N802, N803  (the names are autobahn's and Twisted's)

import asyncio
import time
from collections.abc import Callable
from typing import Any

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol
from django.conf import settings
from twisted.internet import reactor

from talkwave.realtime.line import Parts
from talkwave.serving.frames import frame_head, whole_text_frame

TOO_LARGE = 4413
# Frames that wait for a busy consumer before daphne stops reading from that socket, and how soon it looks again.
QUEUED_FRAMES = 64
RESUME_CHECK_SECONDS = 0.02


class Taking:
    """Whether the reader of a connection takes what is written: Twisted says when too much of it stands in its buffer,
    and when that is empty again. Its word for who is told is "producer"."""

    def __init__(self) -> None:
        self._again: asyncio.Future[None] | None = None

    @property
    def held_up(self) -> bool:
        return self._again is not None

    async def wait(self) -> None:
        """Until the buffer is empty again, or the connection has ended; at once, where not much is in it."""
        if self._again is not None:
            await asyncio.shield(self._again)

    def pauseProducing(self) -> None:
        if self._again is None:
            self._again = reactor._asyncioEventloop.create_future()

    def resumeProducing(self) -> None:
        again, self._again = self._again, None
        if again is not None:
            again.set_result(None)

    def stopProducing(self) -> None:
        # The connection has ended: there is nothing to wait for.
        self.resumeProducing()


class ChatSocketProtocol(WebSocketProtocol):
    """daphne's WebSocket, closing with the codes of the protocol page and bounded on the way in and out."""

    _fragments = 0
    _paused = False
    _hear: Callable[[str, bool], bool] | None = None

    def connectionMade(self) -> None:
        super().connectionMade()
        self.taking = Taking()
        # Until now that was the HTTP connection that this one comes from.
        self.transport.unregisterProducer()
        self.transport.registerProducer(self.taking, True)

    def connectionLost(self, *reason: Any) -> None:
        # autobahn has taken the producer away by then: nobody else would tell those who wait.
        self.taking.resumeProducing()
        super().connectionLost(*reason)

    def serverAccept(self, subprotocol: str | None = None) -> None:
        # autobahn does not wait for ever: an answer that is later than that would open what is on its way out.
        if self.state == self.STATE_CONNECTING:
            super().serverAccept(subprotocol)

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
        # What a reader does not take waits where it is shared with others, and not as a copy in Twisted's buffer.
        if self.state != self.STATE_OPEN or self.taking.held_up:
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
