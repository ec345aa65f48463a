"""Files, to whoever may see them at this very moment: every request is asked for anew."""

from typing import Final

from django.http import HttpRequest, HttpResponseBase

from rooms import access
from rooms.models import FileKind
from rooms.views.answers import door, person
from rooms.views.delivery import Delivered, deliver

# What a browser may show where it stands; all else is downloaded.
_INLINE: Final = frozenset({FileKind.IMAGE, FileKind.VIDEO, FileKind.AUDIO, FileKind.VOICE})
# Kept by the reader's own browser, and asked about each time it is shown: what is deleted is gone at once.
_CACHE: Final = "private, no-cache"


@door("GET", cache=_CACHE, counted=False)
def file(request: HttpRequest, file_id: int, name: str) -> HttpResponseBase:
    """The file itself; `name` is for people and for downloads. With `?download` never shown, always saved."""
    found = access.file_for(person(request), file_id)
    return deliver(
        request,
        Delivered(
            stored=found.stored,
            size=found.size,
            type=found.type,
            name=found.name,
            inline=found.kind in _INLINE and "download" not in request.GET,
        ),
    )


@door("GET", cache=_CACHE, counted=False)
def thumb(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The picture in the timeline's size."""
    found = access.file_for(person(request), file_id)
    if not found.thumb_stored:
        raise access.not_found()
    return deliver(
        request, Delivered(stored=found.thumb_stored, size=None, type="image/webp", name="thumb.webp", inline=True)
    )
