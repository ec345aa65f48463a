"""Many messages at once, with the times and people they had elsewhere: for importing and seeding.

The only way besides rooms.actions.messages to add messages. Order, versions and marks stay as exact as there:
each batch takes its numbers under the room's lock, in one transaction.
"""

import functools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import events
from rooms.models import Membership, Mention, Message, MessageKind, Room
from rooms.system import system_body
from rooms.text import parse_mentions, render
from rooms.text.rendering import as_typed
from talkwave.errors import Refused

# A batch up to this size is told line by line. Of a larger one only the end is: every server finds the rest in
# the database when it sees the gap (rooms.sync.missed_events), once for all its sockets.
TOLD_SINGLY: Final = 200
# Pairs looked up in one statement; SQLite allows some 32,000 parameters.
_LOOKED_UP: Final = 2_000


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
        messages = []
        for line in new:
            body, html, _names = bodies[_key(line)]
            room.last_seq += 1
            messages.append(
                Message(
                    room_id=room_id,
                    seq=room.last_seq,
                    version=room.take_version(),
                    sender=line.sender,
                    client_id=line.client_id,
                    kind=MessageKind.TEXT if line.system is None else MessageKind.SYSTEM,
                    system=line.system,
                    body=body,
                    html=html,
                    created_at=line.created_at,
                )
            )
        named = {message.seq: bodies[_key(line)][2] for message, line in zip(messages, new, strict=True)}
        _store(room, messages, named, read=read)
    return len(new)


# People repeat themselves, made-up ones most: formatting is what costs.
_remembered = functools.lru_cache(maxsize=10_000)(lambda text: render(text, {}))


def _key(line: Line) -> object:
    return line.body if line.system is None else (line.sender.pk, *line.system.items())


def _html_of(room_id: int, lines: Iterable[Line]) -> dict[object, tuple[str, str, list[int]]]:
    """Per line's key its body, its HTML, and the ids of whom it names: each rendered once, before the room is locked."""
    texts = {line.body for line in lines if line.system is None}
    named = {text: parse_mentions(text) for text in texts if "@" in text}
    people: dict[str, tuple[int, str]] = {}
    if wanted := set().union(*named.values()):
        seats = Membership.objects.filter(room_id=room_id, user__username_key__in=wanted).select_related("user")
        people = {seat.user.username_key: (seat.user_id, seat.user.name) for seat in seats}
    done: dict[object, tuple[str, str, list[int]]] = {
        text: (
            text,
            render(text, people) if text in named else _remembered(text),
            sorted({people[name][0] for name in named.get(text, ()) if name in people}),
        )
        for text in texts
    }
    for line in lines:
        if line.system is not None and (key := _key(line)) not in done:
            body = system_body(line.system, line.sender)
            # Names and reasons from elsewhere: not Markdown.
            done[key] = (body, as_typed(body), [])
    return done


def _known(lines: Iterable[Line]) -> set[tuple[int, uuid.UUID]]:
    field = Message._meta.get_field("client_id")
    pairs = [(line.sender.pk, line.client_id) for line in lines if line.client_id is not None]
    known: set[tuple[int, uuid.UUID]] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(pairs), _LOOKED_UP):
            chunk = pairs[start : start + _LOOKED_UP]
            # Pairs, not two lists: the index on (sender, client_id) is then asked once a pair, not once a combination.
            places = ", ".join(["(%s, %s)"] * len(chunk))
            cursor.execute(
                f"SELECT sender_id, client_id FROM rooms_message WHERE (sender_id, client_id) IN (VALUES {places})",  # noqa: S608 (no words from outside)
                [value for pk, client_id in chunk for value in (pk, field.get_db_prep_value(client_id, connection))],
            )
            known.update((pk, uuid.UUID(str(client_id))) for pk, client_id in cursor)
    return known


def _store(room: Room, messages: list[Message], named: Mapping[int, list[int]], *, read: bool) -> None:
    before = room.last_seq - len(messages)
    _insert(messages)
    mentioning = [seq for seq, user_ids in named.items() if user_ids]
    if mentioning:
        rows = Message.objects.filter(room=room, seq__in=mentioning).values_list("pk", "seq")
        Mention.objects.bulk_create(
            Mention(message_id=pk, user_id=user_id, room=room, seq=seq) for pk, seq in rows for user_id in named[seq]
        )
    latest = max(message.created_at for message in messages)
    room.last_message_at = max(room.last_message_at or latest, latest)
    room.save(update_fields=["last_seq", "version", "last_message_at"])
    if read:
        Membership.objects.filter(room=room, read_seq=before).update(read_seq=room.last_seq)
    told = messages if len(messages) <= TOLD_SINGLY else messages[-1:]
    found = (
        Message.objects.filter(room=room, seq__gte=told[0].seq).select_related("sender").prefetch_related("mentions")
    )
    events.messages_changed(found.order_by("seq"))


def _insert(messages: list[Message]) -> None:
    """bulk_create without its cost per row: that, not the database, would be what importing a million waits for."""
    fields = [field for field in Message._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(Message._meta.db_table)
    rows = [
        [field.get_db_prep_save(getattr(message, field.attname), connection) for field in fields]
        for message in messages
    ]
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)  # noqa: S608 (names of columns)
