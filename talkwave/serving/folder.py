"""The data folder: made private, and held by one `serve` at a time."""

import fcntl
import os
from pathlib import Path
from typing import IO


class InUse(Exception):
    """Another `serve` holds this data folder."""


def hold(data_dir: Path) -> IO[str]:
    """Makes the folder and its `run/`, and locks it; the lock lasts as long as the returned file stays open.

    The lock goes with the process, however that ends: there is no stale lock to clear away after a kill -9.
    """
    run = data_dir / "run"
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    run.mkdir(exist_ok=True, mode=0o700)
    run.chmod(0o700)
    lock = (run / "serve.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise InUse(f"process {holder}" if holder else "another process") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
