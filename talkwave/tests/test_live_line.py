"""Frames in pieces say just what the text of them says."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from talkwave.realtime.flushing import Flusher
from talkwave.realtime.line import Parts, spliced
from talkwave.realtime.publish import RoomEvent, encode
from talkwave.realtime.room import LiveRoom
from talkwave.realtime.socket import Socket


def written(write: str = "takes it") -> tuple[Socket, list[Any]]:
    """A socket that keeps what it would send; `write`: whether its server has such a thing, and whether it can."""
    frames: list[Any] = []

    async def send(message: dict[str, Any]) -> None:
        frames.append(json.loads(message["text"]))

    def write_now(parts: Parts, size: int) -> bool:
        if write == "raises":
            raise RuntimeError("the transport is closed")
        text = b"".join(parts)
        assert len(text) == size
        if write == "takes it":
            frames.append(json.loads(text))
        return write == "takes it"

    socket = Socket(
        send,
        SimpleNamespace(pk=7),
        send_now=lambda _socket: None,
        write=None if write == "has none" else write_now,
    )
    return socket, frames


@pytest.mark.parametrize("write", ["takes it", "is full", "has none"])
def test_whatever_is_pushed_goes_out_as_one_array_in_order_after_hello(write: str) -> None:
    socket, frames = written(write)
    socket.push({"n": 1})
    socket.push_json(b'{"n":2},{"n":3}')
    socket.greet({"type": "hello", "é": "👋"})
    socket.flush()
    socket.push_parts((b'{"n', memoryview(b'":4}')))
    socket.flush()
    socket.flush()
    assert frames == [[{"type": "hello", "é": "👋"}, {"n": 1}, {"n": 2}, {"n": 3}], [{"n": 4}]]


def test_only_its_author_gets_the_client_id_and_each_at_their_own_message() -> None:
    room = LiveRoom(1)
    author, frames = written()
    other, others = written()
    other.user_id = 8
    for socket in (author, other):
        socket.greet({})
        room.sockets.add(socket)
    room.out = [
        RoomEvent(n, encode({"version": n, "message": {"body": f"é{n}"}}), person, f"id {n}" if person else None)
        for n, person in enumerate((7, None, 8, 7, 9), start=1)
    ]
    room.push()
    author.flush()
    other.flush()
    assert [event["message"].get("client_id") for event in frames[0][1:]] == ["id 1", None, None, "id 4", None]
    assert [event["message"].get("client_id") for event in others[0][1:]] == [None, None, "id 3", None, None]
    assert [event["message"]["body"] for event in others[0][1:]] == ["é1", "é2", "é3", "é4", "é5"]


def test_splicing_keeps_every_byte() -> None:
    assert b"".join(spliced(b"abcdef", [(0, b"1"), (3, b"2"), (6, b"3")])) == b"1abc2def3"


def test_a_reader_that_confirms_nothing_has_only_so_many_bytes_waiting(settings: Any) -> None:
    settings.SOCKET_WINDOW_BYTES = 100
    socket, _ = written()
    socket.push_parts((b"x" * 60, memoryview(b"x" * 60)))
    assert socket.closed


def test_whoever_is_in_more_rooms_than_the_window_holds_is_greeted_and_has_all_of_it_still(settings: Any) -> None:
    settings.SOCKET_WINDOW_BYTES = 100
    socket, frames = written()
    socket.greet({"type": "hello", "rooms": ["x" * 60] * 10})
    socket.flush()
    socket.push_json(b"1" * 50)
    socket.flush()
    assert len(frames) == 2 and not socket.closed
    socket.push_json(b"1" * 60)
    socket.flush()
    assert socket.closed


def test_what_comes_far_too_early_is_forgotten_and_the_gap_stays_to_be_mended(settings: Any) -> None:
    settings.HUB_EARLY_MOST = 3
    room = LiveRoom(1)

    def came(*versions: int) -> list[int]:
        return [event.version for event in room.take([RoomEvent(version, b"{}") for version in versions])]

    # Nobody has said yet from which version on: what is forgotten here, the next look at the versions finds.
    assert came(5, 6, 7, 8) == [] and room.early == []
    assert list(room.start(5)) == []
    assert came(6) == [6]
    assert came(8, 9, 10) == [] and len(room.early) == 3 and room.gap_since is not None
    assert came(11) == [] and room.early == [] and room.gap_since is not None
    # The database has all of it.
    assert [event.version for event in room.mend(11, [RoomEvent(n, b"{}") for n in range(7, 12)])] == [7, 8, 9, 10, 11]
    assert room.gap_since is None
    assert came(12) == [12]


def test_one_socket_that_cannot_be_written_to_silences_no_other() -> None:
    async def play() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        broken, _ = written("raises")
        well, frames = written()
        broken.send_now = well.send_now = flusher.socket_ready
        broken.greet({"type": "hello"})
        well.greet({"type": "hello"})
        await asyncio.sleep(0.05)
        assert frames == [[{"type": "hello"}]] and broken.closed
        well.push({"n": 1})
        await asyncio.sleep(0.05)
        assert frames[1:] == [[{"n": 1}]]

    asyncio.run(play())


def test_what_was_written_to_a_room_is_followed_by_a_wait_and_an_answer_to_one_by_none(settings: Any) -> None:
    settings.HUB_FLUSH_SECONDS = 60

    async def play() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        socket, frames = written()
        socket.send_now = flusher.socket_ready
        socket.greet({"type": "hello"})
        room = LiveRoom(1)
        room.sockets.add(socket)

        def said(number: int) -> None:
            room.out.append(RoomEvent(number, b'{"n":%d}' % number))
            flusher.room_ready(room)

        async def turns() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        await turns()
        assert frames == [[{"type": "hello"}]]
        said(1)
        await turns()
        assert frames[1:] == [[{"n": 1}]]
        said(2)
        socket.push({"type": "ack"})
        await turns()
        assert len(frames) == 2

    asyncio.run(play())
