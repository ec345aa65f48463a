"""A backup is taken while people talk, and becomes the database."""

import asyncio
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from faults.cases.registry import case
from faults.stage import Stage
from faults.town import Town

# As docs/operators.md says it, in a process of its own.
BACKUP = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))"
HABITS = {"say": 8, "edit": 1, "react": 1, "delete": 1}


@case("F24", "a backup taken under load is restored", short=True)
async def a_backup_is_restored(stage: Stage) -> None:
    """People talk; a backup is made as docs/operators.md says; they talk on. The servers are stopped, the backup put in
    place of the database (on PostgreSQL: into a fresh one), `newepoch` run, the servers started. What was acknowledged
    before the backup began is there; everybody sees another epoch, drops what they held, and goes on, with new messages
    under numbers that were given before. On SQLite with one server, on PostgreSQL with two."""
    await _restored(stage, await stage.town(servers=1), _copy, _put_back)
    if not stage.short:
        await _restored(stage, await stage.town(servers=2), _dump, _restore)


async def _restored(
    stage: Stage, town: Town, backup: Callable[[Town, Path], None], restore: Callable[[Town, Path], None]
) -> None:
    async with stage.crowd(town, people=8 if stage.short else 40, open_rooms=0, checked=False) as crowd:
        await crowd.act(4 if stage.short else 30, HABITS)
        before = {client.epoch for client in crowd.clients}
        async with crowd.living(acts_a_second=20, habits=HABITS):
            began = time.monotonic()
            await asyncio.to_thread(backup, town, town.folder / "backup")
            took = time.monotonic() - began
            await asyncio.sleep(1 if stage.short else 10)
            for server in town.servers:
                await town.stop(server)
            await asyncio.to_thread(restore, town, town.folder / "backup")
            await asyncio.to_thread(town.manage, "newepoch")
            for server in town.servers:
                await town.start(server)
            await crowd.until(lambda: all(client.away for client in crowd.clients), "everybody to come back")
            await asyncio.sleep(1)
        await stage.converge(crowd, town)
        epochs = {client.epoch for client in crowd.clients}
        stage.expect(len(epochs) == 1 and not epochs & before, f"people hold {len(epochs)} epochs")
        stage.figure(f"the backup, {'PostgreSQL' if town.settings['DATABASE_URL'] else 'SQLite'}", took, "s")
    stage.judge(crowd, town, acked_until=began)


# --- SQLite -----------------------------------------------------------------------------------------------
def _file(town: Town) -> Path:
    return Path(town.settings["DATA_DIR"]) / "talkwave.sqlite3"


def _copy(town: Town, backup: Path) -> None:
    town.django(BACKUP, str(_file(town)), str(backup))


def _put_back(town: Town, backup: Path) -> None:
    check = sqlite3.connect(backup).execute("PRAGMA integrity_check").fetchone()[0]
    if check != "ok":
        raise RuntimeError(f"the backup is damaged: {check}")
    for suffix in ("-wal", "-shm"):
        _file(town).with_name(_file(town).name + suffix).unlink(missing_ok=True)
    shutil.copyfile(backup, _file(town))


# --- PostgreSQL -------------------------------------------------------------------------------------------
def _dump(town: Town, backup: Path) -> None:
    town.postgres.program("pg_dump", "-Fc", "-f", str(backup), town.settings["DATABASE_URL"])


def _restore(town: Town, backup: Path) -> None:
    fresh = town.postgres.new_database()
    town.postgres.program("pg_restore", "--exit-on-error", "--no-owner", "-d", fresh, str(backup))
    town.move(fresh)
