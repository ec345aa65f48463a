"""Disks without space: for one process by a limit, which anybody may set, or for a folder by a small one, which takes root."""

import contextlib
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from faults.town.town import Server


@contextlib.contextmanager
def nothing_written(server: Server) -> Iterator[None]:
    """Inside, every write of this process to a file fails, at whatever place (EFBIG; Python ignores the signal)."""
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


def may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextlib.contextmanager
def small_disk(folder: Path, spare: int) -> Iterator[None]:
    """Inside, what is in the folder stands on a disk of its own, with so many bytes to spare. Nothing may have a file of
    it open when it begins; what is there at its end is kept. Raises CalledProcessError where the system forbids it."""
    size = spare + sum(path.stat().st_blocks * 512 for path in folder.rglob("*"))
    aside = folder.with_name(folder.name + ".aside")
    shutil.copytree(folder, aside)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        shutil.rmtree(aside)
        yield
        shutil.copytree(folder, aside)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
        if aside.exists():
            shutil.copytree(aside, folder, dirs_exist_ok=True)
            shutil.rmtree(aside)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Inside, not a byte is left on the folder's disk."""
    filler = folder / "filler"
    try:
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        yield
    finally:
        filler.unlink(missing_ok=True)
