"""Changing messages that stand: editing, deleting, and the lines a room writes itself."""

from typing import Any

from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from rooms import access, events
from rooms.actions.answers import forget_answer
from rooms.actions.rendered import Rendered
from rooms.models import DeletedText, Membership, Mention, Message, MessageKind, Pin, Room
from rooms.previews.waiting import follow_edit
from rooms.system import system_body
from rooms.text import HERE, as_typed, clean
from talkwave.errors import Refused


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
    message.unadorned()
    room.last_message_at = message.created_at
    room.save(update_fields=["last_seq", "version", "last_message_at"])
    before = Message.objects.filter(room=room, seq__lt=message.seq, in_room=True).order_by("-seq").values("seq")[:1]
    read = Membership.objects.filter(room=room, read_seq__gte=Coalesce(Subquery(before), 0), read_seq__lt=message.seq)
    read.update(read_seq=message.seq)
    events.messages_changed([message])
    return message


def edit_message(actor: User, message_id: object, body: str) -> Message:
    """New words for one's own message; the same words again change nothing. Raises Refused."""
    body = clean(body, may_be_empty=True)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="edit", lock=True)
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
        if not body:
            # Files stand for themselves; without any, it says what is missing.
            clean(body, may_be_empty=message.attachments.exists())
        if message.body == body:
            return message
        bodies = Rendered({seat.room.pk}, [body], before=message.html)
        # Whoever was called was; new words call nobody anew.
        if not bodies.groups(body):
            message.mentions_all = ""
        message.body, message.html = body, bodies.html(seat.room.pk, body, called=message.mentions_all)
        message.edited_at = timezone.now()
        named = bodies.mentioned(seat.room.pk, body)
        if message.mentions_all != HERE:
            message.mentions.exclude(user_id__in=named).delete()
        Mention.objects.bulk_create(
            [Mention(message=message, user_id=pk, room=seat.room, seq=message.seq) for pk in named],
            ignore_conflicts=True,
        )
        follow_edit(message, seat.room)
        return changed(message, seat.room, "body", "html", "edited_at", "mentions_all")


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
    message.reactions.all().delete()
    message.previews.all().delete()
    Pin.objects.filter(message=message).delete()
    forget_answer(message, room)
    changed(message, room, "body", "html", "deleted_at")
    return True


def changed(message: Message, room: Room, *fields: str) -> Message:
    """Says that a message changed: its `fields`, or rows that are shown with it (a reaction, a pin, a preview).

    Inside the action's transaction, the room locked, the rows written. Takes the version, and sends the whole message
    as `message.updated` after commit. Gives the message as it is shown now.
    """
    message.version = room.take_version()
    message.changes += 1
    message.save(update_fields=[*fields, "version", "changes"])
    room.save(update_fields=["version"])
    shown = Message.objects.for_wire().get(pk=message.pk)
    events.messages_changed([shown])
    return shown
