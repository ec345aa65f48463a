"""The power is cut: a disk then holds what was synced, and of all that was only written any part, or nothing.

strace writes down what a server process does to its SQLite files, and from that and from what they were before, they are
made as such a disk would have them. It takes strace, and leave to trace one's own processes.
"""

import functools
import random
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# All by which SQLite changes these files: its log's index, which is mapped into memory, is made anew.
CALLS = "pwrite64,ftruncate,fdatasync,fsync"
SECTOR = 512
PATIENCE_SECONDS = 20.0

_CALL = re.compile(r"(\w+)\(\d+<((?:\\x\w\w)*)>(?:, (.*?))?(\)\s+= (.*)| <unfinished \.\.\.>.*)$")
_RESUMED = re.compile(r"<\.\.\. (\w+) resumed>.*\)\s+= (.*)$")


@functools.cache
def may_trace() -> bool:
    return (
        shutil.which("strace") is not None
        and subprocess.run(
            ["strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true"], capture_output=True, check=False
        ).returncode
        == 0
    )


@dataclass
class Call:
    """One call about one file. `ended` stays None where it was under way as the power went."""

    name: str
    path: str
    arguments: str
    began: int
    ended: int | None = None
    worked: bool = False


@dataclass
class Cut:
    """What became of the writes."""

    synced: int = 0
    dropped: int = 0
    kept: int = 0


class Disk:
    """The one that a SQLite file and its log stand on."""

    def __init__(self, database: Path, folder: Path) -> None:
        self._files = {str(path): folder / f"before{path.name}" for path in (database, _log(database))}
        self._shared = database.with_name(database.name + "-shm")
        self._trace = folder / "trace"
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self) -> list[str]:
        """Nobody has the files open. Gives what is to stand before the command that will write to them."""
        for path, before in self._files.items():
            before.unlink(missing_ok=True)
            if Path(path).exists():
                shutil.copyfile(path, before)
        self._trace.unlink(missing_ok=True)
        return [
            "strace", "-D", "-f", "--seccomp-bpf", "-q", "-y", "-xx", "-s", "10000000", "-e", f"trace={CALLS}",
            "-o", str(self._trace),
        ]  # fmt: skip

    def cut(self, process: int, dice: random.Random, *, share: float = 0.0) -> Cut:
        """The process, started so, was killed with -9. Makes the files what such a disk would hold: all that was synced,
        and this share of the sectors that were only written."""
        self._wait(process)
        cut = Cut()
        calls = [call for call in _calls(self._trace) if call.path in self._files]
        for path, before in self._files.items():
            held = bytearray(before.read_bytes() if before.exists() else b"")
            mine = [call for call in calls if call.path == path]
            syncs = [call.began for call in mine if call.name in ("fdatasync", "fsync") and call.worked]
            last = max(syncs, default=-1)
            for call in (call for call in mine if call.name in ("pwrite64", "ftruncate")):
                if call.ended is not None and call.ended < last:
                    cut.synced += 1
                    _apply(held, call)
                elif share and dice.random() < share:
                    cut.kept += 1
                    _apply(held, call, dice)
                else:
                    cut.dropped += 1
            Path(path).write_bytes(held)
        # It is memory that is shared, made anew by whoever opens the database first.
        self._shared.unlink(missing_ok=True)
        return cut

    def _wait(self, process: int) -> None:
        """Until strace has written down the end."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends:
            if self._trace.exists() and re.search(rf"^{process} +\+\+\+ ", _tail(self._trace), re.MULTILINE):
                return
            time.sleep(0.02)
        raise RuntimeError("strace did not see the end of the process")


def _log(database: Path) -> Path:
    return database.with_name(database.name + "-wal")


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 10_000))
        return file.read().decode("ascii", "replace")


def _calls(trace: Path) -> list[Call]:
    found: list[Call] = []
    open_calls: dict[str, Call] = {}
    with trace.open(encoding="ascii", errors="replace") as lines:
        for number, line in enumerate(lines):
            process, _, text = line.rstrip("\n").partition(" ")
            text = text.lstrip()
            if (resumed := _RESUMED.match(text)) and (call := open_calls.pop(process, None)):
                call.ended, call.worked = number, _worked(resumed[2])
            elif made := _CALL.match(text):
                call = Call(made[1], _text(made[2]), made[3] or "", number)
                found.append(call)
                if made[5] is None:
                    open_calls[process] = call
                elif not made[5].startswith("?"):
                    call.ended, call.worked = number, _worked(made[5])
    return found


def _worked(answer: str) -> bool:
    return answer.isdigit()


def _text(escaped: str) -> str:
    return bytes.fromhex(escaped.replace("\\x", "")).decode()


def _apply(held: bytearray, call: Call, dice: random.Random | None = None) -> None:
    """With `dice`, each of its sectors by chance."""
    if call.name == "ftruncate":
        size = int(call.arguments)
        held[size:] = bytes(max(0, size - len(held)))
        return
    quoted, _, place = call.arguments.rpartition('", ')
    data = bytes.fromhex(quoted.removeprefix('"').replace("\\x", ""))
    start = int(place.split(", ")[1])
    held.extend(bytes(max(0, start + len(data) - len(held))))
    for first in range(0, len(data), SECTOR):
        if dice is None or dice.random() < 0.5:
            part = data[first : first + SECTOR]
            held[start + first : start + first + len(part)] = part
