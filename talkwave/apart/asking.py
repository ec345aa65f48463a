"""Starts the process that opens a file, and ends it where it takes too long."""

import json
import logging
import subprocess
import sys
import threading
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from talkwave.errors import Refused

log = logging.getLogger(__name__)

# Each may take as much memory as FILE_LOOK_MEMORY grants: two at a time in a server process; the others wait.
_PLACES: Final = threading.BoundedSemaphore(2)
# Those, and a few that wait: each keeps a request's thread, of which a process has REQUESTS_AT_ONCE.
_LINE: Final = threading.BoundedSemaphore(2 + 4)
_WAIT_SECONDS: Final = 20


def ask(function: str, *, data: bytes = b"", seconds: int | None = None, **more: Any) -> dict[str, Any]:
    """What the function (`module:name`) answers to `more` and `data` there; bytes it made are the answer's `data`.

    `refused`: why it took no file (talkwave.apart.refusals). Raises Refused where too many wait already.
    """
    order = {
        "function": function,
        "seconds": seconds or settings.FILE_LOOK_SECONDS,
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
            return _answer(order, data)
        finally:
            _PLACES.release()
    finally:
        _LINE.release()


def _many() -> Refused:
    return Refused("unavailable", _("Many files are coming in just now. Try again in a moment."), retry_after=5)


def _answer(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "talkwave.apart.child"],
            input=json.dumps(order).encode() + b"\n" + data,
            capture_output=True,
            cwd=settings.BASE_DIR,
            # Nothing of ours: no secrets, no address of the database.
            env={"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            # Waiting (a full disk, a busy machine) is granted more than computing.
            timeout=3 * order["seconds"],
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"refused": "exhausting"}
    if done.returncode:
        # Killed by a limit, or by what the file did to a decoder: the same to whoever sent it.
        log.warning("a file ended the process that looked at it: %s, %s", done.returncode, done.stderr[-500:])
        return {"refused": "exhausting"}
    told, _line, made = done.stdout.partition(b"\n")
    answer: dict[str, Any] = json.loads(told)
    return answer | {"data": made}
