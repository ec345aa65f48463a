"""A real `manage.py serve` for tests: a data folder of its own, a free port, gone with the test."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def clean_environ(**settings: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "ENV_FILE": os.devnull, "DRAIN_SECONDS": "0.1", **settings}


def manage(*arguments: str, cwd: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs a management command to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=clean_environ(**settings),
        cwd=cwd or ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def until(true: Callable[[], Any], what: str) -> Any:
    """Waits for a fact, and gives its value; fails by name where it never comes."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if value := true():
                return value
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE:.0f} s in vain: {what}")


def alive(pid: int) -> bool:
    """Whether that process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Served:
    """`serve` on `data`. Use as a context manager: it is up inside, and everything of it is gone after."""

    def __init__(self, data: Path, *options: str, cwd: Path | None = None, **settings: str) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve", "--port", "0", "--data", str(data), *options],
            env=clean_environ(**settings),
            cwd=cwd or ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.url = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if found := re.fullmatch(r"TalkWave is at (http://\S+)/", line.strip()):
                self.url = found[1]

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def __enter__(self) -> Self:
        until(lambda: self.url or self.process.poll() is not None, "the line with the address")
        assert self.url, self.output
        return self

    def __exit__(self, *_: object) -> None:
        for pid in [*self.children(), self.process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def ready(self) -> bool:
        status, _, body = self.get("/readyz")
        return status == 200 and json.loads(body)["status"] == "ok"

    def children(self) -> list[int]:
        """The processes the supervisor has started, as they are now."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(pid) for pid in task.read_text(encoding="ascii").split()]
        except OSError:
            return []

    def child(self, word: str) -> int:
        """The child with that word in its command line."""
        for pid in self.children():
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8"):
                    return pid
        return 0

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Asks it to end, and gives the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        return code


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
