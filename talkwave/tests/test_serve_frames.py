"""Frames as they come off a wire, whole and in pieces, good and bad: the quick way in and the thorough one agree."""

import contextlib
import os
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from talkwave.serving.frames import whole_text_frame
from talkwave.tests.served import PATIENCE
from talkwave.tests.test_serve_sockets import started

pytestmark = pytest.mark.process

TEXT, CONTINUED, BINARY, CLOSE, PING, PONG = 1, 0, 2, 8, 9, 10


def frame(
    payload: bytes, kind: int = TEXT, *, last: bool = True, masked: bool = True, reserved: int = 0, form: int = 0
) -> bytes:
    """A frame as a client makes it; `form` 126 or 127 says the length in that form, whether it needs it or not."""
    size = len(payload)
    form = form or (size if size < 126 else 126 if size < 65_536 else 127)
    head = bytes(((0x80 if last else 0) | reserved | kind, (0x80 if masked else 0) | form))
    head += struct.pack("!H", size) if form == 126 else struct.pack("!Q", size) if form == 127 else b""
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


class Wire:
    """A WebSocket of bare bytes."""

    def __init__(self, server: str, path: str) -> None:
        host, _, port = server.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(
            b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        self.file = self.socket.makefile("rb")
        assert b" 101 " in self.file.readline()
        while self.file.readline() != b"\r\n":
            pass

    def send(self, *pieces: bytes) -> None:
        """Each piece in a segment of its own, as far as that can be had."""
        for piece in pieces:
            self.socket.sendall(piece)

    def next(self) -> tuple[int, bytes]:
        """The next frame: its kind and its payload."""
        first, size = self.file.read(2)
        assert first & 0xF0 == 0x80 and size < 128
        if size == 126:
            (size,) = struct.unpack("!H", self.file.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self.file.read(8))
        return first & 0x0F, self.file.read(size)

    def text(self) -> str:
        kind, payload = self.next()
        assert kind == TEXT
        return payload.decode()

    def closed_with(self) -> int:
        kind, payload = self.next()
        assert kind == CLOSE
        return int.from_bytes(payload[:2], "big")


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with started(request.param, tmp_path_factory.mktemp("frames")) as (_, port):
        yield f"127.0.0.1:{port}"


@pytest.fixture(params=["/", "/heard"], ids=["by receive", "heard at once"])
def wire(server: str, request: pytest.FixtureRequest) -> Iterator[Wire]:
    made = Wire(server, request.param)
    with contextlib.closing(made.socket):
        yield made


WORDS = [
    "say x",
    "say " + "é" * 60,
    "say 👋 " + "x" * 113,
    "say " + "y" * 122,
    "say " + "ÿ" * 5_000,
    "say " + "z" * 70_000,
]


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_every_length_comes_in_and_goes_out_as_it_was_said(wire: Wire, words: str) -> None:
    wire.send(frame(words.encode()))
    assert wire.text() == words


def test_nothing_is_a_text_too(wire: Wire) -> None:
    wire.send(frame(b""))
    assert wire.text() == "0"


def test_several_frames_in_one_segment_are_all_heard_in_order(wire: Wire) -> None:
    wire.send(b"".join(frame(f"say {number}".encode()) for number in range(500)))
    assert [wire.text() for _ in range(500)] == [f"say {number}" for number in range(500)]


@pytest.mark.parametrize("words", ["say it slowly", "say " + "slowly " * 30])
def test_a_frame_may_be_split_anywhere(wire: Wire, words: str) -> None:
    whole = frame(words.encode())
    for place in range(1, len(whole)):
        wire.send(whole[:place], whole[place:])
    assert all(wire.text() == words for _ in range(1, len(whole)))


def test_a_frame_may_come_byte_by_byte_with_another_behind_it(wire: Wire) -> None:
    behind = frame(b"say behind")
    wire.send(*(bytes((byte,)) for byte in frame(b"say first")), behind[:3], behind[3:] + frame(b"say last"))
    assert [wire.text() for _ in range(3)] == ["say first", "say behind", "say last"]


def test_a_message_in_fragments_is_whole_with_whole_ones_around_it(wire: Wire) -> None:
    begun = frame(b"say in ", last=False) + frame(b"three ", CONTINUED, last=False)
    wire.send(frame(b"say before") + begun, frame(b"pieces", CONTINUED) + frame(b"say after"))
    assert [wire.text() for _ in range(3)] == ["say before", "say in three pieces", "say after"]


def test_a_letter_may_be_cut_by_fragments(wire: Wire) -> None:
    cut = "say é".encode()
    wire.send(frame(cut[:-1], last=False), frame(cut[-1:], CONTINUED))
    assert wire.text() == "say é"


def test_a_whole_text_in_the_middle_of_fragments_is_a_fault(wire: Wire) -> None:
    wire.send(frame(b"say in ", last=False), frame(b"say whole"))
    assert wire.closed_with() == 1002


def test_a_ping_between_messages_and_in_the_middle_of_one_is_answered(wire: Wire) -> None:
    wire.send(frame(b"say a") + frame(b"one", PING) + frame(b"say ", last=False) + frame(b"two", PING))
    wire.send(frame(b"b", CONTINUED) + frame(b"unasked", PONG) + frame(b"say c"))
    heard = [wire.next() for _ in range(5)]
    assert [payload for kind, payload in heard if kind == PONG] == [b"one", b"two"]
    assert [payload for kind, payload in heard if kind == TEXT] == [b"say a", b"say b", b"say c"]


def test_after_a_close_nothing_more_is_heard(wire: Wire) -> None:
    wire.send(frame(struct.pack("!H", 1000), CLOSE) + frame(b"say more"))
    assert wire.closed_with() == 1000


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (frame(b"say x", masked=False), 1002),
        (frame(b"say x", reserved=0x40), 1002),
        (frame(b"say x", 3), 1002),
        (frame(b"x", CONTINUED), 1002),
        (frame(b"x", PING, last=False), 1002),
        (frame(b"say \xff"), 1007),
        (frame(b"say \xed\xa0\x80"), 1007),
        (frame("say é".encode()[:-1]), 1007),
    ],
    ids=["unmasked", "reserved bit", "unknown kind", "continues nothing", "a ping in pieces", "not UTF-8",
         "half a surrogate pair", "half a letter"],
)  # fmt: skip
def test_what_is_wrong_is_closed_with_its_code_and_nothing_behind_it_is_heard(
    wire: Wire, bad: bytes, code: int
) -> None:
    wire.send(frame(b"say right"))
    assert wire.text() == "say right"
    wire.send(bad + frame(b"say unheard"))
    assert wire.closed_with() == code


@pytest.mark.parametrize("size", [100, 1000, 65_000, 70_000, 3_000_000])
def test_a_frame_in_parts_arrives_as_one_however_slowly_it_is_read(wire: Wire, size: int) -> None:
    wire.send(frame(f"parts {size}".encode()) + frame(b"say behind it"))
    assert wire.text() == "0123456789" * (size // 10)
    assert wire.text() == "say behind it"


def test_a_goodbye_while_much_is_on_its_way_ends_the_connection_once_that_is_read(server: str) -> None:
    wire = Wire(server, "/")
    with contextlib.closing(wire.socket):
        wire.send(frame(b"pour 64"), frame(struct.pack("!H", 1000), CLOSE))
        # Where it were kept open, this would wait in vain.
        while wire.file.read(1 << 20):
            pass
    # Nor is anybody left behind who waits for a reader that has gone.
    other = Wire(server, "/")
    with contextlib.closing(other.socket):
        end = time.monotonic() + PATIENCE
        other.send(frame(b"pouring"))
        while other.text() != "False":
            assert time.monotonic() < end
            other.send(frame(b"pouring"))


def test_the_quick_way_takes_only_what_is_whole_and_small() -> None:
    assert whole_text_frame(b"", 0) is None
    said = frame(b"hello")
    assert whole_text_frame(said, 0) == ("hello", len(said))
    assert whole_text_frame(said + said, len(said)) == ("hello", 2 * len(said))
    assert all(whole_text_frame(said[:place], 0) is None for place in range(len(said)))
    long = frame("é".encode() * 300)
    assert whole_text_frame(long + b"more", 0) == ("é" * 300, len(long))
    assert all(whole_text_frame(long[:place], 0) is None for place in range(len(long)))
    assert whole_text_frame(frame(b"x" * 65_536), 0) is None
    for other in (
        frame(b"x", BINARY), frame(b"x", PING), frame(b"x", last=False), frame(b"x", CONTINUED), frame(b"x", masked=False),
        frame(b"x", reserved=0x40), frame(b"x", form=126), frame(b"x", form=127), frame(b"\xff"),
    ):  # fmt: skip
        assert whole_text_frame(other, 0) is None
