"""Changing messages that stand, and the lines a room writes itself. rooms.actions.deleting ends them."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from rooms import access, events
from rooms.actions.answers import follow_named
from rooms.actions.reads import tell_read
from rooms.actions.rendered import Rendered
from rooms.actions.threads import tell_follow
from rooms.models import Membership, Mention, Message, MessageKind, Revision, Room, ThreadFollow
from rooms.previews.waiting import follow_edit
from rooms.system import system_body
from rooms.text import HERE, as_typed, clean
from talkwave.errors import Refused


def post_system(room: Room, actor: User, system: dict[str, Any]) -> Message:
    """A line in the room about something that happened in it. Inside the action's transaction, the room locked.

    `system` is what rooms.system can tell. It counts as unread nowhere, and whoever had read everything still has.
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
    said = Message.objects.filter(room=room, seq__lt=message.seq, in_room=True, kind=MessageKind.TEXT)
    before = said.order_by("-seq").values("seq")[:1]
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
        if message.forward is not None:
            raise Refused("forbidden", _("These are somebody else's words: a forwarded message stays as it is."))
        if not body:
            # Files stand for themselves; without any, it says what is missing.
            clean(body, may_be_empty=message.attachments.exists())
        if message.body == body:
            return message
        _in_time(message)
        Revision.objects.create(message=message, body=message.body, written_at=message.edited_at or message.created_at)
        bodies = Rendered({seat.room.pk}, [body], before=message.html)
        # Whoever was called was; new words call nobody anew.
        if not bodies.groups(body):
            message.mentions_all = ""
        message.body, message.html = body, bodies.html(seat.room.pk, body, called=message.mentions_all)
        message.edited_at = timezone.now()
        named = bodies.mentioned(seat.room.pk, body)
        if message.thread_id is not None:
            # To be named brings people to the thread, however it comes; whom it named before may have left since.
            new = set(named) - set(message.mentions.values_list("user_id", flat=True))
            left = ThreadFollow.objects.filter(thread=message.thread_id, user__in=new, following=False)
            returning = list(left.values_list("user_id", flat=True)) if new else []
            follow_named({(message.thread_id, pk): message.seq for pk in new})
            if returning:
                tell_follow(message.thread_id, returning)
        if message.mentions_all != HERE:
            message.mentions.exclude(user_id__in=named).delete()
        Mention.objects.bulk_create(
            [Mention(message=message, user_id=pk, room=seat.room, seq=message.seq) for pk in named],
            ignore_conflicts=True,
        )
        follow_edit(message, seat.room)
        return changed(message, seat.room, "body", "html", "edited_at", "mentions_all")


def call_late(room: Room, author: User, client_id: uuid.UUID, people: Iterable[User]) -> None:
    """Calls those of `people`, who are in the room only now, whom that message of the author's names: for them it is
    unread, and what came after it. Nothing, where there is no such message. The room is locked."""
    said = Message.objects.filter(sender=author, client_id=client_id, room=room, deleted_at=None, forward__isnull=True)
    message = said.first()
    if message is None:
        return
    bodies = Rendered({room.pk}, [message.body], before=message.html)
    named = [one.pk for one in people if one.pk in bodies.mentioned(room.pk, message.body)]
    if not named:
        return
    message.html = bodies.html(room.pk, message.body, called=message.mentions_all)
    Mention.objects.bulk_create(Mention(message=message, user_id=pk, room=room, seq=message.seq) for pk in named)
    if message.thread_id is not None:
        follow_named({(message.thread_id, pk): message.seq for pk in named})
    changed(message, room, "html")
    if message.in_room:
        seats = Membership.objects.filter(room=room, user__in=named)
        seats.update(read_seq=message.seq - 1)
        tell_read(seats, back=True)


def _in_time(message: Message) -> None:
    hours = settings.MESSAGE_EDIT_HOURS
    if hours and timezone.now() - message.created_at > timedelta(hours=hours):
        detail = ngettext(
            "A message can be changed for %(hours)d hour after it was written.",
            "A message can be changed for %(hours)d hours after it was written.",
            hours,
        )
        raise Refused("forbidden", detail % {"hours": hours})


def changed(message: Message, room: Room, *fields: str) -> Message:
    """Says that a message changed: its `fields`, or rows that are shown with it (a reaction, a pin, a preview).

    Inside the action's transaction, the room locked, the rows written. Takes the version, and sends the whole message
    as `message.updated` after commit. Gives the message as it is shown now.
    """
    (shown,) = all_changed([message], room, *fields)
    return shown


def all_changed(messages: Sequence[Message], room: Room, *fields: str) -> list[Message]:
    """`changed` for some messages of one room, in a fixed number of queries; in the order they came."""
    for message in messages:
        message.version = room.take_version()
        message.changes += 1
    Message.objects.bulk_update(messages, [*fields, "version", "changes"])
    room.save(update_fields=["version"])
    found = Message.objects.for_wire().in_bulk([message.pk for message in messages])
    shown = [found[message.pk] for message in messages]
    events.messages_changed(shown)
    return shown
