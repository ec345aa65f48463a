"""Deleting messages, and taking that back within a few seconds."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.actions.answers import recounted
from rooms.actions.messages import changed
from rooms.models import DeletedText, Membership, Mention, Message, Pin, Reaction, Revision, Room
from rooms.previews.waiting import follow_edit
from talkwave.errors import Refused


def delete_message(actor: User, message_id: object) -> Message:
    """Its words are gone for everybody, at once; deleting twice is once. Raises Refused.

    A tombstone stands where others had seen it; a message nobody else has read leaves no trace.
    """
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="delete", lock=True)
        wipe(message, seat.room, actor)
    return message


def restore_message(actor: User, message_id: object) -> Message:
    """Takes back one's own deleting, within DELETE_UNDO_SECONDS; restored twice is once. Raises Refused."""
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="delete", lock=True)
        if message.deleted_at is None:
            return message
        gone = DeletedText.objects.filter(message=message, deleted_by=actor).first()
        if gone is None or timezone.now() - gone.deleted_at > timedelta(seconds=settings.DELETE_UNDO_SECONDS):
            raise Refused("conflict", _("It is too late to take this back."))
        kept = gone.kept
        gone.delete()
        message.body, message.html, message.deleted_at = gone.body, kept["html"], None
        message.in_room, message.mentions_all = kept["in_room"], kept["mentions_all"]
        _put_back(message, seat.room, kept)
        shown = changed(message, seat.room, "body", "html", "deleted_at", "in_room", "mentions_all")
        if message.thread_id is not None:
            recounted(message.thread_id, seat.room)
    return shown


def wipe(message: Message, room: Room, actor: User) -> bool:
    """Deletes a message, its words kept for moderators only. The room is locked, access was checked.

    False where it was deleted already.
    """
    if message.deleted_at is not None:
        return False
    DeletedText.objects.create(message=message, body=message.body, kept=_kept(message), deleted_by=actor)
    message.deleted_at = timezone.now()
    message.body = message.html = message.mentions_all = ""
    if message.thread_id is None and not _was_seen(message):
        message.in_room = False
    for rows in (message.mentions, message.reactions, message.previews, message.revisions):
        rows.all().delete()
    Pin.objects.filter(message=message).delete()
    changed(message, room, "body", "html", "deleted_at", "in_room", "mentions_all")
    if message.thread_id is not None:
        recounted(message.thread_id, room)
    return True


def _was_seen(message: Message) -> bool:
    """Has anybody else read as far, or answered it? For them something would be missing without a word."""
    if getattr(message, "thread_state", None) is not None or Message.objects.filter(reply_to=message).exists():
        return True
    others = Membership.objects.filter(room=message.room_id, read_seq__gte=message.seq)
    return others.exclude(user=message.sender_id).exists()


def _kept(message: Message) -> dict[str, Any]:
    pin = Pin.objects.filter(message=message).first()
    return {
        "html": message.html,
        "in_room": message.in_room,
        "mentions_all": message.mentions_all,
        "mentions": list(message.mentions.values_list("user_id", flat=True)),
        "reactions": [
            [user, emoji, picture, at.isoformat()]
            for user, emoji, picture, at in message.reactions.values_list("user_id", "emoji", "picture", "created_at")
        ],
        "earlier": [[body, at.isoformat()] for body, at in message.revisions.values_list("body", "written_at")],
        "pin": [pin.by_id, pin.at.isoformat()] if pin else None,
    }


def _put_back(message: Message, room: Room, kept: dict[str, Any]) -> None:
    Mention.objects.bulk_create(
        Mention(message=message, user_id=pk, room=room, seq=message.seq) for pk in kept["mentions"]
    )
    Reaction.objects.bulk_create(
        Reaction(message=message, user_id=user, emoji=emoji, picture=picture, created_at=parse_datetime(at))
        for user, emoji, picture, at in kept["reactions"]
    )
    Revision.objects.bulk_create(
        Revision(message=message, body=body, written_at=parse_datetime(at)) for body, at in kept["earlier"]
    )
    if kept["pin"]:
        by, at = kept["pin"]
        Pin.objects.create(message=message, room=room, by_id=by, at=parse_datetime(at))
    follow_edit(message, room)
