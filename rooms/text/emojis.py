"""Emoji: by name, and messages that are nothing else."""

import functools
import re
from typing import Final

import emoji

JUMBO_MOST: Final = 6
# Longest sequence times six, with room for spaces: longer text need not be looked at.
_JUMBO_CHARACTERS: Final = 120
# Not inside a word or a time (12:34:56).
_NAME: Final = re.compile(r"(?<!\w):([\w+\-]+):(?!\w)")


@functools.cache
def _names() -> dict[str, str]:
    """Every short name, in lower case, with its emoji in the form meant for display."""
    names: dict[str, str] = {}
    for symbol, data in emoji.EMOJI_DATA.items():
        if data["status"] <= emoji.STATUS["fully_qualified"]:
            for name in (data["en"], *data.get("alias", ())):
                names.setdefault(name.strip(":").lower(), symbol)
    return names


def replace_names(text: str) -> str:
    """The text with `:wave:` and its like as emoji; unknown names stay."""
    if ":" not in text:
        return text
    return _NAME.sub(lambda match: _names().get(match[1].lower(), match[0]), text)


def is_jumbo(text: str) -> bool:
    """Is this one to six emoji and nothing else? Those are shown large."""
    if len(text) > _JUMBO_CHARACTERS or text[:1].isalnum() or text.isascii():
        return False
    if emoji.replace_emoji(text, "").strip():
        return False
    return 1 <= emoji.emoji_count(text) <= JUMBO_MOST
