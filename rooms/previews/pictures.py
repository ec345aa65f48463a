"""A picture from elsewhere, made small and clean: nothing of the file it came from but its looks."""

import logging
import threading
from io import BytesIO
from typing import Final, NamedTuple

from django.conf import settings
from PIL import Image, ImageOps

log = logging.getLogger(__name__)

# Nothing else is even looked at: every further decoder is one more that a hostile file may find a hole in.
_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
# Smaller ones are counters and spacers.
_LEAST_SIDE: Final = 16
# Decoded pixels are what takes memory: one at a time, however many are fetched side by side.
_decoding: Final = threading.Lock()


class Picture(NamedTuple):
    """A WebP, at most PREVIEW_IMAGE_SIDE wide and high."""

    webp: bytes
    width: int
    height: int


def small_picture(body: bytes) -> Picture | None:
    """The picture, upright and small; None where this is none, or one that is not worth its pixels."""
    try:
        with _decoding, Image.open(BytesIO(body), formats=_FORMATS) as image:
            if not _worth_it(image):
                return None
            # JPEG alone: decoded smaller at once, a fraction of the memory.
            image.draft("RGB", (2 * settings.PREVIEW_IMAGE_SIDE,) * 2)
            image.load()
            return _redrawn(image) if _worth_it(image) else None  # a GIF's frame may be larger than it said
    except Exception as error:
        # A broken file makes decoders raise whatever they like, SyntaxError and struct.error among it.
        log.info("picture of a preview refused: %s", type(error).__name__)
        return None


def _worth_it(image: Image.Image) -> bool:
    width, height = image.size
    return min(width, height) >= _LEAST_SIDE and width * height <= settings.PREVIEW_IMAGE_PIXELS


def _redrawn(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    drawn = upright.convert("RGBA" if has_alpha else "RGB")
    drawn.thumbnail((settings.PREVIEW_IMAGE_SIDE,) * 2, Image.Resampling.LANCZOS)
    # A fresh image: no EXIF, no comments, no colour profile comes along.
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    out = BytesIO()
    clean.save(out, "WEBP", quality=82, method=4)
    return Picture(out.getvalue(), *clean.size)
