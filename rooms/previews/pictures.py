"""A picture from elsewhere, made small and clean: nothing of the file it came from but its looks."""

import logging
import threading
from typing import Final, NamedTuple

from django.conf import settings

from talkwave.apart.asking import ask

log = logging.getLogger(__name__)

# One at a time, however many are fetched side by side: nobody waits for them, and some wait for words in their files.
_drawing: Final = threading.Lock()


class Picture(NamedTuple):
    """A WebP, at most PREVIEW_IMAGE_SIDE wide and high."""

    webp: bytes
    width: int
    height: int


def small_picture(body: bytes) -> Picture | None:
    """The picture, upright and small; None where this is none, or one that is not worth its pixels."""
    with _drawing:
        made = ask(
            "rooms.drawing:preview",
            data=body,
            seconds=settings.PREVIEW_IMAGE_SECONDS,
            side=settings.PREVIEW_IMAGE_SIDE,
            most_pixels=settings.PREVIEW_IMAGE_PIXELS,
        )
    if reason := made.get("refused"):
        log.info("picture of a preview refused: %s", reason)
        return None
    return Picture(made["data"], made["width"], made["height"])
