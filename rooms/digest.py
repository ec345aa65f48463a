"""What somebody missed, room by room: a fixed number of queries, however many rooms they are in.

Nothing here marks anything as read. What is shown stands in rooms the person is in now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import User
from accounts.wire import person
from presence.models import LastSeen
from rooms.models import Attachment, Kind, Membership, Message, Preview, Reaction
from rooms.models.keeping import Pin
from rooms.text import snippet

# What is looked for in a room, in the order in which it is shown.
KINDS: Final = ("mentions", "answers", "reacted", "pins", "files", "links")
EXCERPT_LENGTH: Final = 180
# A cookie: since when somebody was away when they last looked at the page.
CAUGHT_UP: Final = "caught_up"


@dataclass
class RoomDigest:
    """One room since then: its wire Room as the sidebar has it, and for each of KINDS some messages, latest first."""

    room: dict[str, Any]
    first_seq: int
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        """Does this room count nothing as unread?"""
        return self.room["notify"] == "none"


def away_since(user: User) -> datetime | None:
    """When the person left, where they came back lately (or just now) from a long absence."""
    seen = LastSeen.objects.filter(user=user).first()
    now = timezone.now()
    if seen is None:
        return None
    long_ago = timedelta(hours=settings.AWAY_HOURS)
    if now - seen.at > long_ago:
        return seen.at
    if seen.left_at and seen.back_at and now - seen.back_at < long_ago:
        return seen.left_at
    return None


def digest(user: User, rooms: Iterable[dict[str, Any]], since: datetime) -> list[RoomDigest]:
    """Of `rooms` (wire Rooms of that person) those with something to catch up on after `since`: the ones that call first,
    then the fullest; the quiet ones last; at most CATCH_UP_ROOMS."""
    ids = [int(room["id"]) for room in rooms if room["unread"] or room["last_message_at"]]
    ranges = _ranges(user, ids, since)
    waiting = [RoomDigest(room, ranges[int(room["id"])]) for room in rooms if int(room["id"]) in ranges]
    waiting.sort(key=lambda one: (one.quiet, -one.room["mentions"], -one.room["unread"], one.room["title"].casefold()))
    waiting = waiting[: settings.CATCH_UP_ROOMS]
    if waiting:
        _fill(user, waiting)
    # A room that was read, and where nothing stands out, has nothing to catch up on.
    return [one for one in waiting if one.found or one.room["unread"]]


def _ranges(user: User, ids: list[int], since: datetime) -> dict[int, int]:
    """Room id → the first seq that counts, for rooms where something was said since; never too far from the end."""
    first = (
        Message.objects.filter(room=OuterRef("room_id"), created_at__gt=since, in_room=True)
        .order_by("created_at", "seq")
        .values("seq")[:1]
    )
    seats = Membership.objects.filter(user=user, room__in=ids, room__last_message_at__gt=since).annotate(
        first=Subquery(first)
    )
    found = seats.filter(first__isnull=False).values_list("room_id", "first", "room__last_seq")
    return {room_id: max(seq, last - settings.CATCH_UP_SPAN + 1) for room_id, seq, last in found}


def _fill(user: User, waiting: list[RoomDigest]) -> None:
    within = reduce(or_, (Q(room=one.room["id"], seq__gte=one.first_seq) for one in waiting))
    shown = Message.objects.filter(within, in_room=True, deleted_at=None)
    ids: dict[str, list[int]] = {kind: _LOOKS[kind](user, shown) for kind in KINDS}
    found = Message.objects.select_related("sender").in_bulk({pk for some in ids.values() for pk in some})
    reactions = _reactions(ids["reacted"])
    places: dict[int, RoomDigest] = {int(one.room["id"]): one for one in waiting}
    for kind in KINDS:
        for pk in ids[kind]:
            if message := found.get(pk):
                places[message.room_id].found.setdefault(kind, []).append(_line(message, reactions.get(pk, ())))


def _line(message: Message, reactions: Iterable[tuple[str, int]]) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "seq": message.seq,
        "sender": person(message.sender),
        "at": message.created_at,
        "excerpt": snippet(message.body, EXCERPT_LENGTH),
        "reactions": [{"emoji": emoji, "count": count} for emoji, count in reactions],
    }


def _latest(rows: QuerySet[Message]) -> list[int]:
    """Ids of the latest few of each room."""
    place = Window(RowNumber(), partition_by=F("room_id"), order_by=F("seq").desc())
    latest = rows.annotate(place=place).filter(place__lte=settings.CATCH_UP_EACH)
    return list(latest.order_by("-seq").values_list("pk", flat=True))


def _mentions(user: User, shown: QuerySet[Message]) -> list[int]:
    # In a direct conversation every word is for who is in it.
    mine = Q(mentions__user=user) | Q(mentions_all="everyone") | Q(room__kind=Kind.DIRECT, kind="text")
    return _latest(shown.filter(pk__in=shown.filter(mine).exclude(sender=user).values("pk")))


def _answers(user: User, shown: QuerySet[Message]) -> list[int]:
    return _latest(shown.filter(Q(reply_to__sender=user) | Q(thread__sender=user)).exclude(sender=user))


def _reacted(user: User, shown: QuerySet[Message]) -> list[int]:
    """Those with the most reactions, not the latest ones."""
    counted = (
        Reaction.objects.filter(message__in=shown.values("pk"))
        .values("message_id", "message__room_id", "message__seq")
        .annotate(n=Count("pk"))
    )
    rooms: dict[int, list[int]] = defaultdict(list)
    for row in counted.order_by("-n", "-message__seq"):
        rooms[row["message__room_id"]].append(row["message_id"])
    return [pk for some in rooms.values() for pk in some[: settings.CATCH_UP_EACH]]


def _pins(user: User, shown: QuerySet[Message]) -> list[int]:
    return _latest(shown.filter(pk__in=Pin.objects.values("message_id")))


def _files(user: User, shown: QuerySet[Message]) -> list[int]:
    return _latest(shown.filter(pk__in=Attachment.objects.filter(message__isnull=False).values("message_id")))


def _links(user: User, shown: QuerySet[Message]) -> list[int]:
    return _latest(shown.filter(pk__in=Preview.objects.filter(removed_at=None).values("message_id")))


_LOOKS: Final[dict[str, Callable[[User, QuerySet[Message]], list[int]]]] = {
    "mentions": _mentions,
    "answers": _answers,
    "reacted": _reacted,
    "pins": _pins,
    "files": _files,
    "links": _links,
}


def _reactions(ids: list[int]) -> dict[int, list[tuple[str, int]]]:
    rows = Reaction.objects.filter(message__in=ids, picture="").values("message_id", "emoji")
    counted = rows.annotate(n=Count("pk"), first=Min("pk")).order_by("-n", "first")
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in counted:
        found[row["message_id"]].append((row["emoji"], row["n"]))
    return found
