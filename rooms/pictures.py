"""Makes a small, clean emoji out of whatever somebody uploads; what moves goes on moving."""

import logging
import warnings
from io import BytesIO
from itertools import islice
from typing import BinaryIO, Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

from accounts.pictures import FORMATS
from talkwave.errors import Refused

log = logging.getLogger(__name__)

SIDE: Final = 128
_FRAMES_MOST: Final = 120
# Decoded pixels of all frames together: what a second of one core can do.
_PIXELS_MOST: Final = 40_000_000
_BYTES_MOST: Final = 512 * 1024
# A frame that says it lasts no time at all is shown as long as browsers show it.
_FRAME_MS: Final = 100


def small_emoji(file: BinaryIO, *, size: int) -> bytes:
    """A WebP of at most SIDE by SIDE, whole, with nothing of the file it came from but its looks."""
    if size > settings.EMOJI_MAX_BYTES:
        limit = filesizeformat(settings.EMOJI_MAX_BYTES)
        raise Refused("too_long", _("This picture is too large. At most %(limit)s, please.") % {"limit": limit})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                made = _redrawn(image)
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise _too_much() from None
    except Exception as error:
        # A broken file makes decoders raise whatever they like.
        log.info("emoji refused: %s", type(error).__name__)
        raise Refused("bad_request", _("This file cannot be read as a picture. PNG, JPEG, WebP and GIF can.")) from None
    if len(made) > _BYTES_MOST:
        raise _too_much()
    return made


def _redrawn(image: Image.Image) -> bytes:
    # What stands behind a camera's JPEG (MPO) is no next frame of it.
    count = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    # Before a single pixel is decoded.
    if count > _FRAMES_MOST or image.width * image.height * count > _PIXELS_MOST:
        raise _too_much()
    frames, times = [], []
    for frame in islice(ImageSequence.Iterator(image), count):
        frame.load()
        if frame.width * frame.height * count > _PIXELS_MOST:  # a frame may be larger than the file said
            raise _too_much()
        times.append(int(frame.info.get("duration") or _FRAME_MS))
        upright = ImageOps.exif_transpose(frame).convert("RGBA")
        upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        # A fresh image: no EXIF, no comments, no colour profile comes along.
        clean = Image.new("RGBA", upright.size)
        clean.paste(upright)
        frames.append(clean)
    out = BytesIO()
    if len(frames) > 1:
        frames[0].save(
            out, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=0, quality=80, method=2
        )
    else:
        frames[0].save(out, "WEBP", quality=90, method=4)
    return out.getvalue()


def _too_much() -> Refused:
    return Refused("too_long", _("This picture is too large for an emoji. A smaller or shorter one will do."))
