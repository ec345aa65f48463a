"""Starts the process that opens a file, and ends it where it takes too long."""

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from rooms.files.signatures import PDF
from talkwave.errors import Refused

log = logging.getLogger(__name__)

# Each may take as much memory as FILE_LOOK_MEMORY grants: two at a time in a server process; the others wait.
_PLACES: Final = threading.BoundedSemaphore(2)
# Those, and a few that wait: each keeps a request's thread, of which a process has REQUESTS_AT_ONCE.
_LINE: Final = threading.BoundedSemaphore(2 + 4)
_WAIT_SECONDS: Final = 20


def look(source: Path, folder: Path) -> dict[str, Any]:
    """What the file is: `kind`, `type`, `ending`; of a picture also what pictures.redraw tells, drawn into `folder`.

    Raises Refused for a picture that cannot be taken.
    """
    answer = _look(source, folder, front=True)
    if answer.get("refused") == "exhausting" and _is_pdf(source):
        # A plan, a map, a scan: nobody here needs to draw it, it can be had as it is.
        answer = _look(source, folder, front=False)
    reason = answer.get("refused")
    if reason == "pixels":
        raise Refused(
            "too_long",
            _("This picture has too many pixels. At most %(limit)d million, please.")
            % {"limit": settings.FILE_MAX_PIXELS // 1_000_000},
        )
    if reason == "moving":
        raise Refused(
            "too_long",
            _(
                "This moving picture is too long or too large. All its frames together have at most %(limit)d million pixels."
            )
            % {"limit": settings.FILE_MAX_MOVING_PIXELS // 1_000_000},
        )
    if reason == "damaged":
        raise Refused("bad_request", _("This picture is damaged, or is not one. It cannot be shown."))
    if reason:
        raise Refused("bad_request", _("This file takes too much to be opened safely."))
    return answer


def _look(source: Path, folder: Path, *, front: bool) -> dict[str, Any]:
    return _ask(
        "look", source, folder=str(folder), front=front,
        most_pixels=settings.FILE_MAX_PIXELS, most_moving=settings.FILE_MAX_MOVING_PIXELS,
    )  # fmt: skip


def _is_pdf(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(len(PDF)) == PDF


def words_in(source: Path, ending: str) -> str:
    """The text in a file, for search; empty where nothing can be read in the time it is given."""
    return str(_ask("read", source, ending=ending, most=settings.FILE_TEXT_MAX).get("text", ""))


def _ask(do: str, source: Path, **more: Any) -> dict[str, Any]:
    order = {
        "do": do,
        "source": str(source),
        "seconds": settings.FILE_LOOK_SECONDS,
        "memory": settings.FILE_LOOK_MEMORY,
        "bytes": 2 * settings.FILE_MAX_BYTES,
        **more,
    }
    if not _LINE.acquire(blocking=False):
        raise _many()
    try:
        if not _PLACES.acquire(timeout=_WAIT_SECONDS):
            raise _many()
        try:
            return _answer(order)
        finally:
            _PLACES.release()
    finally:
        _LINE.release()


def _many() -> Refused:
    return Refused("unavailable", _("Many files are coming in just now. Try again in a moment."), retry_after=5)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rooms.files.child"],
            input=json.dumps(order).encode(),
            capture_output=True,
            cwd=settings.BASE_DIR,
            # Nothing of ours: no secrets, no address of the database.
            env={"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            # Waiting (a full disk, a busy machine) is granted more than computing.
            timeout=3 * settings.FILE_LOOK_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "exhausting"}
    if done.returncode:
        # Killed by a limit, or by what the file did to a decoder: the same to whoever sent it.
        log.warning("a file ended the process that looked at it: %s, %s", done.returncode, done.stderr[-500:])
        return {"refused": "exhausting"}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
