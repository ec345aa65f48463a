"""The bytes of files on their way: one file an upload on the disk, under MEDIA_ROOT, that every process sees."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from talkwave.errors import Refused

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def folder() -> Path:
    path = Path(settings.MEDIA_ROOT) / "uploads"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(upload_id: UUID) -> Path:
    return folder() / upload_id.hex


def write(upload_id: UUID, offset: int, data: bytes) -> None:
    """Puts a piece where it belongs. A piece that comes again is written over itself."""
    with told_when_full():
        # Made with the first piece alone: what was cancelled meanwhile stays away.
        flags = os.O_WRONLY | (os.O_CREAT if offset == 0 else 0)
        try:
            descriptor = os.open(path_of(upload_id), flags, 0o600)
        except FileNotFoundError:
            raise Refused("conflict", _("What was uploaded so far is gone. Begin again, please.")) from None
        with os.fdopen(descriptor, "wb") as file:
            file.seek(offset)
            file.write(data)


@contextmanager
def held(upload_id: UUID) -> Iterator[bool]:
    """Holds an upload while this process looks at it; True where nobody else can be looking. Raises BlockingIOError.

    A process that is killed lets go at once. False: the disk has no such locks.
    """
    try:
        descriptor = os.open(path_of(upload_id), os.O_RDWR)
    except FileNotFoundError:
        yield True
        return
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True


def other_name(path: Path, folder: Path) -> Path:
    """The same bytes under another name, which can be moved to where they stay: a process that is killed before their
    row is stored leaves the first name, and whoever sent them need not send them again."""
    other = folder / "whole"
    try:
        os.link(path, other)
    except OSError:  # a disk where nothing has two names
        return path
    return other


def remove(upload_id: UUID) -> None:
    path_of(upload_id).unlink(missing_ok=True)


def stale(before: float) -> Iterator[Path]:
    """Files and folders of work that nobody has touched since that moment (seconds, as time.time)."""
    for path in folder().iterdir():
        try:
            if path.stat().st_mtime < before:
                yield path
        except FileNotFoundError:
            continue


def sweep(seconds: float) -> None:
    """Removes what no upload can still need."""
    for path in stale(time.time() - seconds):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def require_room_for(size: int) -> None:
    """Raises Refused where the disk would be full with it."""
    if shutil.disk_usage(folder()).free < size + settings.FILES_DISK_RESERVE:
        raise _full()


@contextmanager
def told_when_full() -> Iterator[None]:
    """A disk without space, or a quota that is used up, is something to say, not a crash."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full() from error
        raise


def _full() -> Refused:
    return Refused("unavailable", _("There is no space left for files on this server. Its operator can make some."))
