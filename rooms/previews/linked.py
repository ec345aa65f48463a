"""Which links a message holds, and which of them get a preview."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from markdown_it.token import Token

from rooms.text.markdown import parse


def links_of(body: str) -> list[str]:
    """The addresses this message shows a preview of: the first few, each once.

    None in code, in quotes (it was said, and shown, elsewhere), in spoilers, in `<angle brackets>` (so one asks for
    none), written without http:// (mentioned rather than linked), or of this very site.
    """
    if "://" not in body:
        return []
    found: dict[str, str] = {}
    for url in _links(parse(body)):
        if _is_elsewhere(url):
            # Two places of one page are one card.
            found.setdefault(url.partition("#")[0], url)
    return list(found.values())[: settings.PREVIEWS_A_MESSAGE]


def addresses_in(body: str) -> list[str]:
    """All addresses elsewhere that this message links to, each once: as `links_of`, those in `<angle brackets>` too, and
    however many."""
    if "://" not in body:
        return []
    return list(dict.fromkeys(url for url in _links(parse(body), bracketed=True) if _is_elsewhere(url)))


def _links(tokens: Sequence[Token], *, bracketed: bool = False) -> Iterator[str]:
    quotes = 0
    for token in tokens:
        if token.type == "blockquote_open":
            quotes += 1
        elif token.type == "blockquote_close":
            quotes -= 1
        elif token.type == "inline" and not quotes:
            yield from _inline(token.children or (), bracketed=bracketed)


def _inline(tokens: Sequence[Token], *, bracketed: bool) -> Iterator[str]:
    spoilers = 0
    for place, token in enumerate(tokens):
        if token.type == "spoiler_open":
            spoilers += 1
        elif token.type == "spoiler_close":
            spoilers -= 1
        elif token.type == "link_open" and not spoilers and (bracketed or token.markup != "autolink"):
            # `example.org` in passing is made a link, too; its text does not begin as its address does.
            if token.markup == "linkify" and not tokens[place + 1].content.lower().startswith("http"):
                continue
            yield str(token.attrs.get("href", ""))


def _is_elsewhere(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    ours = urlsplit(settings.PUBLIC_URL).hostname
    return parts.scheme in ("http", "https") and host != ours and len(url) <= settings.FETCH_URL_MAX_LENGTH
