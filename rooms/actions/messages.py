"""Posting, editing and deleting messages: every way in calls these."""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone, translation

from accounts.models import User
from rooms import access, events
from rooms.models import DeletedText, Membership, Mention, Message, MessageKind, Room
from rooms.roles import verbs
from rooms.system import system_body
from rooms.text import as_typed, clean, parse_mentions, render
from talkwave.errors import Refused


@dataclass(slots=True)
class Draft:
    """A message somebody wants to post. `room_id` is as it came from outside; `client_id` makes a retry find the first."""

    sender_id: int
    room_id: object
    body: str
    client_id: uuid.UUID | None = None
    # Whose words a refusal is said in; empty, those of the running thread. A batch holds drafts of many people.
    language: str = ""


def post_message(actor: User, room_id: object, body: str, *, client_id: uuid.UUID | None = None) -> Message:
    """One message by one person; raises Refused. The same `client_id` again gives the same message and no second."""
    (result,) = post_messages([Draft(actor.pk, room_id, body, client_id)])
    if isinstance(result, Refused):
        raise result
    return result


def post_messages(drafts: Sequence[Draft]) -> list[Message | Refused]:
    """Posts what waits, all in one transaction; for each draft its message, or why it was refused.

    The cost of a batch is a fixed number of queries, whatever it holds. Where a `client_id` of that sender is
    stored already, the answer is that message. Order within a room is the order of the drafts.
    """
    results: list[Message | Refused | None] = [None] * len(drafts)
    ready: list[tuple[int, int, str]] = []  # place among the drafts, room, body
    for place, draft in enumerate(drafts):
        try:
            with _words_of(draft):
                ready.append((place, access.parse_id(draft.room_id), clean(draft.body)))
        except Refused as refusal:
            results[place] = refusal
    if ready:
        _post_ready(drafts, ready, results)
    return [result if result is not None else access.not_found() for result in results]


def _words_of(draft: Draft) -> AbstractContextManager[None]:
    # Most speak the thread's language already, and this is where every message passes.
    return nullcontext() if draft.language in ("", translation.get_language()) else translation.override(draft.language)


def _post_ready(
    drafts: Sequence[Draft], ready: list[tuple[int, int, str]], results: list[Message | Refused | None]
) -> None:
    room_ids = {room_id for _, room_id, _ in ready}
    bodies = _Rendered(room_ids, [body for _, _, body in ready])
    now = timezone.now()
    with transaction.atomic():
        # Locked before anything is read: what the batch decides on cannot change under it.
        rooms = {room.pk: room for room in Room.objects.locked(room_ids)}
        seats = _seats(room_ids, {drafts[place].sender_id for place, _, _ in ready})
        stored = _stored([drafts[place] for place, _, _ in ready])
        fresh: list[Message] = []
        for place, room_id, body in ready:
            draft = drafts[place]
            key = (draft.sender_id, draft.client_id)
            if draft.client_id is not None and key in stored:
                results[place] = stored[key]
                continue
            try:
                with _words_of(draft):
                    room = _admit(rooms.get(room_id), seats.get((room_id, draft.sender_id)), draft.sender_id)
            except Refused as refusal:
                results[place] = refusal
                continue
            room.last_seq += 1
            message = Message(
                room_id=room_id,
                seq=room.last_seq,
                version=room.take_version(),
                sender_id=draft.sender_id,
                client_id=draft.client_id,
                body=body,
                html=bodies.html(room_id, body),
                created_at=now,
            )
            fresh.append(message)
            results[place] = message
            if draft.client_id is not None:
                stored[key] = message
        if fresh:
            _store(fresh, rooms, bodies, now)
            events.messages_changed(fresh, {seat.person.pk: seat.person for seat in seats.values()})


class _Seat(NamedTuple):
    """One person in one room, as far as posting asks."""

    role: str
    person: User


def _seats(room_ids: set[int], user_ids: set[int]) -> dict[tuple[int, int], _Seat]:
    found = Membership.objects.filter(room_id__in=room_ids, user_id__in=user_ids).values_list(
        "room_id", "user_id", "role", *[f"user__{name}" for name in _PERSON]
    )
    return {(room_id, user_id): _Seat(role, _person(user_id, *state)) for room_id, user_id, role, *state in found}


# What of a person posting has to know: whether they may take part, and what others see of them.
_PERSON = ("username", "display_name", "avatar_version", "is_active", "suspended_at", "deleted_at")


@lru_cache(maxsize=4096)
def _person(user_id: int, *state: Any) -> User:
    """That person in just this state; another name, or a suspension, is another entry. Only to be looked at."""
    return User(pk=user_id, **dict(zip(_PERSON, state, strict=True)))


def _stored(drafts: Iterable[Draft]) -> dict[tuple[int, uuid.UUID | None], Message]:
    """What is there already of these drafts. (Another person's message with the same `client_id` matches none.)"""
    found = Message.objects.filter(client_id__in={draft.client_id for draft in drafts if draft.client_id is not None})
    return {(message.sender_id, message.client_id): message for message in found}


def _admit(room: Room | None, seat: _Seat | None, sender_id: int) -> Room:
    """The room, where that person may post there; raises Refused as access does."""
    if room is None:
        raise access.not_found()
    if seat is not None and seat.person.can_take_part:
        if "post" not in verbs(room.kind, seat.role, archived=room.archived_at is not None):
            access.check(access.Seat(room, Membership(room=room, user_id=sender_id, role=seat.role)), "post")
        return room
    sender = User.objects.filter(pk=sender_id).first()
    if sender is None or not sender.can_take_part:
        raise access.not_found()
    access.check(access.Seat(room, None), "post")
    raise access.not_found()


def _store(fresh: list[Message], rooms: dict[int, Room], bodies: "_Rendered", now: datetime) -> None:
    Message.objects.insert(fresh)
    mentions = [
        Mention(message=message, user_id=user_id, room_id=message.room_id, seq=message.seq)
        for message in fresh
        for user_id in bodies.mentioned(message.room_id, message.body)
    ]
    Mention.objects.bulk_create(mentions)
    by_message: dict[int, list[Mention]] = {}
    for mention in mentions:
        by_message.setdefault(mention.message_id, []).append(mention)
    for message in fresh:
        message._prefetched_objects_cache = {"mentions": by_message.get(message.pk, [])}  # type: ignore[attr-defined]
    touched = {message.room_id for message in fresh}
    # Who writes has read what came before: one mark a room and sender, the last.
    marks = {(message.room_id, message.sender_id): message.seq for message in fresh}
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_room SET last_seq = %s, version = %s, last_message_at = %s WHERE id = %s",
            [(rooms[pk].last_seq, rooms[pk].version, now, pk) for pk in touched],
        )
        cursor.executemany(
            "UPDATE rooms_membership SET read_seq = %s WHERE room_id = %s AND user_id = %s AND read_seq < %s",
            [(seq, room_id, user_id, seq) for (room_id, user_id), seq in marks.items()],
        )


class _Rendered:
    """The HTML of a batch, and whom it mentions: one query for all names, and none where nobody is named."""

    def __init__(self, room_ids: set[int], bodies: Iterable[str]) -> None:
        self._names = {body: parse_mentions(body) for body in bodies if "@" in body}
        wanted = set().union(*self._names.values()) if self._names else set()
        self._people: dict[int, dict[str, tuple[int, str]]] = {}
        if wanted:
            members = Membership.objects.filter(room_id__in=room_ids, user__username_key__in=wanted)
            for seat in members.select_related("user"):
                people = self._people.setdefault(seat.room_id, {})
                people[seat.user.username_key] = (seat.user_id, seat.user.name)

    def html(self, room_id: int, body: str) -> str:
        return render(body, self._people.get(room_id, {}))

    def mentioned(self, room_id: int, body: str) -> list[int]:
        """Ids of the members of the room whom this body names."""
        people = self._people.get(room_id, {})
        return sorted({people[name][0] for name in self._names.get(body, ()) if name in people})


def post_system(room: Room, actor: User, system: dict[str, Any]) -> Message:
    """A line in the room about something that happened in it. Inside the action's transaction, the room locked.

    `system` is what rooms.system can tell. Whoever had read everything still has: it makes no room unread.
    """
    room.last_seq += 1
    body = system_body(system, actor)
    message = Message(
        room=room, seq=room.last_seq, version=room.take_version(), sender=actor, kind=MessageKind.SYSTEM,
        system=system, body=body, html=as_typed(body),
    )  # fmt: skip
    message.save()
    message._prefetched_objects_cache = {"mentions": []}  # type: ignore[attr-defined]
    room.last_message_at = message.created_at
    room.save(update_fields=["last_seq", "version", "last_message_at"])
    Membership.objects.filter(room=room, read_seq=message.seq - 1).update(read_seq=message.seq)
    events.messages_changed([message])
    return message


def edit_message(actor: User, message_id: object, body: str) -> Message:
    """New words for one's own message; the same words again change nothing. Raises Refused."""
    body = clean(body)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="edit", lock=True)
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
        if message.body == body:
            return message
        bodies = _Rendered({seat.room.pk}, [body])
        message.body, message.html = body, bodies.html(seat.room.pk, body)
        message.edited_at = timezone.now()
        _change(message, seat.room, "body", "html", "edited_at")
        named = bodies.mentioned(seat.room.pk, body)
        message.mentions.exclude(user_id__in=named).delete()
        Mention.objects.bulk_create(
            [Mention(message=message, user_id=pk, room=seat.room, seq=message.seq) for pk in named],
            ignore_conflicts=True,
        )
        events.messages_changed([message])
    return message


def delete_message(actor: User, message_id: object) -> Message:
    """Leaves a tombstone; deleting twice is once. Raises Refused."""
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="delete", lock=True)
        wipe(message, seat.room, actor)
    return message


def wipe(message: Message, room: Room, actor: User) -> bool:
    """Turns a message into a tombstone, its words kept for moderators only. The room is locked, access was checked.

    False where it was one already.
    """
    if message.deleted_at is not None:
        return False
    DeletedText.objects.create(message=message, body=message.body, deleted_by=actor)
    message.deleted_at = timezone.now()
    message.body = message.html = ""
    message.mentions.all().delete()
    _change(message, room, "body", "html", "deleted_at")
    events.messages_changed([message])
    return True


def _change(message: Message, room: Room, *fields: str) -> None:
    message.version = room.take_version()
    message.changes += 1
    message.save(update_fields=[*fields, "version", "changes"])
    room.save(update_fields=["version"])
