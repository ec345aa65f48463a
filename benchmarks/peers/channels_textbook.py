"""The textbook Channels consumer on daphne, with a Valkey of its own."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.machine import PYTHON, Server, free_port, run, valkey
from benchmarks.peers import Peer

PROJECT = Path(__file__).parent / "textbook"


class Textbook(Peer):
    key = "textbook"
    title = "Textbook Channels consumer"
    mark = b'"body": "bench '
    senders = 10

    def start(self, core: int | set[int]) -> str:
        server, redis = valkey(self.directory, core=core)
        self.servers.append(server)
        env = {
            "DATA_DIR": str(self.directory),
            "REDIS_URL": redis,
            "DJANGO_SETTINGS_MODULE": "chat.settings",
            "PYTHONPATH": str(PROJECT),
        }
        run([PYTHON, "-m", "django", "migrate", "-v0"], env=env, cwd=PROJECT)
        self.port = free_port()
        command = [PYTHON, "-m", "daphne", "-v0", "-b", "127.0.0.1", "-p", str(self.port), "chat.asgi:application"]
        self.servers.append(Server(command, core=core, log=self.directory / "log", env=env, cwd=PROJECT))
        self.servers[-1].wait_for_port(self.port)
        return f"ws://127.0.0.1:{self.port}"

    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        return f"/ws/chat/room{room}/", {}

    def message(self, member: int, room: int, body: str) -> bytes:
        return json.dumps({"username": f"member{member}", "body": body}).encode()

    def bodies(self, payload: bytes) -> list[tuple[str, tuple[str, int] | None]]:
        return [(json.loads(payload)["body"], None)]

    def stored(self) -> int:
        return self.count_rows(self.directory / "db.sqlite3", "select count(*) from chat_message")
