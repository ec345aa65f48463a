"""Posting messages: every way in calls these."""

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
from rooms.actions.answers import Answered, store_answers
from rooms.actions.attaching import Attached
from rooms.actions.calling import Callers
from rooms.actions.polls import Asked, asked, store_polls
from rooms.actions.rendered import Rendered
from rooms.models import Attachment, Membership, Mention, Message, Room
from rooms.previews.waiting import await_previews
from rooms.roles import verbs
from rooms.text import HERE, clean
from talkwave.errors import Refused


@dataclass(slots=True)
class Draft:
    """A message somebody wants to post. `room_id` is as it came from outside; `client_id` makes a retry find the first."""

    sender_id: int
    room_id: object
    body: str
    client_id: uuid.UUID | None = None
    # Ids as they came from outside: the message answered in line, the one whose thread this stands in, files.
    reply_to: object = None
    thread: object = None
    # An answer in a thread that stands in the room as well.
    in_room: bool = True
    attachments: Sequence[object] = ()
    # Where a forwarded message comes from, and its files; made by the action that forwards, never by a client.
    forward: dict[str, Any] | None = None
    shared: Sequence[Attachment] = ()
    # The body asks a question, and these are its answers: as rooms.actions.polls.asked takes them.
    poll: object = None
    # Whose words a refusal is said in; empty, those of the running thread. A batch holds drafts of many people.
    language: str = ""


def post_message(actor: User, room_id: object, body: str, **more: Any) -> Message:
    """One message by one person; raises Refused. The same `client_id` again gives the same message and no second.

    `more`: the other fields of a Draft.
    """
    (result,) = post_messages([Draft(actor.pk, room_id, body, **more)])
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
                ready.append((place, access.parse_id(draft.room_id), _body(draft)))
        except Refused as refusal:
            results[place] = refusal
    if ready:
        _post_ready(drafts, ready, results)
    return [result if result is not None else access.not_found() for result in results]


def _body(draft: Draft) -> str:
    # A file stands for itself, a poll needs its question.
    return clean(draft.body, may_be_empty=bool(draft.attachments or draft.shared) and draft.poll is None)


def _words_of(draft: Draft) -> AbstractContextManager[None]:
    # Most speak the thread's language already, and this is where every message passes.
    return nullcontext() if draft.language in ("", translation.get_language()) else translation.override(draft.language)


def _post_ready(
    drafts: Sequence[Draft], ready: list[tuple[int, int, str]], results: list[Message | Refused | None]
) -> None:
    room_ids = {room_id for _, room_id, _ in ready}
    bodies = Rendered(room_ids, [body for _, _, body in ready])
    answered_ids = [_answers(drafts[place]) for place, _, _ in ready]
    callers = Callers(room_id for _, room_id, body in ready if HERE in bodies.groups(body))
    now = timezone.now()
    with transaction.atomic():
        # Locked before anything is read: what the batch decides on cannot change under it.
        rooms = {room.pk: room for room in Room.objects.locked(room_ids)}
        seats = _seats(room_ids, {drafts[place].sender_id for place, _, _ in ready})
        stored = _stored([drafts[place] for place, _, _ in ready])
        answered = Answered(pk for pair in answered_ids for pk in pair if pk is not None)
        attached = Attached(drafts[place].attachments for place, _, _ in ready)
        fresh: list[Message] = []
        polls: list[tuple[Message, Asked]] = []
        for (place, room_id, body), (reply_id, thread_id) in zip(ready, answered_ids, strict=True):
            draft = drafts[place]
            key = (draft.sender_id, draft.client_id)
            if draft.client_id is not None and key in stored:
                results[place] = stored[key]
                continue
            try:
                with _words_of(draft):
                    room = _admit(rooms.get(room_id), seats.get((room_id, draft.sender_id)), draft.sender_id)
                    reply_to = None if reply_id is None else answered.quoted(reply_id, room_id)
                    root = None if thread_id is None else answered.root(thread_id, room_id)
                    files = attached.files(draft.attachments, draft.sender_id, room_id)
                    poll = None if draft.poll is None else asked(draft.poll)
            except Refused as refusal:
                results[place] = refusal
                continue
            in_room = root is None or draft.in_room
            room.last_seq += 1
            # An answer in a thread alone is for those who follow it: it calls nobody else.
            # Nor do words that are passed on: whom they name was called where they were said.
            groups = bodies.groups(body) if in_room and draft.forward is None else ()
            called = callers.call(groups, room, seats[room_id, draft.sender_id].role, draft.sender_id) if groups else ""
            message = Message(
                room_id=room_id,
                seq=room.last_seq,
                version=room.take_version(),
                sender_id=draft.sender_id,
                client_id=draft.client_id,
                body=body,
                html=bodies.html(room_id, body, called=called),
                created_at=now,
                reply_to=reply_to,
                thread=root,
                in_room=in_room,
                mentions_all=called,
                forward=draft.forward,
            )
            fresh.append(message.unadorned())
            attached.give(message, files, draft.shared)
            if poll is not None:
                polls.append((message, poll))
            results[place] = message
            if draft.client_id is not None:
                stored[key] = message
        if fresh:
            changed = _store(fresh, polls, rooms, bodies, callers, attached, now)
            events.messages_changed([*fresh, *changed], {seat.person.pk: seat.person for seat in seats.values()})


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


def _answers(draft: Draft) -> tuple[int | None, int | None]:
    """Ids of the message answered in line and of the one whose thread it goes to; one of nothing is 0."""

    def known(value: object) -> int | None:
        if value is None:
            return None
        try:
            return access.parse_id(value)
        except Refused:
            return 0

    return known(draft.reply_to), known(draft.thread)


def _store(
    fresh: list[Message],
    polls: list[tuple[Message, Asked]],
    rooms: dict[int, Room],
    bodies: Rendered,
    callers: Callers,
    attached: Attached,
    now: datetime,
) -> list[Message]:
    """Stores new messages and what belongs to them; gives the older messages that changed by it."""
    Message.objects.insert(fresh)
    mentions = [
        Mention(message=message, user_id=user_id, room_id=message.room_id, seq=message.seq)
        for message in fresh
        if message.forward is None
        for user_id in sorted({*bodies.mentioned(message.room_id, message.body), *callers.here(message)})
    ]
    Mention.objects.bulk_create(mentions)
    by_message: dict[int, list[Mention]] = {}
    for mention in mentions:
        by_message.setdefault(mention.message_id, []).append(mention)
    for message in fresh:
        if message.pk in by_message:
            message.adorn("mentions", by_message[message.pk])
    attached.store()
    store_polls(polls, now)
    await_previews(fresh, rooms)
    answers = [message for message in fresh if message.thread_id is not None]
    named = {message.pk: bodies.mentioned(message.room_id, message.body) for message in answers}
    changed = store_answers(answers, rooms, named, now) if answers else []
    # A thread makes no room unread, nor the latest.
    shown = [message for message in fresh if message.in_room]
    latest = {message.room_id for message in shown}
    # Who writes has read what came before: one mark a room and sender, the last.
    marks = {(message.room_id, message.sender_id): message.seq for message in shown}
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE rooms_room SET last_seq = %s, version = %s, last_message_at = %s WHERE id = %s",
            [
                (rooms[pk].last_seq, rooms[pk].version, now if pk in latest else rooms[pk].last_message_at, pk)
                for pk in {message.room_id for message in fresh}
            ],
        )
        cursor.executemany(
            "UPDATE rooms_membership SET read_seq = %s WHERE room_id = %s AND user_id = %s AND read_seq < %s",
            [(seq, room_id, user_id, seq) for (room_id, user_id), seq in marks.items()],
        )
    return changed
