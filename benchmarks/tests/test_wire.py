"""The load generator counts right, however the network cuts what it receives."""

import asyncio
import random

import pytest

from benchmarks import wire

MARK = b'"body":"bench '


class _Transport:
    def __init__(self):
        self.written = b""
        self.closed = False

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.closed

    def close(self):
        self.closed = True


def _server_frame(payload: bytes, opcode: int = 1) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def _event(number: int) -> bytes:
    return b'{"type":"message.created","message":{"body":"' + wire.body_for(7, number).encode() + b'"}}'


def _feed(socket: wire.Socket, data: bytes) -> None:
    socket.get_buffer(-1)[: len(data)] = data
    socket.buffer_updated(len(data))


def _open(on_frame=lambda socket, payload: None) -> tuple[wire.Socket, _Transport]:
    socket, transport = wire.Socket(MARK, on_frame), _Transport()
    socket.connection_made(transport)
    _feed(socket, b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
    return socket, transport


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 1000, 100_000])
async def test_every_delivery_and_every_frame_is_counted_once_however_the_bytes_are_cut(piece):
    decoded = []
    socket, _ = _open(lambda _, payload: decoded.append(payload))
    frames = [b"[" + b",".join(_event(n) for n in range(count)) + b"]" for count in (1, 0, 3, 700, 2)]
    stream = b"".join(map(_server_frame, frames))
    for start in range(0, len(stream), piece):
        _feed(socket, stream[start : start + piece])
    assert socket.deliveries == 706
    assert socket.frames == 5
    assert decoded == frames


async def test_cuts_at_random_places_change_nothing():
    chance = random.Random(1)
    for _ in range(50):
        socket, _ = _open()
        socket.collect = False
        stream = b"".join(_server_frame(b"[" + _event(n) + b"]") for n in range(40))
        while stream:
            size = chance.randint(1, 300)
            _feed(socket, stream[:size])
            stream = stream[size:]
        assert (socket.deliveries, socket.frames) == (40, 40)


async def test_a_sender_is_told_of_its_own_message_and_of_no_other():
    socket, _ = _open()
    seen = []
    socket.on_own = seen.append
    socket.own = MARK + wire.tag_for(7, 41)
    _feed(socket, _server_frame(b"[" + _event(40) + b"]"))
    assert not seen
    _feed(socket, _server_frame(b"[" + _event(41) + b"]"))
    assert seen == [socket] and socket.own is None


async def test_a_ping_of_the_server_is_answered_and_a_close_noted():
    socket, transport = _open()
    _feed(socket, _server_frame(b"alive?", 9))
    assert transport.written[0] == 0x8A and len(transport.written) == 2 + 4 + 6
    _feed(socket, _server_frame((4408).to_bytes(2, "big"), 8))
    assert socket.close_code == 4408 and transport.closed


async def test_received_frames_are_confirmed_after_two_hundred():
    socket, _ = _open()
    confirmed = []
    socket.confirm = lambda s: confirmed.append(s.frames)
    _feed(socket, _server_frame(b"[]") * 199)
    assert not confirmed
    _feed(socket, _server_frame(b"[]") * 201)
    assert confirmed == [400]


async def test_a_refused_handshake_says_why():
    socket = wire.Socket(MARK, lambda s, payload: None)
    socket.connection_made(_Transport())
    _feed(socket, b"HTTP/1.1 403 Forbidden\r\n\r\n")
    with pytest.raises(wire.Handshake, match="403 Forbidden"):
        await asyncio.wait_for(socket.opened, 1)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_what_is_sent_is_masked_and_whole(size):
    payload = bytes(i % 251 for i in range(size))
    data = wire.frame(payload)
    assert data[0] == 0x81 and data[1] & 0x80
    start = {126: 4, 127: 10}.get(data[1] & 127, 2)
    mask, masked = data[start : start + 4], data[start + 4 :]
    assert bytes(byte ^ mask[i % 4] for i, byte in enumerate(masked)) == payload


def test_a_body_is_always_eighty_bytes_and_starts_with_its_tag():
    for sender, number in ((0, 1), (299, 9_999_999)):
        body = wire.body_for(sender, number).encode()
        assert len(body) == wire.BODY_BYTES
        assert body.startswith(b"bench " + wire.tag_for(sender, number))
