"""What all towns of a run share: a migrated database of each kind, made once, and one PostgreSQL."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from faults.town.services import Postgres

ROOT = Path(__file__).resolve().parents[2]
MANAGE_SECONDS = 240.0


def clean_environ(**settings: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "ENV_FILE": os.devnull, "DJANGO_SETTINGS_MODULE": "talkwave.settings", **settings}


def run(*command: str, **settings: str) -> str:
    """Runs a Python command of the project to its end and gives what it printed; raises with what it said."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=clean_environ(**settings), capture_output=True, text=True,
        timeout=MANAGE_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


class Ground:
    """In a temporary folder of its own. `close` ends and removes all of it. `static`: pages have their files."""

    def __init__(self, *, static: bool = True) -> None:
        self._static = static
        # A short name: unix sockets may have no long one.
        self.folder = Path(tempfile.mkdtemp(prefix="tw-faults-"))
        self._postgres: Postgres | None = None
        self._towns = 0
        self._prepared: Path | None = None

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            self._postgres = Postgres(self.folder / "pg")
            self._postgres.sql("CREATE DATABASE prepared")
            run("manage.py", "migrate", "-v0", DATABASE_URL=self._postgres.url("prepared"), DATA_DIR=str(self.prepared))
        return self._postgres

    @property
    def prepared(self) -> Path:
        """A data folder with migrated SQLite and static files."""
        if self._prepared is None:
            self._prepared = self.folder / "prepared"
            self._prepared.mkdir()
            for command in ("migrate", "collectstatic") if self._static else ("migrate",):
                run("manage.py", command, "-v0", "--no-input", DATA_DIR=str(self._prepared))
        return self._prepared

    def new_town(self, *, postgres: bool) -> tuple[Path, str]:
        """A folder with a data folder in it, and the address of a fresh PostgreSQL database where one is wanted."""
        self._towns += 1
        folder = self.folder / f"t{self._towns}"
        folder.mkdir()
        shutil.copytree(self.prepared, folder / "data")
        return folder, self.postgres.new_database("prepared") if postgres else ""

    def fill(self, url: str) -> None:
        """Makes another empty PostgreSQL database like the prepared one."""
        dump = self.folder / "prepared.dump"
        self.postgres.program("pg_dump", "-Fc", "-f", str(dump), self.postgres.url("prepared"))
        self.postgres.program("pg_restore", "--no-owner", "-d", url, str(dump))

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.end()
        shutil.rmtree(self.folder, ignore_errors=True)
