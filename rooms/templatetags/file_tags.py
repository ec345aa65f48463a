"""What templates need to show files."""

from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.conf import settings

register = template.Library()

# The box that a picture in the timeline fits into; static/js/lib/sizes.js has the same.
_WIDTH: Final = 384
_HEIGHT: Final = 320
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
def file_icon(kind: str) -> str:
    """The sign of a kind of file."""
    return _ICONS.get(kind, "file")


@register.simple_tag
def file_limits() -> dict[str, int]:
    """What a composer has to know before it sends a file."""
    return {"count": settings.ATTACHMENTS_MAX, "bytes": settings.FILE_MAX_BYTES}
