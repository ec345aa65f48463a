"""Looks where a link leads. Only network and pixels here: it runs in threads that have no database."""

from typing import Final, NamedTuple

from django.conf import settings

from rooms.previews.pages import Described, describe, site_of
from rooms.previews.pictures import Picture, small_picture
from talkwave.web.fetching import Fetched, Network, NotFetched, fetch

_PAGES: Final = ("text/html", "application/xhtml+xml", "image/")
# Pictures of one page that are tried: the one it names, then its icon.
_PICTURES_MOST: Final = 2


class Look(NamedTuple):
    """What a link leads to. Without title and picture there is nothing to show; `again`: later there may be."""

    described: Described
    picture: Picture | None = None
    again: bool = False
    reason: str = ""


def look(url: str, network: Network | None = None) -> Look:
    """Fetches a page, and the picture it names; a link straight to a picture is just that picture. Never raises."""
    try:
        found = fetch(url, accept=_PAGES, network=network)
    except NotFetched as error:
        return Look(Described(), again=error.again, reason=str(error))
    if found.content_type.startswith("image/"):
        return _direct_picture(found)
    described = describe(found.body, found.charset, found.url)
    if not described.title:
        return Look(described, reason="no title")
    for address in described.images[:_PICTURES_MOST]:
        if picture := _picture(address, network):
            return Look(described, picture)
    return Look(described)


def _direct_picture(found: Fetched) -> Look:
    picture = small_picture(found.body) if found.whole else None
    return Look(Described(site=site_of(found.url)), picture, reason="" if picture else "no picture")


def _picture(address: str, network: Network | None) -> Picture | None:
    try:
        found = fetch(address, accept=("image/",), network=network)
    except NotFetched:
        return None
    picture = small_picture(found.body) if found.whole else None
    # Blown up to the size of a card's picture, a smaller one is but a blur.
    return picture if picture and min(picture.width, picture.height) >= settings.PREVIEW_IMAGE_LEAST else None
