"""What posting a batch of messages asks of the database and writes there, in statements of our own.

Made by the ORM, the four of them cost a lone message two milliseconds, nearly all of it in building the statement
and the objects (docs/decisions.md). Each is one statement whose text never changes, whatever the batch holds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection
from django.db.models.base import ModelState

from accounts.models import User
from rooms.models import Message, Room


class Seat(NamedTuple):
    """One person in one room, as far as posting asks."""

    id: int  # of the membership
    role: str
    person: User


def locked_rooms(ids: Iterable[int]) -> dict[int, Room]:
    """The rooms, locked until the transaction ends; in id order, so that two batches never wait for each other.

    Of each only what posting looks at: anything else of it is fetched when it is asked for.
    """
    sql = f"SELECT id, {', '.join(_ROOM)} FROM rooms_room WHERE id {_among()} ORDER BY id"  # noqa: S608 (no words from outside)
    if connection.features.has_select_for_update:
        sql += " FOR UPDATE"
    return {pk: _room(pk, values) for pk, *values in _rows(sql, _numbers(ids))}


_ROOM = ("kind", "archived_at", "previews_off_at", "last_seq", "version")


def _room(pk: int, values: Sequence[Any]) -> Room:
    # As `only()` gives it, without the half of its time that Django's __init__ takes.
    room = Room.__new__(Room)
    room.__dict__.update(zip(_ROOM, values, strict=True), id=pk, _state=ModelState())
    room._state.adding, room._state.db = False, connection.alias
    return room


def seats(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], Seat]:
    """(Room, person) → their seat, for those of these places that are taken."""
    # Asked pair by pair: of two lists SQLite would try every person in every room.
    pairs = (
        "(SELECT value ->> 0 AS room_id, value ->> 1 AS user_id FROM json_each(%s))"
        if connection.vendor == "sqlite"
        else "unnest(%s::bigint[], %s::bigint[])"
    )
    sql = f"""
        SELECT m.room_id, m.user_id, m.id, m.role, {", ".join(f"u.{name}" for name in _PERSON)}
        FROM {pairs} AS place(room_id, user_id)
        JOIN rooms_membership m ON m.room_id = place.room_id AND m.user_id = place.user_id
        JOIN accounts_user u ON u.id = m.user_id
    """  # noqa: S608 (no words from outside)
    if connection.vendor == "sqlite":
        sql = sql.replace("AS place(room_id, user_id)", "AS place")
        params: list[Any] = [orjson.dumps(list(places)).decode()]
    else:
        params = [[room for room, _ in places], [person for _, person in places]]
    return {
        (room_id, user_id): Seat(pk, role, _person(user_id, *state))
        for room_id, user_id, pk, role, *state in _rows(sql, *params)
    }


# What of a person posting has to know: whether they may take part, what others see of them, and whether their links are
# looked at.
_PERSON = ("username", "display_name", "avatar_version", "is_active", "suspended_at", "deleted_at", "link_previews")


@lru_cache(maxsize=4096)
def _person(user_id: int, *state: Any) -> User:
    """That person in just this state; another name, or a suspension, is another entry. Only to be looked at."""
    return User(pk=user_id, **dict(zip(_PERSON, state, strict=True)))


def stored(client_ids: Collection[UUID]) -> dict[tuple[int, UUID | None], Message]:
    """(Sender, client_id) → the message, for those of these that are stored already."""
    if not client_ids:
        return {}
    sql = f"SELECT id FROM rooms_message WHERE client_id {_among('text' if _hex() else 'uuid')}"  # noqa: S608
    given: Any = list(client_ids)
    if _hex():
        given = orjson.dumps([client_id.hex for client_id in client_ids]).decode()
    found = [pk for (pk,) in _rows(sql, given)]
    # Nearly always nothing: somebody asks twice where the network broke.
    messages = Message.objects.in_bulk(found).values() if found else ()
    return {(message.sender_id, message.client_id): message for message in messages}


def advance(rooms: Iterable[Room], latest: Collection[int], now: datetime) -> None:
    """Writes down how far the rooms' numbers are; those in `latest` had their last message `now`."""
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_room SET last_seq = %s, version = %s, last_message_at = COALESCE(%s, last_message_at) WHERE id = %s",
            [(room.last_seq, room.version, moment if room.pk in latest else None, room.pk) for room in rooms],
        )


def mark_read(marks: Mapping[int, int]) -> None:
    """Membership → seq up to which that person has read; marks only move forward. In order: whoever marks several at once
    goes the same way, and neither waits for the other."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_membership SET read_seq = %s WHERE id = %s AND read_seq < %s",
            [(seq, pk, seq) for pk, seq in sorted(marks.items())],
        )


def keep_read(marks: Mapping[int, tuple[int, int]]) -> None:
    """Membership → first and last seq of what that person wrote without looking: the mark goes to the last where nothing
    before it is unread but these."""
    sql = """
        UPDATE rooms_membership SET read_seq = %s WHERE id = %s AND read_seq < %s AND NOT EXISTS (
            SELECT 1 FROM rooms_message m
            WHERE m.room_id = rooms_membership.room_id AND m.in_room AND m.seq > rooms_membership.read_seq AND m.seq < %s
                AND (m.seq < %s OR m.sender_id <> rooms_membership.user_id)
        )
    """
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(last, pk, last, last, first) for pk, (first, last) in sorted(marks.items())])


def _among(kind: str = "bigint") -> str:
    """The condition that a column holds one of a list of values, given as one parameter."""
    return "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else f"= ANY(%s::{kind}[])"


def _numbers(values: Iterable[int]) -> Any:
    return orjson.dumps(list(values)).decode() if connection.vendor == "sqlite" else list(values)


def _hex() -> bool:
    return not connection.features.has_native_uuid_field


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
