"""A WebSocket of bare bytes: it sends what no proper client would, and reads as slowly as it likes."""

import asyncio
import contextlib
import json
import socket
import struct
import time
from typing import Any, Self

from faults.people.connection import Who

TEXT, CONTINUED, BINARY, CLOSE, PING, PONG = 1, 0, 2, 8, 9, 10
PATIENCE = 30.0
_MASK = b"wave"


def frame(
    payload: bytes,
    kind: int = TEXT,
    *,
    last: bool = True,
    masked: bool = True,
    reserved: int = 0,
    said: int | None = None,
) -> bytes:
    """A frame as a client makes it (RFC 6455, 5.2). `said`: the length its head tells, whatever its payload has."""
    size = len(payload) if said is None else said
    form = size if size < 126 else 126 if size < 65_536 else 127
    head = bytes(((0x80 if last else 0) | reserved | kind, (0x80 if masked else 0) | form))
    head += struct.pack("!H", size) if form == 126 else struct.pack("!Q", size) if form == 127 else b""
    if not masked:
        return head + payload
    mask = (_MASK * (len(payload) // 4 + 1))[: len(payload)]
    hidden = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
    return head + _MASK + hidden.to_bytes(len(payload), "big")


class Wire:
    """Made by `Wire.open`. `received` counts the text frames that came, `bytes` all that came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.received = self.bytes = 0
        self._events: list[dict[str, Any]] = []

    @classmethod
    async def open(cls, port: int, who: Who, *, by_cookie: bool = False, receive_buffer: int = 0) -> Self:
        """Connected, and through the handshake. `receive_buffer`: so many bytes wait here, and no more."""
        line = socket.socket()
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.setblocking(False)
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
            reader, writer = await asyncio.open_connection(sock=line, limit=receive_buffer or 65_536)
            known = f"Cookie: sessionid={who.cookie}\r\nOrigin: http://127.0.0.1:{port}"
            writer.write(
                (
                    f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    f"{known if by_cookie else f'Authorization: Bearer {who.token}'}\r\n\r\n"
                ).encode()
            )
            status = await reader.readline()
            if b" 101 " not in status:
                raise ConnectionRefusedError(status)
            while await reader.readline() != b"\r\n":
                pass
        return cls(reader, writer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()

    async def send(self, data: bytes) -> None:
        """These bytes as they are; raises OSError where the other end has gone."""
        self.writer.write(data)
        await self.writer.drain()

    async def say(self, **command: Any) -> None:
        await self.send(frame(json.dumps(command).encode()))

    async def frame(self) -> tuple[int, bytes]:
        """The next frame: its kind and its payload; raises IncompleteReadError or OSError where none comes any more."""
        first, size = await self.reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
        payload = await self.reader.readexactly(size)
        self.bytes += size
        self.received += first & 0x0F == TEXT
        return first & 0x0F, payload

    async def event(self) -> dict[str, Any]:
        """The next object of the server; raises EOFError or OSError once the connection is closed."""
        while not self._events:
            kind, payload = await self.frame()
            if kind == TEXT:
                self._events = json.loads(payload)[::-1]
            elif kind == CLOSE:
                raise EOFError(int.from_bytes(payload[:2], "big"))
            elif kind == PING:
                await self.send(frame(payload, PONG))
        return self._events.pop()

    async def closed_with(self, seconds: float = PATIENCE) -> tuple[int, float]:
        """Reads on until it is closed: the code, 1006 where none was told, and after how many seconds. TimeoutError."""
        began = time.monotonic()
        code = 1006
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            async with asyncio.timeout(seconds):
                while True:
                    kind, payload = await self.frame()
                    if kind == CLOSE:
                        code = int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1005
                        break
        return code, time.monotonic() - began
