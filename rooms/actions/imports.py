"""Many messages at once, with the times and people they had elsewhere: for importing and seeding.

The only way besides rooms.actions.posting to add messages. Order, versions and marks stay as exact as there:
each batch takes its numbers under the room's lock, in one transaction.
"""

import functools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import events
from rooms.models import Membership, Mention, Message, Room
from rooms.system import system_body
from rooms.text import parse_mentions, render
from rooms.text.rendering import as_typed
from talkwave.errors import Refused

# A batch up to this size is told line by line. Of a larger one only the end is: every server finds the rest in
# the database when it sees the gap (rooms.sync.missed_events), once for all its sockets.
TOLD_SINGLY: Final = 200
# Pairs looked up in one statement; SQLite allows some 32,000 parameters.
_LOOKED_UP: Final = 2_000
# What a message begins with; the rest of its columns are NULL by default.
_COLUMNS: Final = (
    "room_id", "seq", "version", "changes", "sender_id", "client_id", "kind", "system", "body", "html", "created_at",
)  # fmt: skip
# A line's key → its body, its HTML, and the ids of whom it names.
Bodies = Mapping[object, tuple[str, str, list[int]]]


@dataclass(slots=True)
class Line:
    """One message as it was said elsewhere. `system` makes it a system message (rooms.system)."""

    sender: User
    created_at: datetime
    body: str = ""
    client_id: uuid.UUID | None = None
    system: dict[str, Any] | None = None


def append_lines(room_id: int, lines: Sequence[Line], *, read: bool = True) -> int:
    """Adds the lines to the end of a room, in one transaction; gives how many were new.

    A line whose `client_id` its sender has used is there already and left out. With `read`, whoever had read
    everything still has. Bodies are taken as clean (rooms.text.clean). Raises Refused where the room is gone.
    """
    bodies = _html_of(room_id, lines)
    with transaction.atomic():
        room = Room.objects.locked([room_id]).first()
        if room is None:
            raise Refused("not_found", _("This room is not here any more."))
        known = _known(lines)
        new = [line for line in lines if line.client_id is None or (line.sender.pk, line.client_id) not in known]
        if not new:
            return 0
        first = room.last_seq + 1
        rows = _rows(room, new, bodies)
        _keep_time(room, new)
        room.save(update_fields=["last_seq", "version", "last_message_at", "ordered_since"])
        _store(room, rows, {seq: bodies[_key(line)][2] for seq, line in enumerate(new, first)}, read=read)
    return len(new)


def _keep_time(room: Room, lines: Iterable[Line]) -> None:
    """When the room last heard something, and until when its order is not that of time (rooms.calendar counts by it)."""
    latest = room.last_message_at
    for line in lines:
        if latest is not None and line.created_at < latest:
            room.ordered_since = latest
        else:
            latest = line.created_at
    if latest is not None and latest > timezone.now():
        # What people write until then comes after it.
        room.ordered_since = latest
    room.last_message_at = latest


# People repeat themselves, made-up ones most: formatting is what costs.
_names_in = functools.lru_cache(maxsize=10_000)(parse_mentions)


@functools.lru_cache(maxsize=10_000)
def _rendered(text: str, named: tuple[tuple[str, tuple[int, str]], ...]) -> str:
    return render(text, dict(named))


def _key(line: Line) -> object:
    return line.body if line.system is None else (line.sender.pk, *line.system.items())


def _html_of(room_id: int, lines: Iterable[Line]) -> Bodies:
    """Each text rendered once, before the room is locked."""
    texts = {line.body for line in lines if line.system is None}
    names = {text: _names_in(text) for text in texts if "@" in text}
    people: dict[str, tuple[int, str]] = {}
    if wanted := set().union(*names.values()):
        seats = Membership.objects.filter(room_id=room_id, user__username_key__in=wanted).select_related("user")
        people = {seat.user.username_key: (seat.user_id, seat.user.name) for seat in seats}
    done: dict[object, tuple[str, str, list[int]]] = {}
    for text in texts:
        named = tuple((name, people[name]) for name in sorted(names.get(text, ())) if name in people)
        done[text] = (text, _rendered(text, named), [pk for _name, (pk, _shown) in named])
    for line in lines:
        if line.system is not None and (key := _key(line)) not in done:
            body = system_body(line.system, line.sender)
            # Names and reasons from elsewhere: not Markdown.
            done[key] = (body, as_typed(body), [])
    return done


def _known(lines: Iterable[Line]) -> set[tuple[int, uuid.UUID]]:
    pairs = [(line.sender.pk, _stored_uuid(line.client_id)) for line in lines if line.client_id is not None]
    known: set[tuple[int, uuid.UUID]] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), _LOOKED_UP):
            chunk = pairs[start : start + _LOOKED_UP]
            places = ", ".join(["(%s, %s)"] * len(chunk))
            # From the pairs to the index on (client_id, sender), one look each: `IN` would make SQLite walk the table.
            cursor.execute(
                f"SELECT sender_id, client_id FROM (VALUES {places}) AS wanted CROSS JOIN rooms_message"  # noqa: S608 (no words from outside)
                " WHERE sender_id = wanted.column1 AND client_id = wanted.column2",
                [value for pair in chunk for value in pair],
            )
            known.update((pk, uuid.UUID(str(client_id))) for pk, client_id in cursor)
    return known


def _stored_uuid(value: uuid.UUID) -> Any:
    return value if connection.vendor == "postgresql" else value.hex


def _rows(room: Room, lines: Sequence[Line], bodies: Bodies) -> list[tuple[Any, ...]]:
    """The rows of new messages, by _COLUMNS; their numbers are taken from the room.

    Built by hand: a model object and its conversions for each cost five times what the database takes.
    """
    database = connections[connection.alias]
    moment = database.ops.adapt_datetimefield_value
    system = Message._meta.get_field("system")
    rows = []
    for line in lines:
        body, html, _named = bodies[_key(line)]
        room.last_seq += 1
        is_text = line.system is None
        rows.append(
            (
                room.pk, room.last_seq, room.take_version(), 1, line.sender.pk, None if line.client_id is None else _stored_uuid(line.client_id),
                "text" if is_text else "system", None if is_text else system.get_db_prep_save(line.system, database),
                body, html, moment(line.created_at),
            )
        )  # fmt: skip
    return rows


def _store(room: Room, rows: list[tuple[Any, ...]], named: Mapping[int, list[int]], *, read: bool) -> None:
    before = room.last_seq - len(rows)
    places = ", ".join(["%s"] * len(_COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO rooms_message ({', '.join(_COLUMNS)}) VALUES ({places})", rows)  # noqa: S608
    mentioning = [seq for seq, user_ids in named.items() if user_ids]
    if mentioning:
        found = Message.objects.filter(room=room, seq__in=mentioning).values_list("pk", "seq")
        Mention.objects.bulk_create(
            Mention(message_id=pk, user_id=user_id, room=room, seq=seq) for pk, seq in found for user_id in named[seq]
        )
    if read:
        Membership.objects.filter(room=room, read_seq=before).update(read_seq=room.last_seq)
    told = before if len(rows) <= TOLD_SINGLY else room.last_seq - 1
    new = Message.objects.filter(room=room, seq__gt=told).for_wire()
    events.messages_changed(new.order_by("seq"))
