"""TalkWave as an operator starts it, with `manage.py serve`; only the rate limits are lifted."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from typing import ClassVar

from benchmarks.community import Community, in_rooms_of, prepare
from benchmarks.machine import PYTHON, Postgres, Server, command_line, cpu_seconds, free_port, run
from benchmarks.peers import Peer
from benchmarks.wire import Socket

ROOT = Path(__file__).resolve().parents[2]
BIG_ROOM, SMALL_ROOMS, SMALL_ROOM = 200, 60, 5
UNLIMITED = "1000000/1000000"
LIFTED = (
    *("RATE_MESSAGES", "RATE_MESSAGES_API", "RATE_COMMANDS", "RATE_COMMANDS_API"),
    *("RATE_CONNECTS_API", "RATE_ROOM_MESSAGES"),
)


def usual(times: int = 1) -> Community:
    """The people and rooms of the cases: a big room, then the small ones; or `times` as many, with other people each."""
    people, rooms = SMALL_ROOMS * SMALL_ROOM, []
    for first in range(0, times * people, people):
        rooms += [list(range(first, first + BIG_ROOM)), *in_rooms_of(SMALL_ROOM, people, first=first)]
    return Community(times * people, rooms)


# The parts of a running TalkWave, by a piece of their command line; what is none of them is the supervisor.
PARTS = {"talkwave.serving.worker": "server", "manage.py work": "worker", "valkey-server": "valkey"}


class TalkWave(Peer):
    """On SQLite; or, with `postgresql`, on one of its own, as more than one process wants it."""

    server = "daphne"
    senders = 200
    _collected: ClassVar[Path | None] = None  # static files are the same for every start of one benchmark

    def __init__(self, community: Community | None = None, *, postgresql: bool = False, processes: int = 1) -> None:
        super().__init__()
        self.community = community or usual()
        self.processes = processes
        self.postgresql = postgresql
        self.database: Postgres | None = None
        self.rooms: list[str] = []
        self.tokens: list[str] = []
        self.env: dict[str, str] = {}

    def start(self, core: int | set[int]) -> str:
        self.env = {
            "DATA_DIR": str(self.directory),
            "ENV_FILE": "/dev/null",
            "SERVER": self.server,
            "DJANGO_SETTINGS_MODULE": "talkwave.settings",
            "PYTHONPATH": str(ROOT),
            **dict.fromkeys(LIFTED, UNLIMITED),
        }
        if self.postgresql:
            self.database = Postgres(self.directory / "postgresql", core=core)
            self.env["DATABASE_URL"] = self.database.url
            self.servers.append(self.database)
        self.rooms, self.tokens = prepare(self.community, self.env, ROOT)
        return self.serve(core)

    def serve(self, core: int | set[int]) -> str:
        """Starts the server on the database as it is."""
        if TalkWave._collected is not None:
            shutil.copytree(TalkWave._collected, self.directory / "static", dirs_exist_ok=True)
        self.port = free_port()
        self.env["PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
        serve = [PYTHON, "manage.py", "serve", "--bind", "127.0.0.1", "--port", str(self.port)]
        serve += ["--processes", str(self.processes), "--data", str(self.directory)]
        self.servers.append(Server(serve, core=core, log=self.directory / "log", env=self.env, cwd=ROOT))
        self.servers[-1].wait_for_port(self.port)
        # The supervisor listens before it migrates, so that early callers wait and are not turned away.
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=60) as answer:
            answer.read()
        if TalkWave._collected is None:
            TalkWave._collected = Path(tempfile.mkdtemp(prefix="tw-bench-static-"))
            atexit.register(shutil.rmtree, TalkWave._collected, ignore_errors=True)
            shutil.copytree(self.directory / "static", TalkWave._collected, dirs_exist_ok=True)
        self._wait_for_all()
        self.prefer()
        return f"ws://127.0.0.1:{self.port}"

    def _wait_for_all(self) -> None:
        """Of several server processes the first answers before the last."""
        end = time.monotonic() + 60
        while len(self.server_pids()) < self.processes and time.monotonic() < end:
            time.sleep(0.1)
        if self.processes > 1:
            time.sleep(1.5)  # a process of ours has started within that; nothing tells from outside

    def server_pids(self) -> list[int]:
        return [pid for pid, part in self.parts().items() if part == "server"]

    def parts(self) -> dict[int, str]:
        """Every process of the running system, and which part of it that is."""
        found = {}
        for server in self.servers:
            for pid in server.family():
                line = command_line(pid)
                part = next((part for piece, part in PARTS.items() if piece in line), "supervisor")
                found[pid] = "postgresql" if server is self.database else part
        return found

    def cpu_by_part(self) -> dict[str, float]:
        """Seconds of processor time so far, of each part."""
        spent: dict[str, float] = {}
        for pid, part in self.parts().items():
            spent[part] = spent.get(part, 0.0) + cpu_seconds(pid)
        return spent

    def end_server(self) -> None:
        """Stops the server, and leaves its database."""
        self.servers.pop().stop()

    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        return "/ws/", {"Authorization": f"Bearer {self.tokens[member]}"}

    def greet(self, socket: Socket, member: int, room: int) -> bool:
        return False

    def on_frame(self, socket: Socket, payload: bytes, member: int, room: int) -> bool:
        return any(event["type"] == "hello" for event in json.loads(payload))

    def prepare_window(self, socket: Socket) -> None:
        socket.confirm = confirm
        socket.confirmed_at = time.monotonic()

    def message(self, member: int, room: int, body: str) -> bytes:
        said = {"type": "message.send", "client_id": str(uuid.uuid4()), "room": self.rooms[room], "body": body}
        return json.dumps(said).encode()

    def bodies(self, payload: bytes) -> list[tuple[str, tuple[str, int] | None]]:
        found: list[tuple[str, tuple[str, int] | None]] = []
        for event in json.loads(payload):
            if event["type"] == "message.created" and event["message"]["kind"] == "text":
                message = event["message"]
                if message["body"] not in message["html"] or not message["id"] or not message["sender"]["username"]:
                    raise ValueError(f"an incomplete message: {message}")
                found.append((message["body"], (message["room"], message["seq"])))
        return found

    def stored(self) -> int:
        query = "select count(*) from rooms_message where body like 'bench s%'"
        if self.database is not None:
            return self.database.count(query)
        return self.count_rows(self.directory / "talkwave.sqlite3", query)

    def complaints(self) -> list[str]:
        try:
            run([PYTHON, "manage.py", "checkrooms"], env=self.env, cwd=ROOT)
        except SystemExit as problem:
            return [str(problem)]
        return []


def confirm(socket: Socket) -> None:
    """Tell the server what has been received, as the protocol asks."""
    socket.send(b'{"type":"ping","received":%d}' % socket.frames)


class TalkWaveDaphne(TalkWave):
    key = "talkwave"
    title = "TalkWave on daphne"


class TalkWaveUvicorn(TalkWave):
    key = "talkwave-uvicorn"
    title = "TalkWave on uvicorn"
    server = "uvicorn"
