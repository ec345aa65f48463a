"""Makes a small, clean picture out of whatever somebody uploads."""

import logging
import warnings
from io import BytesIO
from typing import BinaryIO, Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from talkwave.errors import Refused

log = logging.getLogger(__name__)

SIDE: Final = 256
# Nothing else is even looked at: every further decoder is one more that a hostile file may find a hole in.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")


def small_picture(file: BinaryIO, *, size: int) -> bytes:
    """A WebP of SIDE by SIDE, upright, cut to its middle, with nothing of the file it came from but its looks."""
    if size > settings.AVATAR_MAX_BYTES:
        limit = filesizeformat(settings.AVATAR_MAX_BYTES)
        raise Refused("too_long", _("This picture is too large. At most %(limit)s, please.") % {"limit": limit})
    try:
        with warnings.catch_warnings():
            # Pillow warns of a bomb where we refuse it ourselves, before a single pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                _require_pixels(image)
                # JPEG alone: decoded smaller at once, a fraction of the memory.
                image.draft("RGB", (2 * SIDE, 2 * SIDE))
                image.load()
                _require_pixels(image)  # a GIF's frame may be larger than it said
                return _redrawn(image)
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception as error:
        # A broken file makes decoders raise whatever they like, SyntaxError and struct.error among it.
        log.info("picture refused: %s", type(error).__name__)
        raise Refused("bad_request", _("This file cannot be read as a picture. PNG, JPEG, WebP and GIF can.")) from None


def _redrawn(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    drawn = ImageOps.fit(upright.convert("RGBA" if has_alpha else "RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    # A fresh image: no EXIF, no comments, no colour profile comes along.
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    out = BytesIO()
    clean.save(out, "WEBP", quality=86, method=4)
    return out.getvalue()


def _require_pixels(image: Image.Image) -> None:
    width, height = image.size
    if width * height > settings.AVATAR_MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> Refused:
    limit = settings.AVATAR_MAX_PIXELS // 1_000_000
    return Refused(
        "too_long", _("This picture has too many pixels. At most %(limit)d million, please.") % {"limit": limit}
    )
