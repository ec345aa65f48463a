"""What somebody typed into the search field, as a list of parts. Reading it never fails."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rooms.search.tokens import is_unspaced, words

OPERATORS: Final = ("from", "in", "to", "has", "is", "before", "after", "on")
TYPED_MOST: Final = 300
PARTS_MOST: Final = 30
# From so many letters on a word finds all that begin with it: `deploy` the deployments too. Below, too much begins so.
PREFIX_LEAST: Final = 3

_PART: Final = re.compile(
    rf"""(?P<no>-)?(?:(?P<name>{"|".join(OPERATORS)}):)?(?:"(?P<quoted>[^"]*)(?:"|$)|(?P<bare>\S+))?""", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """One word, phrase (`"…"`) or operator (`from:ann`)."""

    kind: str  # word, phrase, or an operator's name
    value: str
    negated: bool = False

    def __str__(self) -> str:
        """As one types it."""
        value = f'"{self.value}"' if self.kind == "phrase" or (self.is_operator and " " in self.value) else self.value
        return f"{'-' if self.negated else ''}{f'{self.kind}:' if self.is_operator else ''}{value}"

    @property
    def is_operator(self) -> bool:
        return self.kind in OPERATORS

    @property
    def words(self) -> list[str]:
        """Its words as the index knows them; none for signs alone."""
        return words(self.value)

    @property
    def is_prefix(self) -> bool:
        """Does it find words that only begin like its last?"""
        found = self.words
        if self.kind != "word" or not found or is_unspaced(found[-1]):
            return False
        return self.value.endswith("*") or (len(found[-1]) >= PREFIX_LEAST and self.value[-1].isalnum())


def parse(typed: str) -> list[Part]:
    """The parts in their order; what says nothing (a lone sign, an operator without a value) is left out."""
    typed = " ".join(typed[:TYPED_MOST].replace("\x00", " ").replace("\u201c", '"').replace("\u201d", '"').split())
    parts: list[Part] = []
    waiting: Part | None = None  # `from: ann`, with a space
    for found in _PART.finditer(typed):
        name, quoted, bare = found["name"], found["quoted"], found["bare"]
        negated = found["no"] is not None
        value = (quoted if quoted is not None else bare or "").strip()
        if waiting is not None and value and name is None and not negated:
            parts.append(Part(waiting.kind, value, waiting.negated))
            waiting = None
        elif name is not None and value:
            parts.append(Part(name.lower(), value, negated))
        elif name is not None:
            waiting = Part(name.lower(), "", negated)
        elif words(value):
            parts.append(Part("phrase" if quoted is not None else "word", value, negated))
    return parts[:PARTS_MOST]


def written(parts: Sequence[Part]) -> str:
    """The parts as one line that reads the same again."""
    return " ".join(map(str, parts))
