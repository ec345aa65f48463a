"""Pins: messages a room holds up for everybody in it."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, limits
from rooms.actions.messages import changed
from rooms.models import Message, MessageKind, Pin
from talkwave.errors import Refused


def pin_message(actor: User, message_id: object) -> Message:
    """Pins a message in its room; pinned already, it stays as it is. Raises Refused.

    No line in the room tells of it: the mark on the message and the list do, and nobody is called for it.
    """
    limits.spend(limits.keeping, actor)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="pin", lock=True)
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
        if message.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("A line of the room itself cannot be pinned."))
        if Pin.objects.filter(message=message).exists():
            return message
        if Pin.objects.filter(room=seat.room).count() >= settings.PINS_MAX:
            raise Refused(
                "conflict",
                _("This room has %(most)d pinned messages, which is all it can have. Unpin one first.")
                % {"most": settings.PINS_MAX},
            )
        Pin.objects.create(message=message, room=seat.room, by=actor)
        return changed(message, seat.room)


def unpin_message(actor: User, message_id: object) -> Message:
    """Takes a pin away, whoever set it; nothing to do where there is none. Raises Refused."""
    limits.spend(limits.keeping, actor)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="pin", lock=True)
        gone, _by_model = Pin.objects.filter(message=message).delete()
        return changed(message, seat.room) if gone else message
