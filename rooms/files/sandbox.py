"""Has a file opened in a process of its own, and says what came of it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from rooms.files.signatures import PDF
from talkwave.apart.asking import ask
from talkwave.errors import Refused


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
    return ask(
        "rooms.files.opening:look", source=str(source), folder=str(folder), front=front,
        most_pixels=settings.FILE_MAX_PIXELS, most_moving=settings.FILE_MAX_MOVING_PIXELS,
    )  # fmt: skip


def _is_pdf(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(len(PDF)) == PDF


def words_in(source: Path, ending: str) -> str:
    """The text in a file, for search; empty where nothing can be read in the time it is given."""
    answer = ask("rooms.files.opening:read", source=str(source), ending=ending, most=settings.FILE_TEXT_MAX)
    return str(answer.get("text", ""))
