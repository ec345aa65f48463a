"""Rooms and people that come all at once: for importing, seeding, and rooms with many members from the start."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import DISPLAY_NAME_MAX_LENGTH, MAX_LENGTH, clean_line, normalise, username_key
from rooms import events
from rooms.actions.imports import Line, append_lines
from rooms.actions.rooms import clean_name, clean_topic
from rooms.actions.seats import check_space
from rooms.models import Membership, Role, Room
from talkwave.errors import Refused

# Members added in one transaction.
BATCH: Final = 500
_NOT_IN_A_NAME: Final = re.compile(r"[^\w.\-]+")


def found_room(*, kind: str, name: str, topic: str = "", owner: User | None = None, at: datetime | None = None) -> Room:
    """A room as it began elsewhere or earlier: `at` dates its beginning. Without an owner it has no members yet.

    Raises Refused where the name is wrong or taken, or the owner can be in no more rooms.
    """
    name, topic, at = clean_name(name), clean_topic(topic), at or timezone.now()
    check_space([owner] if owner else [])
    try:
        with transaction.atomic():
            room = Room(kind=kind, topic=topic, created_by=owner, created_at=at, member_count=0 if owner is None else 1)
            room.set_name(name)
            room.take_state_version()
            room.save(force_insert=True)
            if owner is not None:
                seat = Membership.objects.create(room=room, user=owner, role=Role.OWNER, joined_at=at)
                events.room_opened(room, seat)
                append_lines(room.pk, [Line(owner, at, system={"event": "created"})])
    except IntegrityError:
        raise Refused("conflict", _("A room with this name exists already. Choose another name.")) from None
    room.refresh_from_db()
    return room


def enrol(room_id: int, users: Iterable[User], *, role: str = Role.MEMBER, at: datetime | None = None) -> int:
    """Makes people members without a line for each; gives how many were not yet.

    A batch is one change of the room, told as one: who holds it sees the new count, the new members get the room.
    Raises Refused where the room is gone, or one of them can be in no more rooms; the batches before have come in then.
    """
    wanted = list(users)
    added = 0
    for start in range(0, len(wanted), BATCH):
        with transaction.atomic():
            room = Room.objects.locked([room_id]).first()
            if room is None:
                raise Refused("not_found", _("This room is not here any more."))
            batch = wanted[start : start + BATCH]
            present = set(Membership.objects.filter(room=room, user__in=batch).values_list("user_id", flat=True))
            new = [user for user in batch if user.pk not in present]
            check_space(new)
            seats = Membership.objects.bulk_create(
                Membership(room=room, user=user, role=role, read_seq=room.last_seq, joined_at=at or timezone.now())
                for user in new
            )
            if seats:
                room.member_count += len(seats)
                room.take_state_version()
                room.save(update_fields=["member_count", "version", "state_version", "state_changes"])
                events.room_updated(room)
                for seat in seats:
                    events.room_opened(room, seat)
            added += len(seats)
    return added


def nick_key(nick: str) -> str:
    """What makes two IRC nicks the same (RFC 1459): case, with {|}~ as the lower case of [|]^ there."""
    return nick.lower().translate(str.maketrans("[]\\~", "{}|^"))


def placeholders(nicks: Sequence[str]) -> dict[str, User]:
    """Accounts for people known only by a nick, by nick_key: made where there is none, never a real person's.

    Nobody can sign in with one. `display_name` keeps the nick; the user name is what of it may be one.
    """
    found = {nick_key(user.display_name): user for user in User.objects.filter(is_placeholder=True).order_by("-pk")}
    lacking = {nick_key(nick): nick for nick in reversed(nicks) if nick_key(nick) not in found}
    if lacking:
        with transaction.atomic():
            taken = set(User.objects.values_list("username_key", flat=True))
            made = []
            for nick in reversed(lacking.values()):
                user = User(display_name=clean_line(nick)[:DISPLAY_NAME_MAX_LENGTH], is_placeholder=True)
                user.set_unusable_password()
                user.set_username(_free_name(nick, taken))
                taken.add(user.username_key)
                made.append(user)
            User.objects.bulk_create(made, batch_size=BATCH)
        found |= {nick_key(user.display_name): user for user in made}
    return found


def _free_name(nick: str, taken: set[str]) -> str:
    base = _NOT_IN_A_NAME.sub("-", normalise(nick)).strip("-._")[: MAX_LENGTH - 6].rstrip("-._") or "somebody"
    if len(base) < 2:
        base = f"{base}-irc"
    name = base
    number = 2
    while username_key(name) in taken:
        name = f"{base}-{number}"
        number += 1
    return name


def set_read_marks(room_id: int, marks: Sequence[tuple[int, int]]) -> None:
    """How far people have read, as (user id, seq); a mark only moves forward, and never past the newest message."""
    with transaction.atomic():
        room = Room.objects.locked([room_id]).first()
        if room is None:
            return
        for user_id, seq in marks:
            Membership.objects.filter(room=room, user_id=user_id, read_seq__lt=seq).update(
                read_seq=min(seq, room.last_seq)
            )
