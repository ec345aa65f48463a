"""The last door: whatever the renderer wrote, only this gets out."""

import re
from typing import Final

import nh3
from pygments.token import STANDARD_TYPES

from rooms.text import formulas
from rooms.text.links import SCHEMES

CLASSES: Final[dict[str, set[str]]] = {
    "img": {"emoji"},
    "p": {"heading", "jumbo"},
    "pre": {"code"},
    "div": {"table", "formula"},
    "li": {"task"},
    "td": {"left", "center", "right"},
    "th": {"left", "center", "right"},
    "span": {"mention", "spoiler"} | {name for name in STANDARD_TYPES.values() if name},
    **formulas.CLASSES,
}
ATTRIBUTES: Final[dict[str, set[str]]] = {
    # Without this, nh3 allows `title` and `lang` everywhere.
    "*": set(),
    "a": {"href"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "pre": {"data-language"},
    "span": {"data-user"},
    "input": {"checked", "disabled"},
}
# What scrolls or opens must be reachable by keyboard.
VALUES: Final = {tag: {"tabindex": {"0"}} for tag in ("pre", "div", "span")} | formulas.VALUES
TAGS: Final = {
    "a", "blockquote", "br", "code", "div", "em", "hr", "img", "input", "label", "li", "ol", "p", "pre", "s", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
    *formulas.TAGS,
}  # fmt: skip
# The two kinds of address on our own server: an emoji of the community (rooms.models.own_emoji_url), and a room.
_OWN: Final = re.compile(r"/emoji/[a-z0-9_+\-]{2,32}-[0-9a-f]{16}\.webp|/rooms/[0-9]{1,19}/")
LINK_REL: Final = "noopener noreferrer nofollow ugc"


def _own_alone(url: str) -> str | None:
    return url if _OWN.fullmatch(url) else None


_CLEANER: Final = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    tag_attribute_values=VALUES,
    # Whatever somebody made an input, it is a box: nothing to write into, nothing to press.
    set_tag_attribute_values={"a": {"target": "_blank"}, "input": {"type": "checkbox"}},
    link_rel=LINK_REL,
    url_schemes=set(SCHEMES),
    url_relative=_own_alone,
)


def sanitise(html: str) -> str:
    """Only the allowed tags, attributes, classes and schemes; links open apart and tell nothing."""
    return _CLEANER.clean(html)
