"""The systems that are measured. A new one is a subclass of Peer in a module here, and a line in `all_peers`."""

from __future__ import annotations

import abc
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks import machine
from benchmarks.machine import Server
from benchmarks.wire import Socket


class Peer(abc.ABC):
    """One chat server. Members are numbered from 0; so are rooms."""

    key: str
    title: str
    #: Begins the body of a delivery, as this system's JSON writes it.
    mark = b'"body":"bench '
    #: Members sending at once when the room of 200 is measured: enough to fill its core, and no more,
    #: since a longer queue only makes each message wait. Found by trying (see docs/speed.md).
    senders = 50
    #: Whether messages are stored; `stored` is asked only then.
    stores = True
    # Whether each case has a server of its own.
    each_case_anew = False

    @classmethod
    def lacking(cls) -> str:
        """Why this system cannot be measured here: a sentence, empty where it can."""
        return ""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="tw-bench-"))
        self.servers: list[Server] = []
        self.port = 0

    @abc.abstractmethod
    def start(self, core: int | set[int]) -> str:
        """Start everything on one core, ready for `connect`; return the address."""

    @abc.abstractmethod
    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        """The path and the headers with which a member connects."""

    def greet(self, socket: Socket, member: int, room: int) -> bool:
        """Called once the socket is open; returns whether it is ready at that."""
        return True

    def on_frame(self, socket: Socket, payload: bytes, member: int, room: int) -> bool:
        """Called with every frame until one makes it return True (ready); afterwards with the shortest ones."""
        return True

    def prepare_window(self, socket: Socket) -> None:
        """Set up what a long-running client owes the server, once the socket is ready."""

    @abc.abstractmethod
    def message(self, member: int, room: int, body: str) -> bytes:
        """What a member sends to say `body`."""

    @abc.abstractmethod
    def bodies(self, payload: bytes) -> list[tuple[str, tuple[str, int] | None]]:
        """Decode a frame fully: the bodies delivered in it, each with its room and its number there where it has one."""

    @abc.abstractmethod
    def stored(self) -> int:
        """How many benchmark messages are in the database."""

    def complaints(self) -> list[str]:
        """What the system's own checks find wrong after a run."""
        return []

    def stop(self) -> None:
        """End every server and remove the data."""
        while self.servers:
            self.servers.pop().stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def prefer(self) -> None:
        """Puts everything that runs before others on the machine, where that was asked for."""
        if machine.first:
            for server in self.servers:
                server.prefer()

    def cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.servers)

    def cpu_by_part(self) -> dict[str, float]:
        """Seconds of processor time so far, of each part of the system."""
        return {"server": self.cpu_seconds()}

    def memory(self) -> int:
        return sum(server.memory() for server in self.servers)

    def count_rows(self, database: Path, query: str) -> int:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)) as connection:
            return int(connection.execute(query).fetchone()[0])


def all_peers() -> dict[str, type[Peer]]:
    """Every system by its key, in the order of the table."""
    from benchmarks.peers.channels_textbook import Textbook
    from benchmarks.peers.ejabberd import Ejabberd
    from benchmarks.peers.flask import FlaskSocketIO
    from benchmarks.peers.node import NodeSocketIO
    from benchmarks.peers.talkwave import TalkWaveDaphne, TalkWaveUvicorn

    peers: tuple[type[Peer], ...] = (TalkWaveDaphne, TalkWaveUvicorn, NodeSocketIO, FlaskSocketIO, Ejabberd, Textbook)
    return {peer.key: peer for peer in peers}
