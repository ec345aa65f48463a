"""Makes a small, clean picture out of whatever somebody uploads."""

import logging
from typing import BinaryIO, Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from talkwave.apart.asking import ask
from talkwave.errors import Refused

log = logging.getLogger(__name__)

SIDE: Final = 256


def small_picture(file: BinaryIO, *, size: int) -> bytes:
    """A WebP of SIDE by SIDE, upright, cut to its middle, with nothing of the file it came from but its looks."""
    if size > settings.AVATAR_MAX_BYTES:
        limit = filesizeformat(settings.AVATAR_MAX_BYTES)
        raise Refused("too_long", _("This picture is too large. At most %(limit)s, please.") % {"limit": limit})
    file.seek(0)
    made = ask("accounts.drawing:avatar", data=file.read(), side=SIDE, most_pixels=settings.AVATAR_MAX_PIXELS)
    reason = made.get("refused")
    if reason == "pixels":
        most = settings.AVATAR_MAX_PIXELS // 1_000_000
        raise Refused(
            "too_long", _("This picture has too many pixels. At most %(limit)d million, please.") % {"limit": most}
        )
    if reason:
        log.info("picture refused: %s", reason)
        raise Refused("bad_request", _("This file cannot be read as a picture. PNG, JPEG, WebP and GIF can."))
    return bytes(made["data"])
