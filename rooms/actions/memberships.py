"""Coming, going, and what one is in a room: every way in calls these. All raise Refused."""

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, people
from rooms.actions.audit import record
from rooms.actions.messages import call_late, post_system
from rooms.actions.seats import check_space
from rooms.models import Kind, Membership, Notify, Role, Room
from rooms.roles import outranks
from rooms.wire import rooms_of
from talkwave.errors import Refused

# So many names stand in the line about an invitation; the others are counted.
NAMES_IN_LINE = 10


def join_room(actor: User, room_id: object) -> Membership:
    """Into a public room; who is in already stays in, and nothing changes."""
    with transaction.atomic():
        room, membership = access.room_for(actor, room_id, lock=True)
        if membership is None:
            if room.archived_at is not None:
                raise Refused("read_only", _("This room is archived: it can be read, not joined."))
            check_space([actor], actor)
            membership = admit(room, actor)
            post_system(room, actor, {"event": "joined"})
            membership.read_seq = room.last_seq
    return membership


def invite(
    actor: User, room_id: object, user_ids: Iterable[object], *, named_in: uuid.UUID | None = None
) -> list[User]:
    """Adds people; gives those who are new. Who is in already stays as they are.

    `named_in`: the `client_id` of a message of the actor's in this room; whom it names it calls now, as if they had
    been there.
    """
    invited = people.invitees(actor, user_ids)
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="invite", lock=True).room
        present = set(Membership.objects.filter(room=room, user__in=invited).values_list("user_id", flat=True))
        new = [user for user in invited if user.pk not in present]
        check_space(new, actor)
        for user in new:
            admit(room, user)
        if new:
            names = ", ".join(user.name for user in new[:NAMES_IN_LINE])
            more = f" (+{len(new) - NAMES_IN_LINE})" if len(new) > NAMES_IN_LINE else ""
            post_system(room, actor, {"event": "invited", "target": names + more})
            if named_in is not None:
                call_late(room, actor, named_in, new)
    return new


def leave_room(actor: User, room_id: object) -> None:
    """Out of a room; who is not in it stays out.

    Where the last owner leaves, the room goes to the moderator who has been in it longest, else to the member who
    has. A room nobody is left in, or nobody who can take part, has no owner: it is for an administrator to name one.
    """
    with transaction.atomic():
        room, membership = access.room_for(actor, room_id, lock=True)
        if membership is None:
            return
        access.check(access.Seat(room, membership), "leave")
        depart(room, membership, actor)


def remove_member(actor: User, room_id: object, user_id: object) -> None:
    """Somebody else out of the room: one of a lower role, or anybody where an owner does it."""
    with transaction.atomic():
        room, own = access.room_for(actor, room_id, to="remove", lock=True)
        membership = member(room, user_id)
        if membership.user_id == actor.pk:
            raise Refused("bad_request", _("To go yourself, leave the room."))
        if own is None or not outranks(own.role, membership.role):
            raise Refused("forbidden", _("Only an owner can remove somebody with this role."))
        expel(room, membership, actor)


def set_role(actor: User, room_id: object, user_id: object, role: str) -> Membership:
    """What somebody is in the room. One owner stays at least; the same role again changes nothing."""
    with transaction.atomic():
        room = access.room_for(actor, room_id, to="set_role", lock=True).room
        return give_role(room, member(room, user_id), actor, role)


def set_notify(actor: User, room_id: object, notify: str) -> Membership:
    """What of this room its reader is told about."""
    if notify not in Notify.values:
        raise Refused("bad_request", _("Choose every message, mentions only, or nothing."))
    membership = _own_seat(actor, room_id)
    membership.notify = notify
    return _save_preference(membership, "notify")


def set_pinned(actor: User, room_id: object, pinned: bool) -> Membership:
    """Keeps the room on top of its reader's list, or no longer."""
    membership = _own_seat(actor, room_id)
    if bool(membership.pinned_at) != pinned:
        membership.pinned_at = timezone.now() if pinned else None
    return _save_preference(membership, "pinned_at")


def leave_all_rooms(user: User) -> None:
    """For an account that has ended. Direct conversations keep their people: the others still see with whom they talked."""
    joined = Membership.objects.filter(user=user).exclude(room__kind=Kind.DIRECT)
    for room_id in joined.order_by("room_id").values_list("room_id", flat=True):
        with transaction.atomic():
            room = Room.objects.locked([room_id]).first()
            membership = Membership.objects.select_related("user").filter(room_id=room_id, user=user).first()
            if room is not None and membership is not None:
                depart(room, membership, user)


def leave_what_is_left() -> bool:
    """Takes people whose account has ended out of rooms they are still in: who deleted it was killed before that was done."""
    left = Membership.objects.exclude(room__kind=Kind.DIRECT).values("user")
    for user in User.objects.exclude(deleted_at=None).filter(pk__in=left):
        leave_all_rooms(user)
    return False


# --- what several actions share; the room is locked and access was checked -----------------------------


def member(room: Room, user_id: object) -> Membership:
    """Somebody's membership of this room; raises Refused."""
    membership = Membership.objects.select_related("user").filter(room=room, user_id=access.parse_id(user_id)).first()
    if membership is None:
        raise Refused("not_found", _("This person is not in the room."))
    return membership


def admit(room: Room, user: User, role: str = Role.MEMBER) -> Membership:
    """Makes the membership of somebody who has none. All that was said before counts as read."""
    membership = Membership.objects.create(room=room, user=user, role=role, read_seq=room.last_seq)
    room.member_count += 1
    _take_version(room)
    events.member_joined(room, user, membership)
    return membership


def depart(room: Room, membership: Membership, user: User) -> None:
    """`user` leaves."""
    _end(room, membership, user, reason="left")
    post_system(room, user, {"event": "left"})
    if membership.role == Role.OWNER:
        _hand_over(room)


def expel(room: Room, membership: Membership, actor: User) -> None:
    """`actor` removes somebody."""
    user = membership.user
    _end(room, membership, user, reason="removed")
    post_system(room, actor, {"event": "removed", "target": user.name})
    record(actor, "remove_member", f"{user.username} ({user.pk})", f"{room} ({room.pk})")
    if membership.role == Role.OWNER:
        _hand_over(room)


def give_role(room: Room, membership: Membership, actor: User, role: str) -> Membership:
    """`actor` makes somebody something."""
    if role not in Role.values:
        raise Refused("bad_request", _("A person in a room is an owner, a moderator, or a member."))
    if membership.role == role:
        return membership
    if room.is_direct:
        raise Refused("forbidden", _("A direct conversation has no roles."))
    owners = Membership.objects.filter(room=room, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise Refused("conflict", _("A room needs an owner. Make somebody else an owner first."))
    _promote(room, membership, role)
    post_system(room, actor, {"event": "role", "target": membership.user.name, "role": role})
    record(actor, "set_role", f"{membership.user.username} ({membership.user_id})", f"{room} ({room.pk}): {role}")
    return membership


def _end(room: Room, membership: Membership, user: User, *, reason: str) -> None:
    # Deleted by its key and kept as an object: what follows still asks for its role.
    Membership.objects.filter(pk=membership.pk).delete()
    room.member_count -= 1
    _take_version(room)
    events.member_left(room, user, membership.role, reason=reason)


def _hand_over(room: Room) -> None:
    staying = Membership.objects.filter(room=room)
    if staying.filter(role=Role.OWNER).exists():
        return
    able = staying.filter(user__in=User.objects.present(), user__is_placeholder=False).select_related("user")
    longest = able.order_by("joined_at", "pk")
    heir = longest.filter(role=Role.MODERATOR).first() or longest.first()
    if heir is not None:
        _promote(room, heir, Role.OWNER)
        post_system(room, heir.user, {"event": "role", "target": heir.user.name, "role": Role.OWNER.value})


def _promote(room: Room, membership: Membership, role: str) -> None:
    membership.role = role
    membership.save(update_fields=["role"])
    _take_version(room)
    events.member_updated(room, membership.user, membership)


def _take_version(room: Room) -> None:
    room.take_state_version()
    room.save(update_fields=["member_count", "version", "state_version", "state_changes"])


def _own_seat(actor: User, room_id: object) -> Membership:
    membership = access.room_for(actor, room_id).membership
    if membership is None:
        raise Refused("forbidden", _("Join this room first."))
    return membership


def _save_preference(membership: Membership, field: str) -> Membership:
    """Private to its reader: no version of the room is taken, and only their own sockets hear of it."""
    with transaction.atomic():
        membership.save(update_fields=[field])
        for room in rooms_of(membership.user, [membership.room_id]):
            events.room_preferences(membership.user_id, room)
    return membership
