"""What search notes about a message among its words, where no text can say it (tokens.MARK)."""

from typing import Final

from rooms.models import FileKind
from rooms.search.tokens import MARK

# In every document: what "all but" starts from.
ANY: Final = f"{MARK}a"
LINK: Final = f"{MARK}link"
REACTION: Final = f"{MARK}reaction"
# Speaks to everybody in its room.
ALL: Final = f"{MARK}all"
THREAD: Final = f"{MARK}thread"
PINNED: Final = f"{MARK}pinned"
FILE: Final = f"{MARK}file"
# PostgreSQL knows where some of its words stand, not all (rooms.search.postgresql).
LONG: Final = f"{MARK}long"

# What one may ask for by `has:`.
_KINDS: Final = (FileKind.IMAGE, FileKind.VIDEO, FileKind.AUDIO, FileKind.VOICE, FileKind.PDF)
HAS: Final[dict[str, str]] = {
    "link": LINK,
    "file": FILE,
    **{str(kind.value): f"{MARK}{kind.value}" for kind in _KINDS},
    "reaction": REACTION,
}
IS: Final[dict[str, str]] = {"thread": THREAD, "pinned": PINNED}


def room(room_id: int) -> str:
    return f"{MARK}r{room_id}"


def sender(user_id: int) -> str:
    return f"{MARK}s{user_id}"


def names(user_id: int) -> str:
    """Mentions that person."""
    return f"{MARK}m{user_id}"


def of_file(kind: str) -> list[str]:
    """A file of that kind."""
    return [FILE, HAS[kind]] if kind in HAS else [FILE]
