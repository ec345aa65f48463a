"""Previews of links under messages: shown once a worker has looked, removed by hand, switched off for a room."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from rooms import access
from rooms.actions.messages import changed
from rooms.actions.rooms import save_state
from rooms.models import LinkCard, Message, Preview, Room


def settle_preview(preview_id: int, card: LinkCard) -> None:
    """A worker has looked: the card stands under the message now, if there is anything to show.

    The link may be gone by now, or the message: then nothing happens. Doing it twice is doing it once.
    """
    with transaction.atomic():
        room_id = Message.objects.filter(previews=preview_id).values_list("room_id", flat=True).first()
        room = Room.objects.locked([] if room_id is None else [room_id]).first()
        preview = Preview.objects.filter(pk=preview_id, settled_at=None).select_related("message").first()
        # Moved to another room meanwhile: it is due again later, and found there.
        if room is None or preview is None or preview.message.room_id != room.pk:
            return
        wanted = settings.LINK_PREVIEWS and room.previews_off_at is None
        preview.card = card if wanted else None
        preview.settled_at = timezone.now()
        preview.save(update_fields=["card", "settled_at"])
        if preview.is_shown:
            changed(preview.message, room)


def remove_preview(actor: User, preview_id: object) -> Message:
    """Takes a card from a message: by its author, or by who may delete others' messages. Removing twice is once.

    Raises Refused.
    """
    with transaction.atomic():
        found = Preview.objects.filter(pk=access.parse_id(preview_id)).first()
        if found is None:
            raise access.not_found()
        message, seat = access.message_for(actor, found.message_id, lock=True)
        # Fetched again under the room's lock.
        preview = Preview.objects.filter(pk=found.pk).first()
        if preview is None or preview.card is None:
            raise access.not_found()
        access.check(seat, "post" if message.sender_id == actor.pk else "delete_others")
        if preview.removed_at is not None:
            return message
        preview.removed_at = timezone.now()
        preview.save(update_fields=["removed_at"])
        return changed(message, seat.room)


def set_previews(actor: User, room_id: object, wanted: bool) -> Room:
    """Whether links in this room get previews; by who may change its topic. Raises Refused."""
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="topic", lock=True).room
        if (room.previews_off_at is None) != wanted:
            room.previews_off_at = None if wanted else timezone.now()
            save_state(room, "previews_off_at")
    return room
