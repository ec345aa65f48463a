"""The Markdown of messages: which parts of it count, and the one parser."""

import functools
import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rooms.text import links
from rooms.text.formulas import dollars, math_block
from rooms.text.tokens import (
    TooDeep,
    bounded_image,
    bounded_link,
    bounded_linkify,
    bounded_table,
    enrich,
    guard_depth,
    spoiler,
)

# Left out of CommonMark on purpose: indented code (a pasted indent is just an indent), link definitions
# (they would vanish from a message), and HTML.
_RULES: Final = [
    "table", "fence", "blockquote", "hr", "list", "heading", "lheading",
    "linkify", "strikethrough", "newline", "escape", "backticks", "emphasis", "link", "image", "autolink", "entity",
]  # fmt: skip
# Tokens of a short message are kept for a moment: mentions are looked for first, then it is rendered.
_REMEMBERED_LENGTH: Final = 1_000
# Beyond these a body is no prose and no list but a wall of signs, and is shown as typed: each costs a look by every rule.
_LINES_MOST: Final = 1_000
_MARKS_MOST: Final = 3_000
_MARK: Final = re.compile(r"[!#$%&*+\-:<=>@\[\\\]^_`{}~|\n]")


def _parser() -> MarkdownIt:
    # Our own guard stops blocks at NESTING_MOST; the library's must lie beyond the two levels a list item takes.
    md = MarkdownIt("zero", {"html": False, "breaks": True, "linkify": True, "maxNesting": 24})
    md.enable(_RULES)
    md.enable(["balance_pairs", "fragments_join"])
    md.linkify = links.linkifier()
    md.validateLink = links.is_allowed  # type: ignore[assignment, method-assign]
    md.normalizeLinkText = links.shown  # type: ignore[assignment, method-assign]
    md.block.ruler.at("table", bounded_table, {"alt": ["paragraph", "reference"]})
    md.inline.ruler.at("link", bounded_link)
    md.inline.ruler.at("image", bounded_image)
    md.inline.ruler.at("linkify", bounded_linkify)
    md.block.ruler.before("table", "guard_depth", guard_depth)
    md.inline.add_terminator_char("|")
    md.inline.ruler.before("backticks", "spoiler", spoiler)
    md.inline.ruler.after("backticks", "dollars", dollars)
    md.block.ruler.before("fence", "math_block", math_block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.core.ruler.after("linkify", "enrich", enrich)
    return md


MARKDOWN: Final = _parser()


def parse(body: str) -> Sequence[Token]:
    """The body's tokens, not to be changed; none where it is too deep or too busy to be more than text."""
    return _parse_remembered(body) if len(body) <= _REMEMBERED_LENGTH else _parse(body)


def _parse(body: str) -> Sequence[Token]:
    if len(body) > _MARKS_MOST and (body.count("\n") > _LINES_MOST or len(_MARK.findall(body)) > _MARKS_MOST):
        return ()
    try:
        return MARKDOWN.parse(body)
    except TooDeep:
        return ()


_parse_remembered = functools.lru_cache(maxsize=64)(_parse)
