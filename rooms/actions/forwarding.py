"""Forwarding: messages go to other rooms and people, and say whose words they are."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.wire import person
from rooms import access, limits
from rooms.actions.direct import direct_room_for
from rooms.actions.posting import Draft, post_messages
from rooms.models import Kind, Message, MessageKind, Room
from rooms.selection import chosen_ids
from rooms.wire import when
from talkwave.errors import Refused


def forward_messages(
    actor: User,
    message_ids: Iterable[object],
    room_ids: Iterable[object],
    comment: str = "",
    *,
    user_ids: Iterable[object] = (),
    client_id: uuid.UUID | None = None,
) -> list[Message]:
    """Sends messages on to rooms, and to people (`user_ids`) in the conversation with them. Raises Refused, and then
    sends none.

    Each comes as a message of its own, in the order they were said, and carries where it is from; a comment stands
    before them, in the actor's own words. What was forwarded before still says who said it first. The same
    `client_id` again sends nothing twice.
    """
    ids = chosen_ids(message_ids, settings.FORWARD_MAX)
    rooms = list(dict.fromkeys(access.parse_id(one) for one in room_ids))
    users = list(dict.fromkeys(access.parse_id(one) for one in user_ids))
    if not rooms and not users:
        raise Refused("bad_request", _("Choose where it goes."))
    if len(rooms) + len(users) > settings.FORWARD_ROOMS_MAX:
        most = settings.FORWARD_ROOMS_MAX
        words = ngettext("To at most %(n)d place at once.", "To at most %(n)d places at once.", most)
        raise Refused("bad_request", words % {"n": most})
    limits.spend(limits.forwarding, actor, (len(ids) + bool(comment.strip())) * (len(rooms) + len(users)))
    with transaction.atomic():
        rooms = list(dict.fromkeys([*rooms, *(direct_room_for(actor, [one]).pk for one in users)]))
        for room_id in rooms:
            access.room_for(actor, room_id, to="post")
        # Sources as well: nothing is deleted, or leaves the actor's sight, between being read and being sent.
        sources = Message.objects.filter(pk__in=ids).values_list("room", flat=True)
        list(Room.objects.locked({*rooms, *sources}))
        messages = _sources(actor, ids)
        said = comment if comment.strip() else ""
        drafts = [draft for room_id in rooms for draft in _drafts(actor, room_id, messages, said, client_id)]
        sent = []
        for result in post_messages(drafts):
            if isinstance(result, Refused):
                raise result
            sent.append(result)
    return sent


def _sources(actor: User, ids: list[int]) -> list[Message]:
    """The messages in the order they were said, all of them this person's to read. Raises Refused."""
    found = list(Message.objects.for_wire().select_related("room").filter(pk__in=ids).order_by("created_at", "pk"))
    seen = access.readable(actor, {message.room for message in found})
    if len(found) < len(ids) or any(message.room_id not in seen for message in found):
        raise access.not_found()
    for message in found:
        if message.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("A line of the room itself cannot be forwarded."))
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
    return found


def _drafts(
    actor: User, room_id: int, messages: list[Message], comment: str, client_id: uuid.UUID | None
) -> Iterable[Draft]:
    def key(what: object) -> uuid.UUID | None:
        return None if client_id is None else uuid.uuid5(client_id, f"{room_id} {what}")

    if comment:
        yield Draft(actor.pk, room_id, comment, client_id=key("comment"), reads=False)
    for message in messages:
        yield Draft(
            actor.pk,
            room_id,
            message.body,
            client_id=key(message.pk),
            forward=origin(message),
            said=message.html,
            shared=message.beside("attachments"),
            reads=False,
        )


def origin(message: Message) -> dict[str, Any]:
    """Where a forwarded message is from, for everybody to see: of a room only what everybody may know."""
    if message.forward is not None:
        first: dict[str, Any] = message.forward
        return first
    room = message.room
    # A question goes with its answers to choose from; the votes stay where they were cast.
    poll = message.beside("poll")
    asked = {} if poll is None else {"poll": [option.text for option in poll.options.all()]}
    return asked | {
        "sender": person(message.sender),
        "kind": room.kind,
        "room": {"id": str(room.pk), "name": room.name} if room.kind == Kind.PUBLIC else None,
        "message": str(message.pk),
        "at": when(message.created_at),
    }
