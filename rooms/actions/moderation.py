"""What administrators do, in rooms they need not be in. Every act is kept as an AuditEntry. All raise Refused.

An administrator is staff with Django's permission for the act (a superuser has all of them); the room's own roles
are not asked. What happens is otherwise the same as when a member does it: the same versions, events and lines.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.actions.audit import record
from rooms.actions.deleting import wipe
from rooms.actions.deletion import detach, purge
from rooms.actions.memberships import expel, give_role, member
from rooms.actions.rooms import set_archived
from rooms.models import Membership, Message, Room
from talkwave.errors import Refused


def archive_room(admin: User, room_id: object) -> bool:
    """False where it was archived already."""
    return _archive(admin, room_id, archived=True)


def restore_room(admin: User, room_id: object) -> bool:
    """False where it was not archived."""
    return _archive(admin, room_id, archived=False)


def _archive(admin: User, room_id: object, *, archived: bool) -> bool:
    _permit(admin, "rooms.change_room")
    with transaction.atomic():
        return set_archived(_locked(room_id), admin, archived)


def delete_room(admin: User, room_id: object) -> None:
    """Ends a room, a direct conversation too, with all that was said in it."""
    _permit(admin, "rooms.delete_room")
    with transaction.atomic():
        room = _locked(room_id)
        record(admin, "delete_room", f"{room} ({room.pk})", f"{room.last_seq} messages")
        detach(room)
    purge(room.pk)


def remove_member(admin: User, room_id: object, user_id: object) -> None:
    """Takes somebody out of a room, whatever their role. A direct conversation keeps its people."""
    _permit(admin, "rooms.delete_membership")
    with transaction.atomic():
        room = _locked(room_id)
        if room.is_direct:
            raise Refused("forbidden", _("A direct conversation keeps its people. Delete it, or suspend the person."))
        expel(room, member(room, user_id), admin)


def set_role(admin: User, room_id: object, user_id: object, role: str) -> Membership:
    """What somebody is in a room: how a room that lost its owner gets one."""
    _permit(admin, "rooms.change_membership")
    with transaction.atomic():
        room = _locked(room_id)
        return give_role(room, member(room, user_id), admin, role)


def delete_messages(admin: User, message_ids: Iterable[object]) -> int:
    """Turns messages into tombstones, room by room; gives how many were not yet."""
    _permit(admin, "rooms.delete_message")
    ids = [access.parse_id(message_id) for message_id in message_ids]
    room_ids = Message.objects.filter(pk__in=ids).order_by("room_id").values_list("room_id", flat=True).distinct()
    count = 0
    for room_id in list(room_ids):
        with transaction.atomic():
            room = _locked(room_id)
            chosen = Message.objects.filter(pk__in=ids, room=room).order_by("seq")
            gone = wipe(chosen, room, admin)
            if gone:
                numbers = ", ".join(str(message.seq) for message in gone)
                record(admin, "delete_messages", f"{room} ({room.pk})", f"{len(gone)}: {numbers}")
        count += len(gone)
    return count


def _permit(admin: User, permission: str) -> None:
    if not (admin.can_take_part and admin.is_staff and admin.has_perm(permission)):
        raise Refused("forbidden", _("Only an administrator can do this."))


def _locked(room_id: object) -> Room:
    room = Room.objects.locked([access.parse_id(room_id)]).first()
    if room is None:
        raise access.not_found()
    return room
