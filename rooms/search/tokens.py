"""Text as search knows it: a sequence of folded words, the same on every database and for text and query alike.

Case, accents and width do not matter: `Grüße` is `grusse`. Whatever is not a letter, digit or picture parts words, so
`docs.example.org/a_b` is five words in a row, and a query of the same shape finds them in that row. Chinese, Japanese,
Korean and Thai are written without spaces: their runs become overlapping pairs of characters.
"""

import re
import unicodedata
from typing import Final, NamedTuple

# What search itself notes about a message (its room, its author, "has a link") stands among the words behind this
# sign, which no folded text holds.
MARK: Final = "\ue000"
# Between the parts of a document: no phrase reaches from a message into its file.
GAP: Final = f"{MARK}."
# Longer "words" are keys and pictures in letters; their beginning is enough to find them.
LONGEST: Final = 64

_UNSPACED: Final = (
    "\u0e00-\u0e7f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_PICTURES: Final = "\u2190-\u2bff\U0001f000-\U0001faff"
_PIECE: Final = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}{_PICTURES}]+|[{_PICTURES}]")
_ASCII: Final = re.compile(r"[a-z0-9]+")
_RUN: Final = re.compile(rf"[{_UNSPACED}]")
# getUserName, and where it is cut.
_CAMEL: Final = re.compile(r"\b[A-Za-z0-9]*[a-z][A-Z][A-Za-z0-9]*")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Token(NamedTuple):
    """A word, and where in the text as it was written it stands."""

    text: str
    start: int
    end: int


class _Folding(dict[int, str]):
    """For str.translate: each character once, then from memory."""

    def __missing__(self, code: int) -> str:
        apart = unicodedata.normalize("NFKD", chr(code)).casefold()
        # Accents of Latin, Greek and Cyrillic; marks of other scripts are letters of theirs.
        bare = "".join(char for char in apart if not "\u0300" <= char <= "\u036f" and not "\ufe00" <= char <= "\ufe0f")
        folded = "" if MARK in bare else unicodedata.normalize("NFC", bare)
        self[code] = folded
        return folded


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """The text with everything away that does not matter."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def words(text: str) -> list[str]:
    """The words of a text in their order."""
    folded = fold(text)
    if folded.isascii():
        found = _ASCII.findall(folded)
        return found if len(max(found, key=len, default="")) <= LONGEST else [word[:LONGEST] for word in found]
    return [token.text for token in _cut(folded)]


def document(text: str) -> list[str]:
    """The words of a text and, behind them, what else finds it: single characters of runs, the parts of camelCase."""
    found = words(text)
    more: list[str] = []
    if not text.isascii():
        more += {char for word in found if _RUN.match(word) for char in word} - set(found)
    for name in _CAMEL.findall(text):
        more += [part.lower()[:LONGEST] for part in _HUMP.split(name) if len(part) > 1]
    return [*found, GAP, *dict.fromkeys(more)] if more else found


def spans(text: str) -> list[Token]:
    """The words with their places in `text`, for marking them."""
    folded: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text):
        for one in fold(char):
            folded.append(one)
            origin.append(place)
    whole = "".join(folded)
    return [Token(text, origin[start], origin[end - 1] + 1) for text, start, end in _cut(whole)]


def camel_spans(text: str) -> list[Token]:
    """The parts of camelCase words with their places."""
    found = []
    for name in _CAMEL.finditer(text):
        start = name.start()
        for part in _HUMP.split(name.group()):
            found.append(Token(part.lower()[:LONGEST], start, start + len(part)))
            start += len(part)
    return found


def is_unspaced(word: str) -> bool:
    """Is it of a script that puts no spaces between words?"""
    return bool(_RUN.match(word))


def _cut(folded: str) -> list[Token]:
    found = []
    for piece in _PIECE.finditer(folded):
        word, start = piece.group(), piece.start()
        if _RUN.match(word) and len(word) > 1:
            found += [Token(word[at : at + 2], start + at, start + at + 2) for at in range(len(word) - 1)]
        else:
            found.append(Token(word[:LONGEST], start, piece.end()))
    return found
