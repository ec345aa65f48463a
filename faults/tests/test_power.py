"""The model of a power cut, on a plain SQLite: what was not synced is gone with it, what was is there."""

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from faults.town.power import Disk, may_trace

pytestmark = [pytest.mark.process, pytest.mark.skipif(not may_trace(), reason="strace may not trace here")]

WRITES = """
import os, signal, sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA journal_mode=WAL")
base.execute("PRAGMA synchronous=" + sys.argv[2])
for number in range(5):
    base.execute("INSERT INTO said VALUES (?)", [number])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("synchronous", "kept"), [("FULL", [0, 1, 2, 3, 4]), ("OFF", [])])
def test_a_power_cut_takes_what_was_not_synced(tmp_path: Path, synchronous: str, kept: list[int]) -> None:
    file = tmp_path / "base.sqlite3"
    base = sqlite3.connect(file)
    base.executescript("PRAGMA journal_mode=WAL; CREATE TABLE said (number INTEGER);")
    base.close()
    disk = Disk(file, tmp_path / "disk")
    command = [*disk.begin(), sys.executable, "-c", WRITES, str(file), synchronous]
    process = subprocess.Popen(command)
    assert process.wait(30) == -signal.SIGKILL
    # Killed alone, it loses nothing either way: that is not enough to tell the two apart.
    disk.cut(process.pid, random.Random(1))
    with sqlite3.connect(file) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert [number for (number,) in base.execute("SELECT number FROM said ORDER BY number")] == kept
