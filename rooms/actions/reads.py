"""How far somebody has read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events
from rooms.actions.threads import mark_threads_read, restore_threads
from rooms.models import Membership, Room
from rooms.queries import ASIDE_OF_MEMBERSHIP, MENTIONS_OF_MEMBERSHIP
from talkwave.errors import Refused


def mark_read(actor: User, room_id: object, seq: int) -> None:
    """Everything up to `seq` is read; the mark only moves forward, and never past the newest message.

    Told the same again, nothing moves, and the person's pages hear how much is unread now: it may be less, where unread
    messages were deleted. No transaction and no lock: the update itself is the comparison. Raises Refused.
    """
    seat = access.room_for(actor, room_id)
    if seat.membership is None:
        raise Refused("forbidden", access.join_detail())
    seq = min(seq, seat.room.last_seq)
    mine = Membership.objects.filter(pk=seat.membership.pk)
    mine.filter(read_seq__lt=seq).update(read_seq=seq)
    tell_read(mine)


def mark_unread(actor: User, room_id: object, seq: int) -> None:
    """The message with this seq and all after it are unread again; what comes before counts as read.

    The one way back: `mark_read` never goes there. Raises Refused.
    """
    seat = access.room_for(actor, room_id)
    if seat.membership is None:
        raise Refused("forbidden", access.join_detail())
    if not 1 <= seq <= seat.room.last_seq:
        raise access.not_found()
    mine = Membership.objects.filter(pk=seat.membership.pk)
    mine.update(read_seq=seq - 1)
    tell_read(mine, back=True)


class Marks(NamedTuple):
    """How far somebody has read: room → seq, and root → seq in the threads they follow."""

    rooms: dict[int, int]
    threads: dict[int, int]


def mark_all_read(actor: User) -> Marks:
    """Everything in all rooms of this person, and in the threads they follow, is read. Gives where they had got to:
    `restore_reads` goes back there."""
    with transaction.atomic():
        seats = Membership.objects.filter(user=actor, read_seq__lt=F("room__last_seq"))
        before = dict(seats.order_by("pk").select_for_update(of=("self",)).values_list("room_id", "read_seq"))
        last = Room.objects.filter(pk=OuterRef("room_id")).values("last_seq")[:1]
        mine = Membership.objects.filter(user=actor, room__in=before)
        mine.update(read_seq=Subquery(last))
        tell_read(mine)
        return Marks(before, mark_threads_read(actor))


def restore_reads(actor: User, rooms: Mapping[Any, object], threads: Mapping[Any, object]) -> None:
    """Takes `mark_all_read` back: those marks again, in the rooms the person is still in. Raises Refused."""
    wanted, wanted_threads = _marks(rooms), _marks(threads)
    with transaction.atomic():
        mine = Membership.objects.filter(user=actor, room__in=wanted).order_by("pk")
        seats = list(mine.select_for_update(of=("self",)))
        back = [seat for seat in seats if wanted[seat.room_id] < seat.read_seq]
        for seat in back:
            seat.read_seq = wanted[seat.room_id]
        Membership.objects.bulk_update(back, ["read_seq"])
        tell_read(mine.filter(pk__in=[seat.pk for seat in back]), back=True)
        restore_threads(actor, wanted_threads)


def _marks(given: Mapping[Any, object]) -> dict[int, int]:
    marks: dict[int, int] = {}
    for pk, seq in given.items():
        if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**62:
            raise Refused("bad_request", _("A mark is a whole number from 0 on."))
        marks[access.parse_id(pk)] = seq
    return marks


def tell_read(seats: QuerySet[Membership], *, back: bool = False) -> None:
    """How far these people have read in these rooms now, to their own sockets: one query, however many."""
    counted = seats.annotate(aside=ASIDE_OF_MEMBERSHIP, mentions=MENTIONS_OF_MEMBERSHIP)
    for user_id, room_id, read, last, aside, mentions in counted.values_list(
        "user_id", "room_id", "read_seq", "room__last_seq", "aside", "mentions"
    ):
        events.read_updated(user_id, room_id, read, last - read - aside, mentions, last, back=back)
