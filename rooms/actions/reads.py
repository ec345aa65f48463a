"""How far somebody has read."""

from django.db.models import F

from accounts.models import User
from rooms import access, events
from rooms.models import Membership
from rooms.queries import aside_of_membership, unread_mentions
from talkwave.errors import Refused


def mark_read(actor: User, room_id: object, seq: int) -> None:
    """Everything up to `seq` is read; the mark only moves forward, and never past the newest message.

    No transaction and no lock: the update itself is the comparison. Raises Refused.
    """
    seat = access.room_for(actor, room_id)
    if seat.membership is None:
        raise Refused("forbidden", access.join_detail())
    seq = min(seq, seat.room.last_seq)
    mine = Membership.objects.filter(pk=seat.membership.pk)
    if mine.filter(read_seq__lt=seq).update(read_seq=seq):
        seat_now = mine.annotate(aside=aside_of_membership()).values_list("read_seq", F("room__last_seq"), "aside")
        read_seq, last_seq, aside = seat_now.get()
        mentions = unread_mentions(actor, [seat.room.pk]).get(seat.room.pk, 0)
        events.read_updated(actor.pk, seat.room.pk, read_seq, last_seq - read_seq - aside, mentions)
