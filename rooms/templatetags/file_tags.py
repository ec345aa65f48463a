"""What templates need to show files."""

import math
from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import ngettext

register = template.Library()

# The box that a picture in the timeline fits into; static/js/lib/sizes.js has the same.
_WIDTH: Final = 384
_HEIGHT: Final = 320
_PLAIN_FILM: Final = {"width": _WIDTH, "height": _WIDTH * 9 // 16}
_UNITS: Final = ("kB", "MB", "GB")
# Everything else is a card.
_TEMPLATES: Final = {
    "image": "image",
    "video": "video",
    "audio": "sound",
    "voice": "sound",
    "text": "text",
    "pdf": "paper",
}
_ICONS: Final = {
    "image": "image",
    "video": "video",
    "audio": "volume-2",
    "voice": "mic",
    "pdf": "file-text",
    "text": "file-text",
}


@register.filter
def fitted(file: Mapping[str, Any] | str) -> dict[str, int]:
    """The sides of a picture scaled into its box, never up: known before it loads, so that nothing jumps."""
    width, height = (file.get("width"), file.get("height")) if isinstance(file, Mapping) else (None, None)
    if not width or not height:
        return {"width": 1, "height": 1}
    scale = min(1, _WIDTH / width, _HEIGHT / height)
    return {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}


@register.filter
def film_box(file: Mapping[str, Any] | str) -> dict[str, int]:
    """The same for a film: of one whose sides nobody told, a wide box."""
    told = isinstance(file, Mapping) and file.get("width") and file.get("height")
    return fitted(file) if told else _PLAIN_FILM


@register.filter
def file_size(size: int | str) -> str:
    """How large a file is, "1.5 MB": as static/js/lib/sizes.js says it, so that nothing changes under who reads. Empty in
    a blank."""
    if not isinstance(size, int):
        return ""
    power = min(len(_UNITS), (max(1, size).bit_length() - 1) // 10)
    if power == 0:
        return ngettext("%(size)d byte", "%(size)d bytes", size) % {"size": size}
    decimals = 1 if power > 1 else 0
    number = math.floor(size / 1024**power * 10**decimals + 0.5) / 10**decimals
    whole = number == int(number)
    return f"{number_format(number, 0 if whole else decimals, use_l10n=True)} {_UNITS[power - 1]}"


@register.filter
def file_template(kind: str) -> str:
    """What shows a file of that kind in a message."""
    return f"rooms/message/_file_{_TEMPLATES.get(kind, 'card')}.html"


@register.filter
def unlocalised(value: float | str | None) -> str:
    """A number as JavaScript reads it, whatever the page's language; empty for none."""
    return "" if value is None else str(value)


@register.filter
def file_icon(kind: str) -> str:
    """The sign of a kind of file."""
    return _ICONS.get(kind, "file")


@register.simple_tag
def file_limits() -> dict[str, int]:
    """What a composer has to know before it sends a file."""
    return {
        "count": settings.ATTACHMENTS_MAX,
        "bytes": settings.FILE_MAX_BYTES,
        "voice_seconds": settings.VOICE_MAX_SECONDS,
    }
