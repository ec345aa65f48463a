"""A message without its markup: for notifications, lists and screen readers."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from rooms.text.characters import is_visible, settle
from rooms.text.markdown import parse
from rooms.text.rendering import render_fast

_HIDDEN: Final = "▒▒▒"


def plain(body: str) -> str:
    """What the message says, without the signs of its formatting; spoilers stay covered."""
    if render_fast(body) is not None:
        return body
    text = settle("\n".join(filter(None, map(str.rstrip, _blocks(parse(body))))))
    return text if is_visible(text) else settle(body.strip())


def snippet(body: str, length: int) -> str:
    """The message on one line of at most `length` characters, cut between words where it can be."""
    text = " ".join(plain(body).split())
    if len(text) <= length:
        return text
    cut = text[: max(length - 1, 0)]
    space = cut.rfind(" ")
    if space > length // 2:
        cut = cut[:space]
    # Half of a joined emoji or an accented letter is not a character.
    while cut and (text[len(cut)] == "\u200d" or cut[-1] == "\u200d" or unicodedata.category(text[len(cut)])[0] == "M"):
        cut = cut[:-1]
    return cut.rstrip() + "…"


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    row: list[str] | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield " ".join(row)
            row = None
        elif token.type == "inline":
            text = "".join(_inline(token.children or ()))
            if row is None:
                yield text
            else:
                row.append(text)
        elif token.type in ("fence", "math_block"):
            yield token.content
        elif token.type == "hr":
            yield "---"


def _inline(tokens: Sequence[Token]) -> Iterator[str]:
    hidden = 0
    for token in tokens:
        if token.type == "spoiler_open":
            hidden += 1
            yield _HIDDEN
        elif token.type == "spoiler_close":
            hidden -= 1
        elif hidden:
            continue
        elif token.type in ("softbreak", "hardbreak"):
            yield "\n"
        else:
            yield token.content
