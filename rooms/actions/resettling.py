"""Where messages stand after they went to another room, and all that knows a message's room or number."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from rooms.actions.answers import recount
from rooms.actions.deleting import seen_by_others
from rooms.actions.scheduled import take_along
from rooms.models import (
    Attachment,
    Kind,
    LeftPlace,
    Mention,
    Message,
    MessageKind,
    Pin,
    Room,
    Thread,
    ThreadFollow,
    Upload,
    WrittenDraft,
)
from rooms.system import system_body
from rooms.text import as_typed

# A number no message has: while two rows change places, one of them stands there.
_ASIDE = 2**62


class _Place(NamedTuple):
    """Where a message stood: what its note has kept of it."""

    seq: int
    changes: int
    at: datetime
    thread_id: int | None
    in_room: bool


def resettle(
    actor: User, source: Room, target: Room, moving: list[Message]
) -> tuple[list[Message], list[int], list[int]]:
    """Gives the messages their places in the target, at its end or, where they stood in it before, there again; a note
    takes each place in the source, so that its numbers stay without a gap. Both rooms are locked; their `version`,
    `last_seq` and `last_message_at` are for the caller to save.

    Gives the notes, in order of version, and the threads to be counted again: of the source, and of the target.
    """
    going = {message.pk for message in moving}
    left = {one.thread_id: None for one in moving if one.thread_id is not None and one.thread_id not in going}
    places = _places(moving, target)
    roots = _roots(places.values(), target)
    # Back before anybody else saw them: then nobody misses them here, and no line need say where they went.
    unseen = going - seen_by_others([one for one in moving if one.pk in places], source, besides=actor) & places.keys()
    answered = {message.thread_id for message in moving}
    old = {message.pk: message.seq for message in moving}
    now = timezone.now()
    notes = []
    for message in moving:
        note = places.get(message.pk)
        place = _Place(note.seq, note.changes, note.created_at, note.thread_id, note.in_room) if note else None
        notes.append(_stand_in(note or Message(kind=MessageKind.SYSTEM), message, source, target, actor, going))
        notes[-1].in_room &= message.pk not in unseen or notes[-1].thread_id is not None
        _put(message, target, place, now)
        if message.thread_id not in going:
            # Into the thread it left, unless that is gone, or it has answers of its own by now: threads have one level.
            again = place is not None and place.thread_id in roots and message.pk not in answered
            message.thread_id = place.thread_id if place and again else None
            message.in_room = place.in_room if place and again else True
    _store(moving, notes)
    _follow_along(source, target, moving)
    _carry_reading(target, old, moving)
    joined = {message.thread_id for message in moving if message.thread_id is not None} - going
    return notes, list(left), sorted(joined)


def _places(moving: list[Message], target: Room) -> dict[int, Message]:
    """Message id → the note that stands in the target where the message stood before."""
    left = LeftPlace.objects.filter(message__in=moving, note__room=target, note__deleted_at=None)
    return {place.message_id: place.note for place in left.select_related("note")}


def _roots(notes: Iterable[Message], target: Room) -> set[int]:
    """Those of the threads they stand in that are still threads of the target."""
    ids = {note.thread_id for note in notes if note.thread_id is not None}
    return (
        set(Message.objects.filter(pk__in=ids, room=target, thread=None).values_list("pk", flat=True)) if ids else set()
    )


def _put(message: Message, target: Room, place: _Place | None, now: datetime) -> None:
    """Into that place of the target, or at its end."""
    message.room, message.version = target, target.take_version()
    if place:
        message.seq, message.changes = place.seq, place.changes + 1
        message.moved_at = None if place.at == message.created_at else place.at
    else:
        target.last_seq += 1
        target.last_message_at = now
        message.seq, message.changes, message.moved_at = target.last_seq, 1, now


def _stand_in(
    note: Message, message: Message, source: Room, target: Room, actor: User, going: Collection[int]
) -> Message:
    """The note, where the message stands now, saying where it goes."""
    # Only what everybody may know: a public room's name.
    where = {"event": "moved", "to": target.name} if target.kind == Kind.PUBLIC else {"event": "moved_away"}
    system = {**where, "messages": [str(message.pk)]}
    note.room, note.seq, note.version, note.changes = source, message.seq, source.take_version(), message.changes + 1
    note.sender, note.system, note.body = actor, system, system_body(system, actor)
    note.html = as_typed(note.body)
    note.created_at, note.in_room = message.stands_at, message.in_room
    note.thread_id = None if message.thread_id in going else message.thread_id
    return note


def _store(moving: list[Message], notes: list[Message]) -> None:
    swapped = [note for note in notes if note.pk is not None]
    Message.objects.filter(pk__in=[note.pk for note in swapped]).update(seq=F("pk") + _ASIDE)
    Message.objects.bulk_update(moving, ["room", "seq", "version", "changes", "moved_at", "thread", "in_room"])
    fields = [
        "room",
        "seq",
        "version",
        "changes",
        "sender",
        "system",
        "body",
        "html",
        "created_at",
        "thread",
        "in_room",
    ]
    Message.objects.bulk_update(swapped, fields)
    new = [(note, message) for note, message in zip(notes, moving, strict=True) if note.pk is None]
    Message.objects.bulk_create(note for note, _message in new)
    LeftPlace.objects.bulk_create(LeftPlace(note=note, message=message) for note, message in new)


def _follow_along(source: Room, target: Room, moving: list[Message]) -> None:
    """Moves all that knows a message's room or number."""
    ids = [message.pk for message in moving]
    # Lines of the room in a thread that goes stay, and stand nowhere any more.
    Message.objects.filter(thread__in=ids, room=source).update(thread=None, in_room=False)
    seqs = {message.pk: message.seq for message in moving}
    mentions = list(Mention.objects.filter(message__in=ids))
    for mention in mentions:
        mention.room, mention.seq = target, seqs[mention.message_id]
    Mention.objects.bulk_update(mentions, ["room", "seq"])
    Attachment.objects.filter(message__in=ids).update(room=target)
    # What was begun in their threads, by whomever, goes along; who may not write there cannot send it.
    Upload.objects.filter(thread__in=ids).update(room=target)
    Attachment.objects.filter(thread__in=ids).update(room=target)
    take_along(ids, target)
    # Held up for the people of the room it leaves: there, nobody asked for it.
    Pin.objects.filter(message__in=ids).delete()
    WrittenDraft.objects.filter(thread__in=ids).update(room=target)


def _carry_reading(target: Room, old: Mapping[int, int], moving: Iterable[Message]) -> None:
    """In threads that moved, who had read up to an answer still has: by the numbers of the new room."""
    states = list(Thread.objects.filter(root__in=[message.pk for message in moving]))
    for state in states:
        state.room = target
        recount(state)
    Thread.objects.bulk_update(states, ["room", "count", "last_seq", "last_at", "people"])
    answers: dict[int, list[Message]] = {}
    for message in moving:
        answers.setdefault(message.thread_id or 0, []).append(message)
    follows = list(ThreadFollow.objects.filter(thread__in=[state.pk for state in states]))
    for follow in follows:
        read = [message.seq for message in answers.get(follow.thread_id, ()) if old[message.pk] <= follow.read_seq]
        follow.read_seq = max(read, default=0)
    ThreadFollow.objects.bulk_update(follows, ["read_seq"])
