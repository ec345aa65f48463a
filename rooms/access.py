"""The only doors to a room or a message for a given person.

What one may not see and what is not there get the same answer, `not_found`: an outsider with an id learns nothing.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.models import Attachment, Kind, Membership, Message, Preview, Room
from rooms.roles import verbs
from talkwave.errors import Refused


class Seat(NamedTuple):
    """A room as one person stands in it; `membership` is None for a reader of a public room."""

    room: Room
    membership: Membership | None

    @property
    def may(self) -> frozenset[str]:
        """The verbs (rooms.roles) this person holds here."""
        if self.membership is None:
            return frozenset({"read"})
        return verbs(self.room.kind, self.membership.role, archived=self.room.archived_at is not None)


def parse_id(value: object) -> int:
    """An id as it comes from outside, a string or a number; anything else is an id of nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        number = int(value)
    else:
        raise not_found()
    if not 0 < number < 2**63:
        raise not_found()
    return number


def not_found() -> Refused:
    return Refused("not_found", _("This is not here, or not for you to see."))


def join_detail() -> str:
    return _("Join this room first.")


def deleted_detail() -> str:
    return _("This message was deleted.")


def room_for(user: User, room_id: object, to: str = "read", *, lock: bool = False) -> Seat:
    """The room and the person's membership, where they may do `to` in it.

    With `lock`, inside a transaction: the row is locked until its end.
    Raises Refused: not_found, forbidden (a reader, or a role without that verb), read_only (archived).
    """
    pk = parse_id(room_id)
    if not user.can_take_part:
        raise not_found()
    if not lock:
        # What is asked most, by somebody who is in the room, in one query.
        membership = Membership.objects.select_related("room").filter(room=pk, user=user).first()
        if membership is not None:
            return check(Seat(membership.room, membership), to)
    rooms = Room.objects.select_for_update(of=("self",)) if lock else Room.objects.all()
    room = rooms.filter(pk=pk).first()
    if room is None:
        raise not_found()
    membership = Membership.objects.filter(room=room, user=user).first() if lock else None
    return check(Seat(room, membership), to)


def readable(user: User, rooms: Iterable[Room]) -> set[int]:
    """Ids of those of these rooms that the person may read now: one query. For lists of what lies in many rooms."""
    if not user.can_take_part:
        return set()
    found = {room.pk: room for room in rooms}
    mine = set(Membership.objects.filter(user=user, room__in=found).values_list("room_id", flat=True))
    return mine | {pk for pk, room in found.items() if room.kind == Kind.PUBLIC}


def check(seat: Seat, to: str) -> Seat:
    """The seat again where it may do `to`; raises Refused as `room_for` does. For rooms already fetched."""
    room, membership = seat
    if membership is None:
        if room.kind != Kind.PUBLIC:
            raise not_found()
        if to != "read":
            raise Refused("forbidden", join_detail())
        return seat
    if to in seat.may:
        return seat
    if room.archived_at is not None and to in verbs(room.kind, membership.role, archived=False):
        raise Refused("read_only", _("This room is archived: it can be read, not changed."))
    raise Refused("forbidden", _("Your role in this room does not allow this."))


def message_for(user: User, message_id: object, to: str = "read", *, lock: bool = False) -> tuple[Message, Seat]:
    """A message and its room, where the person may see it and do `to`: a room's verb, or `edit`, `delete`, `see_earlier`.

    Only its author ever edits a message; it is deleted by its author or by who may `delete_others`,
    and these see what it said before it was changed.
    """
    message = Message.objects.select_related("sender").filter(pk=parse_id(message_id)).first()
    if message is None:
        raise not_found()
    seat = room_for(user, message.room_id, lock=lock)
    if lock:
        # Fetched again under the room's lock: two edits at once must not both start from the old row.
        message = Message.objects.select_related("sender").get(pk=message.pk)
    if to == "read":
        return message, seat
    own = message.sender_id == user.pk and message.kind == "text"
    if to == "edit":
        check(seat, "post")
        if not own:
            raise Refused("forbidden", _("Only its author can change a message."))
    elif to == "delete":
        check(seat, "post" if own else "delete_others")
    elif to == "see_earlier":
        if not own:
            check(seat, "delete_others")
        if message.deleted_at is not None:
            raise not_found()
    else:
        check(seat, to)
    return message, seat


def file_for(user: User, file_id: object) -> Attachment:
    """A file whose message the person may read now; one that is not sent yet, its uploader alone."""
    file = Attachment.objects.select_related("message").filter(pk=parse_id(file_id)).first()
    if file is None:
        raise not_found()
    if file.message is None:
        if file.uploader_id != user.pk:
            raise not_found()
        room_for(user, file.room_id)
    else:
        if file.message.deleted_at is not None:
            raise not_found()
        room_for(user, file.message.room_id)
    return file


def kept_file_for(staff: User, file_id: object) -> Attachment:
    """A file of any message, of a deleted one while it is kept, for staff who may read such a message's words."""
    file = Attachment.objects.filter(pk=parse_id(file_id), message__isnull=False).first()
    if file is None or not staff.is_staff or not staff.has_perms(["rooms.view_message", "rooms.view_deletedtext"]):
        raise not_found()
    return file


def preview_for(user: User, preview_id: object) -> Preview:
    """A link's card that stands under a message the person may read now."""
    preview = Preview.objects.filter(pk=parse_id(preview_id)).first()
    if preview is None or not preview.is_shown or not settings.LINK_PREVIEWS:
        raise not_found()
    message, _seat = message_for(user, preview.message_id)
    if message.deleted_at is not None:
        raise not_found()
    return preview
