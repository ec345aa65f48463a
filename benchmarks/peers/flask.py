"""Flask-SocketIO on eventlet, spoken to in Engine.IO 4 / Socket.IO 5 over a plain WebSocket."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.machine import Server, free_port
from benchmarks.peers import Peer
from benchmarks.wire import Socket

HOME = Path(__file__).parent / "flask_socketio"
VENV = Path(__file__).parent.parent / ".venv"


class FlaskSocketIO(Peer):
    key = "flask-socketio"
    title = "Flask-SocketIO (eventlet, SQLAlchemy)"
    senders = 50

    def start(self, core: int) -> str:
        python = environment()
        self.port = free_port()
        env = {"DATA_DIR": str(self.directory), "PORT": str(self.port)}
        command = [str(python), "-W", "ignore", str(HOME / "server.py")]
        self.servers.append(Server(command, core=core, log=self.directory / "log", env=env, cwd=HOME))
        self.servers[-1].wait_for_port(self.port)
        return f"ws://127.0.0.1:{self.port}"

    def request(self, member: int, room: int) -> tuple[str, dict[str, str]]:
        return "/socket.io/?EIO=4&transport=websocket", {}

    def greet(self, socket: Socket, member: int, room: int) -> bool:
        return False

    def on_frame(self, socket: Socket, payload: bytes, member: int, room: int) -> bool:
        if payload == b"2":  # Engine.IO asks whether anybody is there
            socket.send(b"3")
        elif payload.startswith(b"0{"):
            socket.send(b"40")
        elif payload.startswith(b"40{"):
            socket.send(b'420["join",' + json.dumps({"room": f"room{room}"}).encode() + b"]")
        return payload.startswith(b"430")

    def message(self, member: int, room: int, body: str) -> bytes:
        said = {"room": f"room{room}", "username": f"member{member}", "body": body}
        return b'42["send",' + json.dumps(said).encode() + b"]"

    def bodies(self, payload: bytes) -> list[tuple[str, int | None]]:
        if not payload.startswith(b'42["message",'):
            return []
        return [(json.loads(payload[2:])[1]["body"], None)]

    def stored(self) -> int:
        return self.count_rows(self.directory / "db.sqlite3", "select count(*) from message")


def environment() -> Path:
    """The peer's own environment, made on first use: its packages are none of TalkWave's."""
    python = VENV / "bin" / "python"
    wanted = (HOME / "requirements.txt").read_text()
    stamp = VENV / "installed.txt"
    if not stamp.is_file() or stamp.read_text() != wanted:
        from benchmarks.machine import PYTHON

        print("Installing the packages of Flask-SocketIO ...", flush=True)
        subprocess.run([PYTHON, "-m", "venv", str(VENV)], check=True)
        command = [str(python), "-m", "pip", "install", "-q", "-r", str(HOME / "requirements.txt")]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit("The packages of Flask-SocketIO could not be installed; leave it out with --systems.")
        stamp.write_text(wanted)
    return python
