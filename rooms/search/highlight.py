"""The words that were searched for, in a text."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rooms.search.plan import Phrase
from rooms.search.tokens import Token, camel_spans, fold, is_unspaced, spans

# Of a result so much is shown, with so much of it before the first word that was found.
SHOWN: Final = 260
BEFORE: Final = 60
# Further into a long document nobody looks for the place to show.
_READ: Final = 200_000


class Piece(NamedTuple):
    """A stretch of text, found or not."""

    text: str
    found: bool


def places(text: str, phrases: Iterable[Phrase]) -> list[tuple[int, int]]:
    """Where the phrases stand, in order and apart from each other."""
    tokens, parts = spans(text), camel_spans(text)
    found: list[tuple[int, int]] = []
    for phrase in phrases:
        if len(phrase.words) == 1:
            word = phrase.words[0]
            found += [(token.start, token.end) for token in (*tokens, *parts) if _fits(token, word, phrase.prefix)]
            if len(word) == 1 and is_unspaced(word):
                found += [(at, at + 1) for at, char in enumerate(text) if fold(char) == word]
        else:
            found += _rows(tokens, phrase)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def pieces(text: str, phrases: Sequence[Phrase], *, shown: int = SHOWN) -> list[Piece]:
    """What a result shows of a text: one line around the first word found, cut between words where it can be."""
    text = " ".join(text[:_READ].split())
    found = places(text, phrases)
    start = max(0, found[0][0] - BEFORE) if found and len(text) > shown else 0
    if start:
        space = text.find(" ", start, found[0][0])
        start = space + 1 if space > 0 else start
    end = min(len(text), start + shown)
    if end < len(text):
        space = text.rfind(" ", start + shown // 2, end)
        end = space if space > 0 else end
    made = [Piece("…", False)] if start else []
    at = start
    for first, last in found:
        if first >= end:
            break
        if first > at:
            made.append(Piece(text[at:first], False))
        made.append(Piece(text[first : min(last, end)], True))
        at = min(last, end)
    if at < end:
        made.append(Piece(text[at:end], False))
    if end < len(text):
        made.append(Piece("…", False))
    return made


def _fits(token: Token, word: str, prefix: bool) -> bool:
    return token.text.startswith(word) if prefix else token.text == word


def _rows(tokens: Sequence[Token], phrase: Phrase) -> list[tuple[int, int]]:
    *first, last = phrase.words
    size = len(phrase.words)
    return [
        (tokens[at].start, tokens[at + size - 1].end)
        for at in range(len(tokens) - size + 1)
        if _fits(tokens[at + size - 1], last, phrase.prefix)
        and all(tokens[at + step].text == word for step, word in enumerate(first))
    ]
