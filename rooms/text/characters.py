"""Characters that are not what they seem: invisible, reordering, piling up."""

import re
import unicodedata
from typing import Final

# Marks piled on one letter beyond this climb out of their line over other people's messages.
MARKS_IN_A_ROW: Final = 8

# Blank although Unicode calls them letters, symbols or marks: Hangul fillers, the empty Braille cell,
# Khmer inherent vowels, Mongolian selectors, combining grapheme joiner, a null note head, variation selectors.
_BLANK: Final = (
    "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5\u180b-\u180f\u034f\U0001d159\ufe00-\ufe0f\U000e0100-\U000e01ef"
)
# White space, controls and formatting characters (Unicode's Zs, Zl, Zp, Cc, Cf), which show nothing.
_NOTHING: Final = (
    "\x00-\x20\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3000\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_VISIBLE: Final = re.compile(f"[^{_NOTHING}{_BLANK}]")

# Embeddings, overrides and isolates (and their deprecated kin): they show one text and hold another.
# The harmless direction marks U+200E, U+200F and U+061C stay.
_REORDERING: Final = re.compile("[\u202a-\u202e\u2066-\u206f]")
_REORDERING_TABLE: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x2070)])

# Latin letters with their accents carry no loose marks: a cheap look that spares most messages the slow one.
_MAY_PILE: Final = re.compile(r"[^\x00-\u02ff]")


def is_visible(text: str) -> bool:
    """Does anything of this text show on a screen?"""
    return _VISIBLE.search(text) is not None


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Me") and not "\ufe00" <= char <= "\ufe0f"


def trim_marks(html: str) -> str:
    """Text or HTML with at most eight combining marks in a row; tags and invisible characters between do not count."""
    if sum(map(_is_mark, _MAY_PILE.findall(html))) <= MARKS_IN_A_ROW:
        return html
    out: list[str] = []
    row = 0
    in_tag = False
    for char in html:
        if in_tag or char == "<":
            # In our HTML a `<` of the text is always `&lt;`, and no attribute holds a `>`.
            in_tag = char != ">"
        elif char > "\u02ff" and _is_mark(char):
            row += 1
            if row > MARKS_IN_A_ROW:
                continue
        elif char <= "\u02ff" or unicodedata.category(char) != "Cf":
            row = 0
        out.append(char)
    return "".join(out)


def settle(html: str) -> str:
    """Text or HTML without what reorders or climbs out of the message it is in."""
    if html.isascii():
        return html
    if _REORDERING.search(html):
        html = html.translate(_REORDERING_TABLE)
    return trim_marks(html)
