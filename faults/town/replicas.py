"""Two PostgreSQL servers, one of which follows the other: the primary dies, and the other takes its place.

A commit is answered once the other one has applied it (`synchronous_commit=remote_apply`), so nothing acknowledged can be
lost with the primary.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import psycopg

from faults.town.services import Postgres

NAME = "town"
_STANDBY = "standby"
START_SECONDS = 30.0


class _Cluster:
    """One of them, in a folder of its own, on a unix socket there."""

    def __init__(self, like: Postgres, folder: Path) -> None:
        self._like, self.folder = like, folder
        self.data = folder / "data"

    def prepare(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self._like.own_folder(self.folder)

    def program(self, name: str, *arguments: str) -> None:
        self._like.program(name, *arguments, as_server=True)

    def start(self) -> None:
        options = f'-h "" -k {self.folder}'
        self.program("pg_ctl", "-w", "-D", str(self.data), "-o", options, "-l", str(self.folder / "log"), "start")

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.folder}", autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """kill -9 of all its processes, as where a machine loses its power."""
        (parent, *_) = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()
        # Stopped first: it could not start another one meanwhile.
        os.kill(int(parent), signal.SIGSTOP)
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        for process in [*children, parent]:
            os.kill(int(process), signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() and not _zombie(process) for process in [*children, parent]):
            time.sleep(0.01)

    def end(self) -> None:
        subprocess.run(
            [self._like.bin_path / "pg_ctl", "-D", str(self.data), "-m", "immediate", "stop"],
            user=self._like.system_user, capture_output=True, check=False,
        )  # fmt: skip


class Replicated:
    """Use as a context manager. `url` leads to whichever of the two takes writes."""

    def __init__(self, like: Postgres, folder: Path) -> None:
        folder.mkdir()
        self.primary, self.replica = (_Cluster(like, folder / number) for number in "12")
        places = f"{self.primary.folder},{self.replica.folder}"
        self.url = f"postgresql://postgres@/{NAME}?host={places}&target_session_attrs=read-write&connect_timeout=3"

    def __enter__(self) -> Self:
        first = self.primary
        first.prepare()
        first.program("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(first.data))
        first.start()
        first.sql(f"CREATE DATABASE {NAME}")
        self.follow()
        return self

    def __exit__(self, *_: object) -> None:
        self.primary.end()
        self.replica.end()

    def follow(self) -> None:
        """Makes the replica anew, from the primary there is; from then on no commit is answered without it."""
        first, second = self.primary, self.replica
        second.prepare()
        source = f"host={first.folder} user=postgres application_name={_STANDBY}"
        second.program("pg_basebackup", "-d", source, "-D", str(second.data), "-R", "-X", "stream", "-c", "fast")
        second.start()
        first.sql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
        first.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{_STANDBY}'")
        first.sql("SELECT pg_reload_conf()")
        ends = time.monotonic() + START_SECONDS
        while first.sql("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            if time.monotonic() > ends:
                raise RuntimeError("the replica does not follow")
            time.sleep(0.05)

    def promote(self) -> None:
        """The replica takes writes, and waits for nobody, as it was copied before the primary did; it is the primary
        from now on."""
        self.replica.program("pg_ctl", "-w", "-D", str(self.replica.data), "promote")
        self.primary, self.replica = self.replica, self.primary


def _zombie(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
