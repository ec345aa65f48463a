"""Deleting messages, and taking that back within a few seconds: one, or several of a room as one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.access import Seat
from rooms.actions.answers import recounted
from rooms.actions.messages import all_changed
from rooms.models import (
    DeletedText,
    Membership,
    Mention,
    Message,
    MessageKind,
    Pin,
    Preview,
    Reaction,
    Revision,
    Room,
    ThreadFollow,
)
from rooms.previews.waiting import follow_edit
from rooms.selection import chosen_ids
from talkwave.errors import Refused


def delete_message(actor: User, message_id: object) -> Message:
    """Its words are gone for everybody, at once; deleting twice is once. Raises Refused.

    A tombstone stands where others had seen it; a message nobody else has read leaves no trace.
    """
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="delete", lock=True)
        wipe([message], seat.room, actor)
    return message


def delete_messages(actor: User, room_id: object, message_ids: Iterable[object]) -> list[Message]:
    """Deletes messages of one room, all or, where one is refused, none. Raises Refused.

    Gives those that it deleted: what somebody else deleted a moment ago is not theirs to take back.
    """
    ids = chosen_ids(message_ids)
    with transaction.atomic():
        seat = access.room_for(actor, room_id, to="post", lock=True)
        return wipe(_to_delete(actor, seat, ids), seat.room, actor)


def restore_message(actor: User, message_id: object) -> Message:
    """Takes back one's own deleting, within DELETE_UNDO_SECONDS; restored twice is once. Raises Refused."""
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="delete", lock=True)
        restored = _restore(actor, seat, [message])
    return restored[0] if restored else message


def restore_messages(actor: User, room_id: object, message_ids: Iterable[object]) -> list[Message]:
    """Takes back what `delete_messages` did, all or, where one is refused, none. Raises Refused."""
    ids = chosen_ids(message_ids)
    with transaction.atomic():
        seat = access.room_for(actor, room_id, to="post", lock=True)
        return _restore(actor, seat, _to_delete(actor, seat, ids))


def _to_delete(actor: User, seat: Seat, ids: Sequence[int]) -> list[Message]:
    """The messages in their order, all of that room and this person's to delete. Raises Refused."""
    found = list(Message.objects.filter(pk__in=ids, room=seat.room).order_by("seq"))
    if len(found) < len(ids):
        raise access.not_found()
    for message in found:
        own = message.sender_id == actor.pk and message.kind == MessageKind.TEXT
        access.check(seat, "post" if own else "delete_others")
    return found


def wipe(messages: Iterable[Message], room: Room, actor: User) -> list[Message]:
    """Deletes messages of a room, their words kept for moderators only. The room is locked, access was checked.

    Gives those that were not deleted already. A fixed number of queries, but for each thread that loses answers.
    """
    gone = [message for message in messages if message.deleted_at is None]
    if not gone:
        return []
    prefetch_related_objects(gone, "mentions", "reactions", "revisions", "previews")
    pins = {pin.message_id: pin for pin in Pin.objects.filter(message__in=gone)}
    DeletedText.objects.bulk_create(
        DeletedText(message=one, body=one.body, kept=_kept(one, pins.get(one.pk)), deleted_by=actor) for one in gone
    )
    seen = seen_by_others(gone, room)
    threads = dict.fromkeys(message.thread_id for message in gone if message.thread_id is not None)
    now = timezone.now()
    for message in gone:
        message.deleted_at = now
        message.body = message.html = message.mentions_all = ""
        if message.pk not in seen:
            message.thread_id, message.in_room = None, False
    for rows in (Mention, Reaction, Preview, Revision, Pin):
        rows._default_manager.filter(message__in=gone).delete()
    all_changed(gone, room, "body", "html", "deleted_at", "thread", "in_room", "mentions_all")
    for root_id in threads:
        recounted(root_id, room)
    return gone


def seen_by_others(messages: Sequence[Message], room: Room, *, besides: User | None = None) -> set[int]:
    """Those that somebody else has read as far as, or answered: for them something would be missing without a word.

    Somebody else than their authors, and than `besides`.
    """
    ids = [message.pk for message in messages]
    answered: set[int | None] = set(Message.objects.filter(thread__in=ids).values_list("thread", flat=True))
    answered |= set(Message.objects.filter(reply_to__in=ids).values_list("reply_to", flat=True))
    # In a thread: who follows it has a mark there.
    follows = ThreadFollow.objects.filter(thread=OuterRef("thread"), read_seq__gte=OuterRef("seq"))
    followed = follows.exclude(user=OuterRef("sender")).exclude(user=besides)
    answered |= set(Message.objects.filter(Exists(followed), pk__in=ids).values_list("pk", flat=True))
    # Whoever has read furthest, and the next: one of them is not the author.
    others = (
        Membership.objects.filter(room=room).exclude(user=besides) if besides else Membership.objects.filter(room=room)
    )
    furthest = list(others.order_by("-read_seq").values_list("user", "read_seq")[:2])
    return {
        message.pk
        for message in messages
        if message.pk in answered
        or (
            message.in_room
            and any(user_id != message.sender_id and read_seq >= message.seq for user_id, read_seq in furthest)
        )
    }


def _kept(message: Message, pin: Pin | None) -> dict[str, Any]:
    return {
        "html": message.html,
        "in_room": message.in_room,
        "thread": message.thread_id,
        "mentions_all": message.mentions_all,
        "mentions": [mention.user_id for mention in message.mentions.all()],
        "reactions": [
            [row.user_id, row.emoji, row.picture, row.created_at.isoformat()] for row in message.reactions.all()
        ],
        "earlier": [[row.body, row.written_at.isoformat()] for row in message.revisions.all()],
        "pin": [pin.by_id, pin.at.isoformat()] if pin else None,
        # What somebody took away stays away.
        "removed": [row.digest for row in message.previews.all() if row.removed_at is not None],
    }


def _restore(actor: User, seat: Seat, messages: Iterable[Message]) -> list[Message]:
    """Puts back those that are deleted, by this person and not too long ago; gives them as they are shown."""
    deleted = [message for message in messages if message.deleted_at is not None]
    texts = DeletedText.objects.filter(message__in=deleted, deleted_by=actor).in_bulk()
    since = timezone.now() - timedelta(seconds=settings.DELETE_UNDO_SECONDS)
    if any(message.pk not in texts or texts[message.pk].deleted_at < since for message in deleted):
        raise Refused("conflict", _("It is too late to take this back."))
    if not deleted:
        return []
    for message in deleted:
        text = texts[message.pk]
        message.body, message.html, message.deleted_at = text.body, text.kept["html"], None
        message.in_room, message.mentions_all = text.kept["in_room"], text.kept["mentions_all"]
        message.thread_id = text.kept.get("thread", message.thread_id)
    _keep_threads(deleted, seat.room)
    DeletedText.objects.filter(message__in=deleted).delete()
    _put_back(deleted, seat.room, {pk: text.kept for pk, text in texts.items()})
    shown = all_changed(deleted, seat.room, "body", "html", "deleted_at", "thread", "in_room", "mentions_all")
    for root_id in dict.fromkeys(message.thread_id for message in deleted if message.thread_id is not None):
        recounted(root_id, seat.room)
    return shown


def _keep_threads(messages: Sequence[Message], room: Room) -> None:
    """Whose thread is gone meanwhile, or went elsewhere, stands in the room."""
    wanted = {message.thread_id for message in messages if message.thread_id is not None}
    roots = Message.objects.filter(pk__in=wanted, room=room, thread=None, in_room=True)
    there = set(roots.values_list("pk", flat=True)) if wanted else set()
    for message in messages:
        if message.thread_id is not None and message.thread_id not in there:
            message.thread_id, message.in_room = None, True


def _put_back(messages: Sequence[Message], room: Room, kept: dict[int, dict[str, Any]]) -> None:
    Mention.objects.bulk_create(
        Mention(message=message, user_id=pk, room=room, seq=message.seq)
        for message in messages
        for pk in kept[message.pk]["mentions"]
    )
    Reaction.objects.bulk_create(
        Reaction(message=message, user_id=user, emoji=emoji, picture=picture, created_at=datetime.fromisoformat(at))
        for message in messages
        for user, emoji, picture, at in kept[message.pk]["reactions"]
    )
    Revision.objects.bulk_create(
        Revision(message=message, body=body, written_at=datetime.fromisoformat(at))
        for message in messages
        for body, at in kept[message.pk]["earlier"]
    )
    Pin.objects.bulk_create(
        Pin(
            message=message,
            room=room,
            by_id=kept[message.pk]["pin"][0],
            at=datetime.fromisoformat(kept[message.pk]["pin"][1]),
        )
        for message in messages
        if kept[message.pk]["pin"]
    )
    for message in messages:
        # Only what links somewhere has anything to look for.
        if "://" in message.body:
            follow_edit(message, room)
            away = message.previews.filter(digest__in=kept[message.pk]["removed"])
            away.update(removed_at=timezone.now(), settled_at=timezone.now())
