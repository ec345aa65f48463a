"""socket.io on Node, storing nothing: the upper mark for a chat server of this kind."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from benchmarks.machine import Server, free_port
from benchmarks.peers.socketio_wire import SocketIO

HOME = Path(__file__).parent / "socketio"


class NodeSocketIO(SocketIO):
    key = "socketio"
    title = "socket.io on Node (stores nothing)"
    senders = 50
    stores = False

    @classmethod
    def lacking(cls) -> str:
        if shutil.which("node") is None or shutil.which("npm") is None:
            return "socket.io is left out: it needs node and npm, which are not installed here."
        return ""

    def start(self, core: int | set[int]) -> str:
        install()
        self.port = free_port()
        env = {"PORT": str(self.port), "NODE_ENV": "production"}
        command = ["node", str(HOME / "server.mjs")]
        self.servers.append(Server(command, core=core, log=self.directory / "log", env=env, cwd=HOME))
        self.servers[-1].wait_for_port(self.port)
        return f"ws://127.0.0.1:{self.port}"

    def stored(self) -> int:
        return 0


def install() -> None:
    """The peer's own packages as its lockfile pins them, on first use."""
    wanted = (HOME / "package-lock.json").read_text()
    stamp = HOME / "node_modules" / "installed.json"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Installing the packages of socket.io ...", flush=True)
    command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    if subprocess.run(command, cwd=HOME, check=False).returncode:
        raise SystemExit("The packages of socket.io could not be installed; leave it out with --systems.")
    stamp.write_text(wanted)
