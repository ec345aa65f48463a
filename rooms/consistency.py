"""Are the rooms what they say they are? Each question is one statement over all rooms, so it may be asked while people
write: a statement sees one moment."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.db import connection


class Problem(NamedTuple):
    """Something about a room that does not add up."""

    room_id: int
    text: str


# Rooms that were deleted and wait for `cleanup` (rooms.actions.deletion.doomed) have holes by right.
_LIVING: Final = "NOT (rooms_room.kind = 'private' AND rooms_room.name_key IS NULL AND rooms_room.direct_key IS NULL)"

_NUMBERS: Final = f"""
    SELECT rooms_room.id, last_seq, version, state_version, state_changes,
           COALESCE(held, 0), COALESCE(lowest, 0), COALESCE(highest, 0), COALESCE(versions, 0), COALESCE(top, 0),
           COALESCE(changed, 0)
    FROM rooms_room LEFT JOIN (
        SELECT room_id, COUNT(*) AS held, MIN(seq) AS lowest, MAX(seq) AS highest,
               COUNT(DISTINCT version) AS versions, MAX(version) AS top, SUM(changes) AS changed
        FROM rooms_message GROUP BY room_id
    ) AS counted ON counted.room_id = rooms_room.id
    WHERE {_LIVING} ORDER BY rooms_room.id
"""  # noqa: S608 (no words from outside)
_MEMBERS: Final = f"""
    SELECT rooms_room.id, member_count, last_seq, COALESCE(seats, 0), COALESCE(furthest, 0)
    FROM rooms_room LEFT JOIN (
        SELECT room_id, COUNT(*) AS seats, MAX(read_seq) AS furthest FROM rooms_membership GROUP BY room_id
    ) AS counted ON counted.room_id = rooms_room.id
    WHERE {_LIVING} ORDER BY rooms_room.id
"""  # noqa: S608 (no words from outside)
# From the mentions' side: there are far fewer of them than messages.
_MENTIONS: Final = f"""
    SELECT rooms_mention.room_id, COUNT(*)
    FROM rooms_mention
    JOIN rooms_room ON rooms_room.id = rooms_mention.room_id
    LEFT JOIN rooms_message ON rooms_message.id = rooms_mention.message_id
    WHERE {_LIVING} AND (
        rooms_message.id IS NULL OR rooms_message.room_id <> rooms_mention.room_id
        OR rooms_message.seq <> rooms_mention.seq OR rooms_message.deleted_at IS NOT NULL
    )
    GROUP BY rooms_mention.room_id ORDER BY rooms_mention.room_id
"""  # noqa: S608 (no words from outside)

# From the threads' side, and of answers whose thread has no row.
_THREADS: Final = f"""
    SELECT rooms_room.id, COUNT(*)
    FROM rooms_thread
    JOIN rooms_room ON rooms_room.id = rooms_thread.room_id
    JOIN rooms_message AS root ON root.id = rooms_thread.root_id
    LEFT JOIN (
        SELECT thread_id, COUNT(*) AS held, MAX(seq) AS highest, MIN(room_id) AS lowest_room, MAX(room_id) AS highest_room
        FROM rooms_message
        WHERE thread_id IS NOT NULL AND deleted_at IS NULL AND kind = 'text' GROUP BY thread_id
    ) AS counted ON counted.thread_id = rooms_thread.root_id
    WHERE {_LIVING} AND (
        rooms_thread.count <> COALESCE(held, 0) OR rooms_thread.last_seq <> COALESCE(highest, 0)
        OR root.room_id <> rooms_thread.room_id OR COALESCE(lowest_room, root.room_id) <> root.room_id
        OR COALESCE(highest_room, root.room_id) <> root.room_id
    )
    GROUP BY rooms_room.id ORDER BY rooms_room.id
"""  # noqa: S608 (no words from outside)


def problems() -> Iterator[Problem]:
    """All that is wrong, room by room within each question; nothing where all is well."""
    for room_id, last_seq, version, state_version, state_changes, *counted in _rows(_NUMBERS):
        held, first, last, versions, top, changed = counted
        if (first, last, held) != (min(last_seq, 1), last_seq, last_seq):
            yield Problem(room_id, f"messages should be 1 to {last_seq}; there are {held}, from {first} to {last}")
        if versions != held:
            yield Problem(room_id, f"{held} messages share {versions} versions")
        if max(top, state_version) > version:
            yield Problem(
                room_id, f"something changed at version {max(top, state_version)}, above the room's {version}"
            )
        if version != changed + state_changes:
            yield Problem(
                room_id, f"version {version}, but {changed} changes of messages and {state_changes} of the room"
            )
    for room_id, member_count, last_seq, seats, furthest in _rows(_MEMBERS):
        if member_count != seats:
            yield Problem(room_id, f"counts {member_count} members, has {seats}")
        if furthest > last_seq:
            yield Problem(room_id, f"somebody has read up to {furthest}, the last message is {last_seq}")
    for room_id, wrong in _rows(_MENTIONS):
        yield Problem(room_id, f"{wrong} mentions do not fit their message")
    for room_id, wrong in _rows(_THREADS):
        yield Problem(room_id, f"{wrong} threads do not fit their answers")


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
