"""Keeping the index: what changed in a room is read into it in order of version, from where its mark stands.

Nothing of this is done while a message is stored. A worker reads what is new every two seconds, and a search first takes
along what is newer still. Every change of a message takes a version of its room, so an edit, a deletion, a reaction or
a move finds its way here by itself; until it has, the document is at another version than its message and answers
nothing (rooms.search.find). `manage.py update_index` reads all that waits at once.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from rooms.models import Message, SearchMark
from rooms.search.documents import Said, documents_of, ids_of, read, write
from talkwave.errors import DATABASE_FAILED
from talkwave.web import counting

# Goes up when documents are made in another way: every room is then read anew.
FORMAT: Final = 2
BATCH: Final = 500
# The worker takes fewer at once: on SQLite who stores a message waits while these are written, and by SQLite's own clock
# (1, 2, 5, 10, 15 ms … between one look and the next) longer than that. It takes so many such shares one after another.
SHARE: Final = 25
SHARES: Final = 4
# The worker shares its machine with the servers: where it waits for the processor for so much of the time it has it,
# others need it more.
_CROWDED: Final = 0.25
# Then it takes so much of one core and no more; nor less, by its own doing. Little on SQLite: who is nicer than the servers
# is put off in the middle of writing, too, and everybody who stores a message waits for it. Between two goes it rests so
# long at most.
LEAST_OF_A_CORE: Final = {"sqlite": 0.02, "postgresql": 0.1}
_REST_MOST: Final = 2.0

_FROM: Final = """
    FROM rooms_room room LEFT JOIN rooms_searchmark mark ON mark.room_id = room.id
    WHERE (mark.room_id IS NULL OR mark.version < room.version OR mark.format <> %(format)s)
      AND NOT (room.kind = 'private' AND room.name_key IS NULL AND room.direct_key IS NULL)
"""
_READ: Final = "CASE WHEN mark.format = %(format)s THEN mark.version ELSE 0 END"
# Those with least to read first: a room that was just imported keeps none waiting. Each with how much waits in all.
_LAGGING: Final = f"""
    SELECT room.id, {_READ}, room.version, SUM(room.version - {_READ}) OVER () {_FROM}
    ORDER BY room.version - {_READ}, room.id LIMIT 50
"""
_BEHIND: Final = f"SELECT COUNT(*), SUM({_READ}), SUM(room.version), MAX(room.id) {_FROM}"
_OPEN_TO: Final = """
      AND (room.kind = 'public' OR room.id IN (SELECT room_id FROM rooms_membership WHERE user_id = %(reader)s))
"""


class Stretch(NamedTuple):
    """Of a room what changed after one version, up to another."""

    room_id: int
    after: int
    reached: int


class Taken(NamedTuple):
    """What one go read into the index: so many messages, and how many changes waited still when it looked."""

    written: int
    left: int


class Behind(NamedTuple):
    """Rooms that are not wholly in the index: how many, up to which version in all, of how many, and one of them."""

    rooms: int
    read: int
    version: int
    room_id: int


# Changes the worker saw waiting; not known before it looked, nor in other processes.
_backlog: dict[str, float] = {}
counting.gauge("talkwave_search_backlog", "Changes of messages that wait for the search index.", lambda: _backlog)


def index_some(most: int = BATCH) -> Taken:
    """Reads up to `most` changed messages into the index. Safe to call from anywhere, any time."""
    # Read and cut into words before anything is locked: on SQLite everybody else who writes would wait.
    stretches: list[Stretch] = []
    messages: list[Said] = []
    lagging = _lagging()
    for room_id, after, upto, _waiting in lagging:
        if len(messages) >= most:
            break
        changed = Message.objects.filter(room_id=room_id, version__gt=after)
        found = read(changed.filter(version__lte=upto).order_by("version")[: most - len(messages)])
        full = len(found) == most - len(messages)
        stretches.append(Stretch(room_id, after, found[-1].version if full else upto))
        messages += found
    if not stretches:
        return Taken(0, 0)
    waiting = int(lagging[0][3])
    # Of one room the query is a range, of which SQLite knows one end on each side: with the room's own end besides, it
    # read all that waits there for each go. Of several, it is ids.
    chosen = (
        changed.filter(version__lte=stretches[0].reached)
        if len(stretches) == 1
        else Message.objects.filter(pk__in=ids_of(messages))
    )
    documents = documents_of(messages, chosen)
    try:
        with transaction.atomic():
            stood = _advance(stretches)
            mine = {one.pk for one in messages if one.version > stood.get(one.room_id, one.version)}
            # Words of a file that became known since: who told of them (`refresh`) wrote them before this does.
            if late := [one.message_id for one in documents if one.awaits]:
                again = Message.objects.filter(pk__in=late)
                documents = [one for one in documents if not one.awaits] + documents_of(read(again), again)
            write([one for one in documents if one.message_id in mine], mine)
    except IntegrityError:
        return Taken(0, waiting)  # a room was deleted meanwhile
    return Taken(len(mine), waiting - sum(one.reached - one.after for one in stretches))


def index_new() -> bool:
    """The worker's chore: some of what is new since. True where there is more; where others need the processor, after
    a rest."""
    begun, (had, waited) = monotonic(), _processor()
    for _share in range(SHARES):
        _backlog[""] = left = index_some(SHARE).left
        if not left:
            return False
    had, waited = (after - before for after, before in zip(_processor(), (had, waited), strict=True))
    if waited > _CROWDED * had:
        sleep(_rest(had, monotonic() - begun))
    return True


def _rest(had: float, took: float) -> float:
    """How long to rest after a go that had the processor for `had` of the `took` seconds it lasted."""
    return min(max(had / LEAST_OF_A_CORE[connection.vendor] - took, 0.0), _REST_MOST)


def _processor() -> tuple[float, float]:
    """For how long this thread had the processor, and was ready and had to wait for it, in seconds. Where the kernel
    does not say (it does on Linux), it never waited: being nicer than the servers has to do."""
    try:
        had, waited, _turns = Path("/proc/thread-self/schedstat").read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(had) / 1e9, int(waited) / 1e9


def catch_up() -> bool:
    """Before a search: what came in the last moment is found too. Where much waits, the worker is at it already; True
    where that is so much (SEARCH_BACKLOG) that whoever searches is to be told, or nobody knows."""
    try:
        return index_some(settings.SEARCH_CATCH_UP).left > settings.SEARCH_BACKLOG
    except DATABASE_FAILED:
        # A writer was in the way for too long. What is indexed is found all the same.
        return True


def behind(reader_id: int, rooms: set[int] | None) -> Behind | None:
    """Of these rooms, or of all this person may read, those of which much (SEARCH_BACKLOG) is not in the index yet."""
    asked, values = _BEHIND, {"format": FORMAT, "reader": reader_id}
    if rooms is None:
        asked += _OPEN_TO
    else:
        asked += f" AND room.id IN ({', '.join(str(int(pk)) for pk in rooms) or 'NULL'})"
    with connection.cursor() as cursor:
        cursor.execute(asked, values)
        count, got, version, room_id = cursor.fetchone()
    found = Behind(count, int(got or 0), int(version or 0), room_id)
    return found if found.version - found.read > settings.SEARCH_BACKLOG else None


def refresh(message_ids: Iterable[int]) -> None:
    """Reads these messages anew, where something changed that takes no version: the text inside a file is known now."""
    ids = list(message_ids)
    if not ids:
        return
    rooms = set(Message.objects.filter(pk__in=ids).values_list("room_id", flat=True))
    with transaction.atomic():
        # Under the rooms' marks: what is written here cannot be older than what somebody else just wrote.
        list(SearchMark.objects.select_for_update().filter(room_id__in=rooms).order_by("room_id"))
        chosen = Message.objects.filter(pk__in=ids)
        write(documents_of(read(chosen), chosen), ids)


def _lagging() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_LAGGING, {"format": FORMAT})
        return cursor.fetchall()


def _advance(stretches: Sequence[Stretch]) -> dict[int, int]:
    """Moves the marks on; by room where its mark stood, of those it was within what was read here. What lies before
    that another process did meanwhile: two at work at once both get on, whoever reads more at a time."""
    # In order of their ids: two who begin the same rooms do not wait for each other.
    rooms = sorted(one.room_id for one in stretches)
    SearchMark.objects.bulk_create([SearchMark(room_id=pk, format=FORMAT) for pk in rooms], ignore_conflicts=True)
    locked = SearchMark.objects.select_for_update().filter(room_id__in=rooms).order_by("room_id")
    stood = {mark.room_id: mark.version if mark.format == FORMAT else 0 for mark in locked}
    mine = [one for one in stretches if one.after <= stood.get(one.room_id, one.reached) < one.reached]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_searchmark SET version = %s, format = %s WHERE room_id = %s",
            [(one.reached, FORMAT, one.room_id) for one in mine],
        )
    return {one.room_id: stood[one.room_id] for one in mine}
