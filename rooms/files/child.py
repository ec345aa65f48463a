"""The process that opens files: `python -m rooms.files.child`. One order on stdin, one answer on stdout, both JSON.

It knows no settings and no database, and takes its limits before it touches the file.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from rooms.files.refusals import FileRefused


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    _limit(order["seconds"], order["memory"], order["bytes"])
    try:
        answer = _look(order) if order["do"] == "look" else _read(order)
    except FileRefused as refusal:
        answer = {"refused": refusal.reason}
    except MemoryError:
        answer = {"refused": "exhausting"}
    json.dump(answer, sys.stdout)


def _look(order: dict[str, Any]) -> dict[str, Any]:
    from rooms.files.boxes import blank_beside, blank_cr3, blank_film, blank_heif
    from rooms.files.signatures import RAW_TYPE, sort_of
    from rooms.files.tiff import blank_raf, blank_tiff

    blanked: dict[str, Callable[[BinaryIO], object]] = {
        "mp4": blank_film, "mov": blank_film, "m4a": blank_film, "m4b": blank_film,
        "heic": blank_heif, "tif": blank_tiff, "raf": blank_raf, "cr3": blank_cr3,
        "jxl": blank_beside, "jp2": blank_beside,
    }  # fmt: skip
    source = Path(order["source"])
    sort = sort_of(source)
    answer: dict[str, Any] = {"kind": sort.kind, "type": sort.type, "ending": sort.ending}
    if sort.kind == "image":
        from rooms.files.pictures import redraw

        answer |= redraw(
            source, Path(order["folder"]), most_pixels=order["most_pixels"], most_moving=order["most_moving"]
        )
    # What is given on as it came says nothing of where it was taken, either: blanked out where it lies.
    if sort.ending in blanked:
        with source.open("r+b") as file:
            if blanked[sort.ending](file):
                answer["type"] = RAW_TYPE
    if sort.kind == "pdf" and order["front"]:
        from rooms.files.paper import front

        answer |= front(source, Path(order["folder"]))
    return answer


def _read(order: dict[str, Any]) -> dict[str, Any]:
    from rooms.files.documents import words_in

    return {"text": words_in(Path(order["source"]), order["ending"], most=order["most"])}


# Absolute: whoever started it may have stepped back already, and twice that is nearly never.
NICENESS = 10


def _limit(seconds: int, memory: int, size: int) -> None:
    """Time on the processor, address space, bytes a file may grow to; and behind everybody else in the queue."""
    try:
        import resource
    except ImportError:  # no such thing on Windows: there the parent's clock is what ends it
        return
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
    )
    for which, most in limits:
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space


if __name__ == "__main__":
    main()
