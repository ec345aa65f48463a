"""What is done with a file in a message. Runs in a process of its own alone (talkwave.apart)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


def look(order: dict[str, Any]) -> dict[str, Any]:
    """What it is, made harmless: see rooms.files.sandbox.look."""
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


def read(order: dict[str, Any]) -> dict[str, Any]:
    """The words in it, for search."""
    from rooms.files.documents import words_in

    return {"text": words_in(Path(order["source"]), order["ending"], most=order["most"])}
