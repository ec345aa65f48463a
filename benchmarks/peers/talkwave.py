"""TalkWave as an operator starts it, with `manage.py serve`; only the rate limits are lifted."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from pathlib import Path

from benchmarks.machine import PYTHON, Server, free_port, run
from benchmarks.peers import Peer
from benchmarks.wire import Socket

ROOT = Path(__file__).resolve().parents[2]
BIG_ROOM, SMALL_ROOMS, SMALL_ROOM = 200, 60, 5
UNLIMITED = "1000000/1000000"
# Accounts and rooms through the same commands that an operator types, in one process to save start-ups.
PREPARE = """
import django, io
django.setup()
from django.core.management import call_command

def said(*args, **options):
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue().strip()

names = [f"bench{n:03d}" for n in range(%(people)d)]
said("createuser", *names)
print(said("createroom", "Everybody", "--owner", names[0], "--members", ",".join(names[:%(big)d])).split()[-1])
for room in range(%(rooms)d):
    few = names[room * %(small)d:(room + 1) * %(small)d]
    print(said("createroom", f"Room {room}", "--owner", few[0], "--members", ",".join(few)).split()[-1])
print(said("apitoken", *names))
"""


class TalkWave(Peer):
    """Room 0 is the big one; the small rooms follow."""

    server = "daphne"
    senders = 200

    def start(self, core: int) -> str:
        self.port = free_port()
        self.env = {
            "DATA_DIR": str(self.directory),
            "SERVER": self.server,
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "DJANGO_SETTINGS_MODULE": "talkwave.settings",
            "PYTHONPATH": str(ROOT),
            **dict.fromkeys(
                ("RATE_MESSAGES", "RATE_MESSAGES_API", "RATE_COMMANDS", "RATE_COMMANDS_API"), UNLIMITED
            ),
        }
        serve = [PYTHON, "manage.py", "serve", "--bind", "127.0.0.1", "--port", str(self.port)]
        serve += ["--processes", "1", "--data", str(self.directory)]
        self.servers.append(Server(serve, core=core, log=self.directory / "log", env=self.env, cwd=ROOT))
        self.servers[-1].wait_for_port(self.port)
        # The supervisor listens before it migrates, so that early callers wait and are not turned away.
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=60) as answer:
            answer.read()
        sizes = {"people": SMALL_ROOMS * SMALL_ROOM, "big": BIG_ROOM, "rooms": SMALL_ROOMS, "small": SMALL_ROOM}
        lines = run([PYTHON, "-c", PREPARE % sizes], env=self.env, cwd=ROOT).splitlines()
        self.rooms = lines[: SMALL_ROOMS + 1]
        self.tokens = [line.split()[1] for line in lines[SMALL_ROOMS + 1 :]]
        if len(self.tokens) != sizes["people"]:
            raise SystemExit(f"apitoken gave {len(self.tokens)} tokens for {sizes['people']} people.")
        return f"ws://127.0.0.1:{self.port}"

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

    def bodies(self, payload: bytes) -> list[tuple[str, int | None]]:
        found: list[tuple[str, int | None]] = []
        for event in json.loads(payload):
            if event["type"] == "message.created" and event["message"]["kind"] == "text":
                message = event["message"]
                if message["body"] not in message["html"] or not message["id"] or not message["sender"]["username"]:
                    raise ValueError(f"an incomplete message: {message}")
                found.append((message["body"], message["seq"]))
        return found

    def stored(self) -> int:
        database = self.directory / "talkwave.sqlite3"
        return self.count_rows(database, "select count(*) from rooms_message where body like 'bench s%'")

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
