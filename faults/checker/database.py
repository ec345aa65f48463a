"""A read-only look at the database, by plain SQL: no model, no code of the server."""

import hashlib
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Message:
    """A stored message. Ids as text, `client_id` without dashes or empty, `sha` of the body."""

    id: str
    room: str
    seq: int
    version: int
    sender: str
    client_id: str
    kind: str
    sha: str
    deleted: bool
    in_room: bool = True
    named: frozenset[str] = frozenset()


@dataclass
class Stored:
    """Everything the checker needs to know of a database, at one moment."""

    # Room → version and last_seq.
    rooms: dict[str, tuple[int, int]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    # Room and user → how far they have read.
    members: dict[tuple[str, str], int] = field(default_factory=dict)
    usernames: dict[str, str] = field(default_factory=dict)
    # Message → emoji → users, sorted.
    reactions: dict[str, dict[str, list[str]]] = field(default_factory=dict)


class Database:
    """A SQLite file, or a PostgreSQL by URL."""

    def __init__(self, address: str | Path) -> None:
        self._address = address

    def _rows(self, *statements: str) -> list[list[tuple[Any, ...]]]:
        """What these statements give, all at the same moment."""
        if isinstance(self._address, Path):
            lite = sqlite3.connect(f"file:{self._address}?mode=ro", uri=True, timeout=30)
            try:
                lite.execute("BEGIN")
                return [lite.execute(statement).fetchall() for statement in statements]
            finally:
                lite.close()
        import psycopg

        with psycopg.connect(self._address) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return [connection.execute(statement.encode()).fetchall() for statement in statements]

    def heads(self) -> dict[str, int]:
        """Room → its version now."""
        (rooms,) = self._rows("SELECT id, version FROM rooms_room")
        return {str(room): version for room, version in rooms}

    def seats(self) -> dict[str, set[str]]:
        """User → the rooms they are in now."""
        (members,) = self._rows("SELECT user_id, room_id FROM rooms_membership")
        seats: dict[str, set[str]] = {}
        for user, room in members:
            seats.setdefault(str(user), set()).add(str(room))
        return seats

    def scalar(self, statement: str) -> Any:
        """The one value a statement gives."""
        ((row,),) = self._rows(statement)
        return row[0]

    def read(self) -> Stored:
        rooms, messages, members, users, reactions = self._rows(
            "SELECT id, version, last_seq FROM rooms_room",
            "SELECT id, room_id, seq, version, sender_id, client_id, kind, body, deleted_at, in_room FROM rooms_message",
            "SELECT room_id, user_id, read_seq FROM rooms_membership",
            "SELECT id, username FROM accounts_user",
            "SELECT message_id, emoji, user_id FROM rooms_reaction",
        )
        stored = Stored(rooms={str(room): (version, last) for room, version, last in rooms})
        stored.usernames = {str(user): name for user, name in users}
        stored.members = {(str(room), str(user)): seq for room, user, seq in members}
        for key, room, seq, version, sender, client_id, kind, body, deleted_at, in_room in messages:
            gone = deleted_at is not None
            text = "" if gone else body
            named = frozenset(word[1:] for word in text.split() if word.startswith("@"))
            stored.messages.append(
                Message(
                    str(key), str(room), seq, version, str(sender), str(client_id or "").replace("-", ""), kind,
                    hashlib.sha256(text.encode()).hexdigest(), gone, bool(in_room), named,
                )
            )  # fmt: skip
        for message, emoji, user in reactions:
            stored.reactions.setdefault(str(message), {}).setdefault(emoji, []).append(str(user))
        for kinds in stored.reactions.values():
            for users_of in kinds.values():
                users_of.sort()
        return stored
