"""What a page says about itself: Open Graph, Twitter cards, or its plain title and description.

Read by a scanner of our own that looks at a few tags of the head and whose time grows with the length of the page
alone: real HTML parsers take the square of it on pages made to keep them busy (docs/decisions.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

from django.conf import settings

from rooms.text.characters import is_visible, settle

# Pages that mean more tags or attributes than this mean no good.
_TAGS_MOST: Final = 2_000
_ATTRIBUTES_MOST: Final = 30
_TAG: Final = re.compile(
    r"<(?:(!--)|(meta|link|title|script|style|textarea|template|noscript|svg|body)(?=[\s/>]))", re.I
)
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+([^\s"'<>/=]{1,100}+)(?:\s*+=\s*+(?:"([^"]{0,4000}+)"|'([^']{0,4000}+)'|([^\s"'<>=`]{1,4000}+)))?"""
)
# What stands in these is not the page's own markup.
_SKIPPED: Final = frozenset({"script", "style", "textarea", "template", "noscript", "svg"})

_SPACE: Final = re.compile(r"\s+")
_UNSEEN: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u200b\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class Described:
    """A page as its card shows it; `images` are addresses of pictures for it, the best first."""

    title: str = ""
    description: str = ""
    site: str = ""
    images: list[str] = field(default_factory=list)


def describe(body: bytes, charset: str, url: str) -> Described:
    """What this page says about itself. Never fails: what cannot be read is empty."""
    said = _Said(_decoded(body, charset))
    title = _line(said.first("og:title", "twitter:title") or said.title, settings.PREVIEW_TITLE_MAX_LENGTH)
    description = _line(
        said.first("og:description", "twitter:description", "description"), settings.PREVIEW_DESCRIPTION_MAX_LENGTH
    )
    site = _line(said.first("og:site_name", "application-name"), settings.PREVIEW_SITE_MAX_LENGTH)
    images = [
        said.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
        said.icons.get("image_src", ""),
        said.icons.get("apple-touch-icon", "") or said.icons.get("icon", ""),
    ]
    return Described(
        title=title,
        description="" if description == title else description,
        site=site or site_of(url),
        images=[address for image in images if image and (address := _address(url, image))],
    )


def site_of(url: str) -> str:
    """The host, as a card names a site that does not name itself."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")[: settings.PREVIEW_SITE_MAX_LENGTH]
    except ValueError:
        return ""


class _Said:
    """The tags of a page that say something about it; of each the first."""

    def __init__(self, html: str) -> None:
        self.title = ""
        self._meta: dict[str, str] = {}
        self.icons: dict[str, str] = {}
        for name, attributes, text in _tags(html):
            if name == "title":
                self.title = self.title or text
            elif name == "meta":
                key = (attributes.get("property") or attributes.get("name") or "").strip().lower()
                if key and attributes.get("content", "").strip():
                    self._meta.setdefault(key, attributes["content"])
            elif name == "link" and attributes.get("href", "").strip():
                self._add_icon(attributes)

    def _add_icon(self, attributes: dict[str, str]) -> None:
        href = attributes["href"]
        # Of icons, the formats that are never opened here are left out: vectors and Windows' own.
        if not re.search(r"svg|\.ico\b|x-icon", href + attributes.get("type", ""), re.I):
            for rel in attributes.get("rel", "").lower().replace("-precomposed", "").split():
                self.icons.setdefault(rel, href)

    def first(self, *keys: str) -> str:
        return next((self._meta[key] for key in keys if key in self._meta), "")


def _tags(html: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The tags of the head that matter: name, attributes, and of a title its text."""
    lowered = html.lower() if len(html.lower()) == len(html) else html
    place = 0
    for _ in range(_TAGS_MOST):
        found = _TAG.search(html, place)
        if found is None or (found[2] or "").lower() == "body":
            return
        if found[1]:
            place = html.find("-->", found.end())
            if place < 0:
                return
            continue
        name = found[2].lower()
        attributes, place = _attributes(html, found.end())
        text = ""
        if name == "title" or name in _SKIPPED:
            end = lowered.find(f"</{name}", place)
            if end < 0:
                return
            text = unescape(html[place:end][:4000]).lstrip(">") if name == "title" else ""
            place = end
        if name not in _SKIPPED:
            yield name, attributes, text


def _attributes(html: str, place: int) -> tuple[dict[str, str], int]:
    attributes: dict[str, str] = {}
    for _ in range(_ATTRIBUTES_MOST):
        found = _ATTRIBUTE.match(html, place)
        if found is None:
            break
        value = found[2] or found[3] or found[4] or ""
        attributes.setdefault(found[1].lower(), unescape(value))
        place = found.end()
    return attributes, place


def _address(page: str, image: str) -> str:
    try:
        address = urljoin(page, image.strip())
    except ValueError:
        return ""
    known = address.startswith(("http://", "https://")) and len(address) <= settings.FETCH_URL_MAX_LENGTH
    return address if known else ""


def _line(text: str, most: int) -> str:
    """One line of at most `most` characters, without anything that shows other than it is."""
    text = settle(_SPACE.sub(" ", _UNSEEN.sub("", text)).strip())
    if len(text) > most:
        text = text[: most - 1].rstrip() + "…"
    return text if is_visible(text) else ""


# --- Letters ------------------------------------------------------------------------------------------
# As browsers take them; others of Python's codecs decode to what nobody meant (utf-7, unicode_escape).
_CHARSETS: Final = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "windows-1252"), "cp1252"),
    **{f"windows-{number}": f"cp{number}" for number in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
    **{f"iso-8859-{number}": f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{name: name for name in ("shift_jis", "euc-jp", "iso-2022-jp", "big5", "euc-kr", "koi8-r", "koi8-u")},
    **dict.fromkeys(("gb18030", "gbk", "gb2312"), "gb18030"),
    "iso-8859-9": "cp1254",
    "shift-jis": "shift_jis",
    "x-sjis": "shift_jis",
    "utf-16": "utf-16",
}
_META_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""", re.I)
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _decoded(body: bytes, charset: str) -> str:
    """The page's text: by its byte order mark, its header, its own word; else UTF-8 where it is that."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    codec = _CHARSETS.get(charset.strip().lower(), "")
    if not codec and (meta := _META_CHARSET.search(body, 0, 8192)):
        codec = _CHARSETS.get(meta[1].decode("ascii").lower(), "").replace("utf-16", "utf-8")
    if codec:
        return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        # Cut within a letter at the very end it is still UTF-8.
        return body.decode("utf-8" if error.start > len(body) - 4 else "cp1252", "replace")
