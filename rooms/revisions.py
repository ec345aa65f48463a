"""The earlier words of a message, and what changed from one version to the next."""

import difflib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from rooms.models import Message

# Words, and what stands between them: a difference within a word shows the whole word.
_PARTS = re.compile(r"\w+|\s+|[^\w\s]")
# Beyond so many parts the exact difference takes too long: then all of it is old, and all of it new.
_COMPARED_MOST = 4_000


class Piece(NamedTuple):
    """A run of text: `kind` is same, added or removed."""

    kind: str
    text: str


class Version(NamedTuple):
    """How a message stood from `at` on; `pieces` say what differs from the version before."""

    at: datetime
    pieces: list[Piece]


def versions(message: Message) -> list[Version]:
    """All versions of a message, the newest first; the first of all has nothing to differ from."""
    earlier = list(message.revisions.values_list("body", "written_at"))
    bodies = [*earlier, (message.body, message.edited_at or message.created_at)]
    found = []
    before = None
    for body, at in bodies:
        found.append(Version(at, [Piece("same", body)] if before is None else list(difference(before, body))))
        before = body
    return found[::-1]


def difference(before: str, after: str) -> Iterator[Piece]:
    """What was taken out and put in, in order, word by word."""
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if len(old) + len(new) > _COMPARED_MOST:
        yield from (Piece("removed", before), Piece("added", after))
        return
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Piece("removed", "".join(old[a:b]))
        if d > c:
            yield Piece("added", "".join(new[c:d]))
