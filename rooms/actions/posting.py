"""Posting messages: every way in calls these."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.db import transaction
from django.utils import timezone, translation

from accounts.models import User
from rooms import access, events, limits
from rooms.actions import batch
from rooms.actions.answers import Answered, store_answers
from rooms.actions.attaching import Attached
from rooms.actions.calling import Callers
from rooms.actions.polls import Asked, asked, store_polls
from rooms.actions.reads import tell_read
from rooms.actions.rendered import Rendered
from rooms.models import Attachment, Membership, Mention, Message, Room
from rooms.previews.waiting import await_previews
from rooms.roles import verbs
from rooms.text import HERE, clean
from talkwave.errors import Refused

T = TypeVar("T")


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
    # Where a forwarded message comes from, its HTML, and its files; made by the action that forwards, never by a client.
    forward: dict[str, Any] | None = None
    said: str | None = None
    shared: Sequence[Attachment] = ()
    # The body asks a question, and these are its answers: as rooms.actions.polls.asked takes them.
    poll: object = None
    # Writing it is having read the room. Not so what is sent later, passed on, or written elsewhere: its author does not
    # have the room before them.
    reads: bool = True
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
    ready: list[_Ready] = []
    for place, draft in enumerate(drafts):
        said = _in_words_of(draft, partial(_ready, place, draft))
        if isinstance(said, Refused):
            results[place] = said
        else:
            ready.append(said)
    if ready:
        posting = _Posting(ready)
        with transaction.atomic():
            posting.look()
            for one in ready:
                results[one.place] = _in_words_of(one.draft, partial(posting.post, one))
            posting.store()
    return [result if result is not None else access.not_found() for result in results]


class _Ready(NamedTuple):
    """A draft whose own words are in order."""

    place: int  # among the drafts
    draft: Draft
    room_id: int
    body: str
    reply_id: int | None
    thread_id: int | None


def _ready(place: int, draft: Draft) -> _Ready:
    # A file stands for itself, a poll needs its question.
    body = clean(draft.body, may_be_empty=bool(draft.attachments or draft.shared) and draft.poll is None)
    return _Ready(place, draft, access.parse_id(draft.room_id), body, _known(draft.reply_to), _known(draft.thread))


def _known(value: object) -> int | None:
    """The id of a message that is answered; that of nothing is 0."""
    if value is None:
        return None
    try:
        return access.parse_id(value)
    except Refused:
        return 0


def _in_words_of(draft: Draft, do: Callable[[], T]) -> T | Refused:
    """What `do` gives, or its refusal in the language of who is refused: for that it is done once more.

    So the many who are not refused pay nothing for the languages of a batch. Done once more it may succeed, where a
    limit was about to grant it: then that is the answer.
    """
    try:
        return do()
    except Refused as refusal:
        if draft.language in ("", translation.get_language()):
            return refusal
    with translation.override(draft.language):
        try:
            return do()
        except Refused as refusal:
            return refusal


class _Posting:
    """One batch: what it looks at, what it makes, and what it stores. All but the making of it in its transaction."""

    def __init__(self, ready: Sequence[_Ready]) -> None:
        self._ready = ready
        self._bodies = Rendered({one.room_id for one in ready}, [one.body for one in ready])
        self._callers = Callers(one.room_id for one in ready if HERE in self._bodies.groups(one.body))
        self._now = timezone.now()
        self._fresh: list[Message] = []
        self._polls: list[tuple[Message, Asked]] = []
        # Those whose author did not have the room before them.
        self._unlooked: list[Message] = []

    def look(self) -> None:
        """Locks the rooms before anything is read: what the batch decides on cannot change under it."""
        ready = self._ready
        self._rooms = batch.locked_rooms({one.room_id for one in ready})
        self._seats = batch.seats({(one.room_id, one.draft.sender_id) for one in ready})
        self._stored = batch.stored({one.draft.client_id for one in ready if one.draft.client_id is not None})
        self._answered = Answered(pk for one in ready for pk in (one.reply_id, one.thread_id) if pk is not None)
        self._attached = Attached(one.draft.attachments for one in ready)

    def post(self, one: _Ready) -> Message:
        """The message of a draft, numbered, to be stored with the others; or the one that is stored already.

        Raises Refused, and then has changed nothing.
        """
        _place, draft, room_id, body, reply_id, thread_id = one
        key = (draft.sender_id, draft.client_id)
        if draft.client_id is not None and key in self._stored:
            return self._stored[key]
        seat = self._seats.get((room_id, draft.sender_id))
        room = _admit(self._rooms.get(room_id), seat, draft.sender_id)
        reply_to = None if reply_id is None else self._answered.quoted(reply_id, room_id)
        root = None if thread_id is None else self._answered.root(thread_id, room_id)
        files = self._attached.files(draft.attachments, draft.sender_id, room_id) if draft.attachments else []
        poll = None if draft.poll is None else asked(draft.poll)
        limits.fill(room_id)
        in_room = root is None or draft.in_room
        room.last_seq += 1
        # An answer in a thread alone is for those who follow it: it calls nobody else.
        # Nor do words that are passed on: whom they name was called where they were said.
        groups = self._bodies.groups(body) if in_room and draft.forward is None else ()
        called = self._callers.call(groups, room, seat.role, draft.sender_id) if groups and seat else ""
        message = Message.new(
            room_id=room_id,
            seq=room.last_seq,
            version=room.take_version(),
            sender_id=draft.sender_id,
            client_id=draft.client_id,
            body=body,
            html=self._bodies.html(room_id, body, called=called, said=draft.said),
            created_at=self._now,
        )
        beside = (reply_to, root, poll, draft.forward) != (None, None, None, None) or files or draft.shared
        if beside or called:
            message.plain = False
            message.reply_to, message.thread, message.in_room = reply_to, root, in_room
            message.mentions_all, message.forward = called, draft.forward
            self._attached.give(message, files, draft.shared)
            if poll is not None:
                self._polls.append((message, poll))
        self._fresh.append(message)
        if not draft.reads:
            self._unlooked.append(message)
        if draft.client_id is not None:
            self._stored[key] = message
        return message

    def store(self) -> None:
        """Stores the new messages and what belongs to them, and tells of them after the commit."""
        fresh = self._fresh
        if not fresh:
            return
        Message.objects.insert(fresh)
        self._store_mentions()
        self._attached.store()
        store_polls(self._polls, self._now)
        people = {seat.person.pk: seat.person for seat in self._seats.values()}
        await_previews(fresh, self._rooms, people)
        answers = [message for message in fresh if message.thread_id is not None]
        named = {message.pk: self._bodies.mentioned(message.room_id, message.body) for message in answers}
        unlooked = {message.pk for message in self._unlooked}
        changed = store_answers(answers, self._rooms, named, self._now, unlooked) if answers else []
        # A thread makes no room unread, nor the latest.
        shown = [message for message in fresh if message.in_room]
        batch.advance(
            [self._rooms[pk] for pk in {message.room_id for message in fresh}],
            {message.room_id for message in shown},
            self._now,
        )
        # Who writes has read what came before: one mark a room and sender, the last.
        read = [message for message in shown if message.pk not in unlooked] if unlooked else shown
        batch.mark_read({self._seats[message.room_id, message.sender_id].id: message.seq for message in read})
        if unlooked:
            self._keep_read([message for message in shown if message.pk in unlooked])
        events.messages_changed([*fresh, *changed], people)

    def _keep_read(self, messages: Sequence[Message]) -> None:
        """Who did not have the room before them has read these where nothing else was unread, and hears how it stands."""
        marks: dict[int, tuple[int, int]] = {}
        for message in messages:
            seat = self._seats[message.room_id, message.sender_id].id
            first, _last = marks.get(seat, (message.seq, 0))
            marks[seat] = (first, message.seq)
        batch.keep_read(marks)
        tell_read(Membership.objects.filter(pk__in=marks))

    def _store_mentions(self) -> None:
        mentions = [
            Mention(message=message, user_id=user_id, room_id=message.room_id, seq=message.seq)
            for message in self._fresh
            if "@" in message.body and message.forward is None
            for user_id in sorted(
                {*self._bodies.mentioned(message.room_id, message.body), *self._callers.here(message)}
            )
        ]
        if not mentions:
            return
        Mention.objects.bulk_create(mentions)
        by_message: dict[int, list[Mention]] = {}
        for mention in mentions:
            by_message.setdefault(mention.message_id, []).append(mention)
        for message in self._fresh:
            if message.pk in by_message:
                message.adorn("mentions", by_message[message.pk])


def _admit(room: Room | None, seat: batch.Seat | None, sender_id: int) -> Room:
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
