"""Makes a small, clean emoji out of whatever somebody uploads; what moves goes on moving."""

import logging
from typing import BinaryIO, Final

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from talkwave.apart.asking import ask
from talkwave.errors import Refused

log = logging.getLogger(__name__)

SIDE: Final = 128


def small_emoji(file: BinaryIO, *, size: int) -> bytes:
    """A WebP of at most SIDE by SIDE, whole, with nothing of the file it came from but its looks."""
    if size > settings.EMOJI_MAX_BYTES:
        limit = filesizeformat(settings.EMOJI_MAX_BYTES)
        raise Refused("too_long", _("This picture is too large. At most %(limit)s, please.") % {"limit": limit})
    file.seek(0)
    made = ask("rooms.drawing:emoji", data=file.read(), side=SIDE)
    reason = made.get("refused")
    if reason == "pixels":
        raise Refused("too_long", _("This picture is too large for an emoji. A smaller or shorter one will do."))
    if reason:
        log.info("emoji refused: %s", reason)
        raise Refused("bad_request", _("This file cannot be read as a picture. PNG, JPEG, WebP and GIF can."))
    return bytes(made["data"])
