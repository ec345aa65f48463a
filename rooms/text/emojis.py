"""Emoji: by name, and messages that are nothing else."""

import functools
import re
from typing import Final

import emoji

JUMBO_MOST: Final = 6
# Longest sequence times six, with room for spaces: longer text need not be looked at.
_JUMBO_CHARACTERS: Final = 120
# Twice the longest sequence: somebody may write more variation selectors than are needed.
_SYMBOL_LONGEST: Final = 20
# Of the community's own: rooms.actions.emoji takes no other names.
OWN_NAME: Final = re.compile(r"(?<!\w):([a-z0-9_+\-]{2,32}):(?!\w)")
# As the sanitiser lets it through.
_OWN_SHOWN: Final = re.compile(r'src="(/emoji/([a-z0-9_+\-]{2,32})-[0-9a-f]{16}\.webp)"')
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


@functools.cache
def _forms() -> dict[str, str]:
    """Every emoji without its variation selectors, with the form meant for display."""
    return {
        _bare(symbol): symbol
        for symbol, data in emoji.EMOJI_DATA.items()
        if data["status"] == emoji.STATUS["fully_qualified"]
    }


def _bare(symbol: str) -> str:
    return symbol.replace("\ufe0f", "")


def qualified(symbol: str) -> str | None:
    """One emoji of Unicode in the form meant for display, however it was written; None for anything else."""
    if len(symbol) > _SYMBOL_LONGEST:
        return None
    return _forms().get(_bare(symbol))


def is_name(name: str) -> bool:
    """Does `:name:` mean an emoji of Unicode?"""
    return name.lower() in _names()


def own_names(text: str) -> set[str]:
    """The `:names:` in a text that Unicode has no emoji for: they may be the community's own."""
    if text.count(":") < 2:
        return set()
    return {match[1] for match in OWN_NAME.finditer(text) if match[1] not in _names()}


def own_shown(html: str) -> dict[str, str]:
    """Name → address of the own emoji that a message's HTML shows."""
    return {match[2]: match[1] for match in _OWN_SHOWN.finditer(html)}


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
