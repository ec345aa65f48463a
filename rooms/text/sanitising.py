"""The last door: whatever the renderer wrote, only this gets out."""

from typing import Final

import nh3
from pygments.token import STANDARD_TYPES

from rooms.text.links import SCHEMES

CLASSES: Final[dict[str, set[str]]] = {
    "p": {"heading", "jumbo"},
    "pre": {"code"},
    "div": {"table"},
    "td": {"left", "center", "right"},
    "th": {"left", "center", "right"},
    "span": {"mention", "spoiler"} | {name for name in STANDARD_TYPES.values() if name},
}
ATTRIBUTES: Final[dict[str, set[str]]] = {
    # Without this, nh3 allows `title` and `lang` everywhere.
    "*": set(),
    "a": {"href"},
    "ol": {"start"},
    "pre": {"data-language"},
    "span": {"data-user"},
}
# What scrolls or opens must be reachable by keyboard.
VALUES: Final = {tag: {"tabindex": {"0"}} for tag in ("pre", "div", "span")}
TAGS: Final = {
    "a", "blockquote", "br", "code", "div", "em", "hr", "li", "ol", "p", "pre", "s", "span", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
LINK_REL: Final = "noopener noreferrer nofollow ugc"

_CLEANER: Final = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    tag_attribute_values=VALUES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel=LINK_REL,
    url_schemes=set(SCHEMES),
    url_relative="deny",
)


def sanitise(html: str) -> str:
    """Only the allowed tags, attributes, classes and schemes; links open apart and tell nothing."""
    return _CLEANER.clean(html)
