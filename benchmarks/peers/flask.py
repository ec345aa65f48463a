"""Flask-SocketIO on eventlet, with SQLAlchemy."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.machine import Server, free_port
from benchmarks.peers.socketio_wire import SocketIO

HOME = Path(__file__).parent / "flask_socketio"
VENV = Path(__file__).parent.parent / ".venv"


class FlaskSocketIO(SocketIO):
    key = "flask-socketio"
    title = "Flask-SocketIO (eventlet, SQLAlchemy)"
    senders = 50

    def start(self, core: int | set[int]) -> str:
        python = environment()
        self.port = free_port()
        env = {"DATA_DIR": str(self.directory), "PORT": str(self.port)}
        command = [str(python), "-W", "ignore", str(HOME / "server.py")]
        self.servers.append(Server(command, core=core, log=self.directory / "log", env=env, cwd=HOME))
        self.servers[-1].wait_for_port(self.port)
        return f"ws://127.0.0.1:{self.port}"

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
