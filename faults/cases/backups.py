"""A backup is taken while people talk, and becomes the database."""

import asyncio
import shutil
import sqlite3
import time
from pathlib import Path

from faults.cases.registry import case
from faults.stage import Stage
from faults.town import Town

# As docs/operators.md says it, in a process of its own.
BACKUP = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).backup(sqlite3.connect(sys.argv[2]))"
HABITS = {"say": 8, "edit": 1, "react": 1, "delete": 1}


@case("F24", "a backup taken under load is restored", short=True)
async def a_backup_is_restored(stage: Stage) -> None:
    """People talk; a backup is made as docs/operators.md says; they talk on. The server is stopped, the backup put in
    its place, `newepoch` run, the server started. What was acknowledged before the backup began is there; everybody
    sees another epoch, drops what they held, and goes on, with new messages under numbers that were given before."""
    town = await stage.town(servers=1)
    async with stage.crowd(town, people=8 if stage.short else 40, open_rooms=0, checked=False) as crowd:
        await crowd.act(4 if stage.short else 30, HABITS)
        async with crowd.living(acts_a_second=20, habits=HABITS):
            began = time.monotonic()
            copy = town.folder / "backup.sqlite3"
            await asyncio.to_thread(town.django, BACKUP, str(_file(town)), str(copy))
            await asyncio.sleep(1 if stage.short else 10)
            server = town.servers[0]
            await town.stop(server)
            await asyncio.to_thread(_restore, town, copy)
            await town.start(server)
            await crowd.until(lambda: all(client.away for client in crowd.clients), "everybody to come back")
            await asyncio.sleep(1)
        await stage.converge(crowd, town)
        epochs = {client.epoch for client in crowd.clients}
        stage.expect(len(epochs) == 1, f"people hold {len(epochs)} epochs")
    stage.judge(crowd, town, acked_until=began)


def _file(town: Town) -> Path:
    return Path(town.settings["DATA_DIR"]) / "talkwave.sqlite3"


def _restore(town: Town, copy: Path) -> None:
    check = sqlite3.connect(copy).execute("PRAGMA integrity_check").fetchone()[0]
    if check != "ok":
        raise RuntimeError(f"the backup is damaged: {check}")
    for suffix in ("-wal", "-shm"):
        _file(town).with_name(_file(town).name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, _file(town))
    town.manage("newepoch")
