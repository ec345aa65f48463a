"""Direct conversations: the same people always have the same one."""

from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, people
from rooms.actions.seats import check_space
from rooms.models import Kind, Membership, Room, direct_key
from talkwave.errors import Refused


def direct_room_for(actor: User, user_ids: Iterable[object]) -> Room:
    """The conversation of the actor with these people, made where there is none. Only oneself: a place for notes.

    Raises Refused. One that exists is found also when somebody in it was suspended or is gone: it stays readable.
    """
    if not actor.can_take_part:
        raise Refused("forbidden", _("This account cannot write to anybody."))
    ids = {actor.pk, *(access.parse_id(user_id) for user_id in user_ids)}
    if len(ids) > settings.GROUP_MAX_PEOPLE:
        raise Refused(
            "too_long",
            _("A direct conversation has at most %(limit)d people, you among them.")
            % {"limit": settings.GROUP_MAX_PEOPLE},
        )
    key = direct_key(ids)
    existing = Room.objects.filter(direct_key=key).first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return _open(actor, key, people.invitees(actor, ids))
    except IntegrityError:
        # Somebody else opened it a moment ago: then that is the one.
        existing = Room.objects.filter(direct_key=key).first()
        if existing is None:
            raise
        return existing


def _open(actor: User, key: str, users: list[User]) -> Room:
    check_space(users, actor)
    room = Room(kind=Kind.DIRECT, direct_key=key, created_by=actor, member_count=len(users))
    room.take_state_version()
    room.save(force_insert=True)
    seats = Membership.objects.bulk_create(Membership(room=room, user=user) for user in users)
    for seat in seats:
        events.room_opened(room, seat, members=sorted(users, key=lambda user: user.pk))
    return room
