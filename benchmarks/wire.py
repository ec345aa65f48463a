"""A WebSocket client that costs next to nothing: the load must never be the bottleneck.

A frame is not decoded. The bytes of everything received are searched for one mark that each delivery
holds exactly once, and frame headers are hopped over only to count the frames. One member of each room,
the witness, decodes everything instead, and the two ways of counting are compared at the end.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import re
import socket as system
import time
from collections.abc import Callable
from typing import cast

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
BODY_BYTES = 80
CONFIRM_FRAMES = 200
# 200 frames of a busy room are more than the 4 MiB that a server lets stand unconfirmed, so bytes count too.
CONFIRM_BYTES = 1 << 20
# Received bytes stand behind this much room, in which the end of the piece before is put back:
# so a mark that two reads cut in half is found, and nothing is copied but these few bytes.
LEAD = 256
_scratch = bytearray(LEAD + (1 << 20))
_landing = memoryview(_scratch)[LEAD:]

FILLER = "the wave rolls in and the wave rolls out, and all the while we talk of this and that"


class Handshake(Exception):
    """The server did not agree to talk WebSocket."""


def body_for(sender: int, number: int) -> str:
    """The text of one message: who sent it, which one it is, and words up to 80 bytes."""
    return f"bench s{sender:04d} n{number:07d} {FILLER}"[:BODY_BYTES]


def tag_for(sender: int, number: int) -> bytes:
    """The part of a body that no other message has."""
    return b"s%04d n%07d" % (sender, number)


TAG_LENGTH = len(tag_for(0, 0))


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One masked client frame."""
    size = len(payload)
    if size < 126:
        head = bytes((0x80 | opcode, 0x80 | size))
    elif size < 65536:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    mask = random.getrandbits(32).to_bytes(4, "big")
    # XOR of two whole numbers is the quickest masking that plain Python has.
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return head + mask + masked.to_bytes(size, "big")


class Socket(asyncio.BufferedProtocol):
    """One member's connection.

    `mark` begins the body of a delivery as this system writes it. `collect` passes every text frame to
    `on_frame` (greetings, and witnesses); otherwise only very short frames go there (a heartbeat).
    """

    def __init__(self, mark: bytes, on_frame: Callable[[Socket, bytes], None]) -> None:
        self.mark = mark
        self.on_frame = on_frame
        self.on_own: Callable[[Socket], None] | None = None
        # What the client owes the server after so much received (protocol.md: `ping` with `received`).
        self.confirm: Callable[[Socket], None] | None = None
        self.on_tags: Callable[[list[bytes], float], None] | None = None
        self.on_deliveries: Callable[[int], None] | None = None
        self.collect = True
        self.own: bytes | None = None
        self.deliveries = 0
        self.frames = 0
        self.confirmed_frames = 0
        self.confirmed_bytes = 0
        self.confirmed_at = 0.0
        self.received_bytes = 0
        self.witness = False
        self.decoded = 0
        self.close_code: int | None = None
        self.errors: list[bytes] = []
        self.closed = asyncio.get_running_loop().create_future()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._tail = b""
        self._keep = len(mark) + TAG_LENGTH - 1
        self._tags = re.compile(re.escape(mark) + rb"s\d{4} n(\d{7})")
        self._handshake: bytearray | None = bytearray()
        self._head = b""  # the part of a frame header that has arrived
        self._rest = 0  # bytes of the present frame still to come
        self._opcode = TEXT
        self._gather: bytearray | None = None  # the payload, where somebody wants it

    # -- asyncio -----------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have all that asyncio.Transport has, but are none of its children.
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _landing

    def buffer_updated(self, nbytes: int) -> None:
        if self._handshake is not None:
            self._handshake += _landing[:nbytes]
            end = self._handshake.find(b"\r\n\r\n")
            if end < 0:
                return
            first = bytes(self._handshake.split(b"\r\n", 1)[0])
            rest, self._handshake = bytes(self._handshake[end + 4 :]), None
            if b" 101 " not in first + b" ":
                self.opened.set_exception(Handshake(first.decode(errors="replace")))
                return
            if not self.opened.done():  # whoever waited for it may have gone meanwhile
                self.opened.set_result(None)
            if rest:
                _landing[: len(rest)] = rest
                self.buffer_updated(len(rest))
            return
        self.received_bytes += nbytes
        tail, end = self._tail, LEAD + nbytes
        start = LEAD - len(tail)
        _scratch[start:LEAD] = tail
        mark = self.mark
        found = _scratch.count(mark, max(start, LEAD - len(mark) + 1), end)
        self._tail = bytes(_scratch[max(start, end - self._keep) : end])
        own_seen = False
        if found or tail:
            self.deliveries += found
            if found and self.on_deliveries is not None:
                self.on_deliveries(found)
            if self.own is not None and _scratch.find(self.own, start, end) >= 0:
                own_seen = True
            if self.on_tags is not None:
                tags = self._tags.findall(_scratch, start, end)
                if tags:
                    self.on_tags(tags, time.perf_counter())
        if nbytes < 4096 and _scratch.find(b'"type":"error"', LEAD, end) >= 0:
            self.errors.append(bytes(_scratch[LEAD:end]))
        self._walk(end)
        if own_seen:
            self.own = None
            if self.on_own is not None:
                self.on_own(self)
        if self.confirm is not None and (
            self.frames - self.confirmed_frames >= CONFIRM_FRAMES
            or self.received_bytes - self.confirmed_bytes >= CONFIRM_BYTES
        ):
            self.confirm_now()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(Handshake("the connection was closed"))
        if not self.closed.done():
            self.closed.set_result(self.close_code)

    # -- frames ------------------------------------------------------------------------------------
    def _walk(self, end: int) -> None:
        """Hop from header to header through what has just arrived."""
        position = LEAD
        while position < end:
            if self._rest:
                step = min(self._rest, end - position)
                if self._gather is not None:
                    self._gather += _scratch[position : position + step]
                self._rest -= step
                position += step
                if not self._rest:
                    self._frame_done()
                continue
            head = self._head
            if head or end - position < 10:
                # Rare: a header at the very end, or cut in two. Take it byte by byte.
                head += _scratch[position : position + 1]
                position += 1
                need = 2 if len(head) < 2 else {126: 4, 127: 10}.get(head[1] & 127, 2)
                if len(head) < need:
                    self._head = head
                    continue
                self._head = b""
                self._begin(head[0], int.from_bytes(head[2:], "big") if need > 2 else head[1] & 127)
                continue
            size, first = _scratch[position + 1] & 127, _scratch[position]
            position += 2
            if size == 126:
                size = _scratch[position] << 8 | _scratch[position + 1]
                position += 2
            elif size == 127:
                size = int.from_bytes(_scratch[position : position + 8], "big")
                position += 8
            self._begin(first, size)

    def _begin(self, first: int, size: int) -> None:
        self._opcode, self._rest = first & 15, size
        wanted = self.collect or self._opcode >= CLOSE or size < 3
        self._gather = bytearray() if wanted else None
        if not size:
            self._frame_done()

    def _frame_done(self) -> None:
        payload, self._gather = self._gather, None
        if self._opcode < CLOSE:
            self.frames += 1
            if payload is not None:
                self.on_frame(self, bytes(payload))
        elif self._opcode == PING:
            self.write(frame(bytes(payload or b""), PONG))
        elif self._opcode == CLOSE:
            self.close_code = int.from_bytes((payload or b"")[:2], "big") or None
            self.close()

    # -- sending -----------------------------------------------------------------------------------
    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def send(self, payload: bytes) -> None:
        self.write(frame(payload))

    def pause(self) -> None:
        """Reads nothing more: what is sent to this socket stays on its way."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resume_reading()

    def confirm_now(self) -> None:
        if self.confirm is not None:
            self.confirmed_frames, self.confirmed_bytes = self.frames, self.received_bytes
            self.confirmed_at = time.monotonic()
            self.confirm(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connect(socket: Socket, port: int, path: str, headers: dict[str, str], room: int = 0) -> None:
    """Open `socket` to a server on this machine and shake hands; with `room` bytes of the kernel's for what comes."""
    loop = asyncio.get_running_loop()
    plain = system.socket()
    if room:
        plain.setsockopt(system.SOL_SOCKET, system.SO_RCVBUF, room)
    plain.setblocking(False)
    plain.setsockopt(system.IPPROTO_TCP, system.TCP_NODELAY, 1)
    await loop.sock_connect(plain, ("127.0.0.1", port))
    await loop.create_connection(lambda: socket, sock=plain)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version: 13",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    socket.write("\r\n".join([*lines, "", ""]).encode())
    await socket.opened
