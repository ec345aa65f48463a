"""What somebody missed, room by room: a fixed number of queries, however many rooms they are in.

Nothing here marks anything as read. What is shown stands in rooms the person is in now; what they said, sent or pinned
themselves is no news to them, how people took it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from accounts.models import User
from presence.models import LastSeen
from rooms.kept import card
from rooms.models import Attachment, Kind, Membership, Message, MessageKind, Pin, Reaction
from rooms.models.reactions import own_emoji_url
from rooms.previews.linked import addresses_in
from rooms.search.find import linking

# What is looked for in a room, in the order in which it is shown.
KINDS: Final = ("mentions", "answers", "reacted", "pins", "files", "links")
# Among so many messages with links, the latest of all rooms: the index of search knows no rooms apart.
LINKS_LOOKED_THROUGH: Final = 500
# A cookie: since when somebody was away when they last looked at the page.
CAUGHT_UP: Final = "caught_up"


@dataclass
class RoomDigest:
    """One room since then: its wire Room as the sidebar has it, and for each of KINDS some messages, latest first."""

    room: dict[str, Any]
    first_seq: int
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    # How much was said since then in threads alone.
    aside: int = 0

    @property
    def for_you(self) -> int:
        """How much of what is unread is meant for this person: of what is written to them alone, all of it."""
        room = self.room
        if room["kind"] == Kind.DIRECT and room["notify"] == "all":
            return int(room["unread"])
        return int(room["mentions"])

    @property
    def quiet(self) -> bool:
        """Does this room count nothing as unread?"""
        return self.room["notify"] == "none"


def away_since(user: User) -> datetime | None:
    """When the person left, where they came back lately (or just now) from a long absence."""
    seen = LastSeen.objects.filter(user=user).first()
    now = timezone.now()
    if seen is None or seen.active_at is None:
        return None
    long_ago = timedelta(hours=settings.AWAY_HOURS)
    if now - seen.active_at > long_ago:
        return seen.active_at
    if seen.left_at and seen.back_at and now - seen.back_at < long_ago:
        return seen.left_at
    return None


class _Missed(NamedTuple):
    """Where is looked: rooms, and their messages since then, in threads as well."""

    user: User
    since: datetime
    rooms: set[int]
    messages: QuerySet[Message]


class Digest(NamedTuple):
    """A page of rooms, and whether there may be another: what stands out in further ones nobody looked."""

    rooms: list[RoomDigest]
    more: bool


def digest(user: User, rooms: Iterable[dict[str, Any]], since: datetime, page: int = 1) -> Digest:
    """Of `rooms` (wire Rooms of that person) those with something to catch up on after `since`: the ones that call first,
    then the fullest; the quiet ones last; CATCH_UP_ROOMS a page."""
    ids = [int(room["id"]) for room in rooms if room["unread"] or room["last_message_at"]]
    ranges = _ranges(user, ids, since)
    waiting = [RoomDigest(room, ranges[int(room["id"])]) for room in rooms if int(room["id"]) in ranges]
    waiting.sort(key=_place)
    end = page * settings.CATCH_UP_ROOMS
    here = waiting[end - settings.CATCH_UP_ROOMS : end]
    if here:
        _fill(user, here, since)
    # A room that was read, and where nothing stands out, has nothing to catch up on.
    return Digest([one for one in here if one.found or one.room["unread"]], len(waiting) > end)


def _place(one: RoomDigest) -> tuple[Any, ...]:
    room = one.room
    return one.quiet, -(one.for_you + room["threads"]), -room["unread"], room["title"].casefold()


def _ranges(user: User, ids: list[int], since: datetime) -> dict[int, int]:
    """Room id → the first seq that counts, never too far from the end; for rooms where something was said since, be it
    in a thread, or pinned."""
    # Lines of the room itself, as who joined, are none of what was said: a page of rooms with nothing else would be empty.
    said = Message.objects.filter(room=OuterRef("room_id"), created_at__gt=since, kind=MessageKind.TEXT)
    said = said.order_by("created_at", "seq")
    seats = Membership.objects.filter(user=user, room__in=ids).annotate(first=Subquery(said.values("seq")[:1]))
    pinned = set(Pin.objects.filter(room__in=ids, at__gt=since).values_list("room_id", flat=True))
    return {
        room_id: max(first or last + 1, last - settings.CATCH_UP_SPAN + 1)
        for room_id, first, last in seats.values_list("room_id", "first", "room__last_seq")
        if first is not None or room_id in pinned
    }


def _fill(user: User, waiting: list[RoomDigest], since: datetime) -> None:
    places: dict[int, RoomDigest] = {int(one.room["id"]): one for one in waiting}
    within = reduce(or_, (Q(room=pk, seq__gte=one.first_seq) for pk, one in places.items()))
    missed = _Missed(user, since, set(places), Message.objects.filter(within, deleted_at=None))
    ids: dict[str, list[int]] = {kind: _LOOKS[kind](missed) for kind in KINDS}
    # Still there: between one query and the next a message may be deleted, or moved to where nobody looked.
    there = Message.objects.filter(room__in=missed.rooms, deleted_at=None).select_related("sender")
    found = there.prefetch_related("attachments").in_bulk({pk for some in ids.values() for pk in some})
    reactions = _reactions(ids["reacted"])
    aside = missed.messages.filter(in_room=False).values_list("room").annotate(n=Count("pk")).order_by()
    for room_id, said in aside:
        places[room_id].aside = said
    for kind in KINDS:
        for pk in ids[kind]:
            if message := found.get(pk):
                line = {**card(message), "in_thread": not message.in_room, "reactions": reactions.get(pk, ())}
                places[message.room_id].found.setdefault(kind, []).append(line)


def _latest(rows: QuerySet[Message]) -> list[int]:
    """Ids of the latest few of each room."""
    place = Window(RowNumber(), partition_by=F("room_id"), order_by=F("seq").desc())
    latest = rows.annotate(place=place).filter(place__lte=settings.CATCH_UP_EACH)
    return list(latest.order_by("-seq").values_list("pk", flat=True))


def _mentions(missed: _Missed) -> list[int]:
    # In a direct conversation every word is for who is in it.
    mine = Q(mentions__user=missed.user) | Q(mentions_all="everyone") | Q(room__kind=Kind.DIRECT, kind="text")
    named = missed.messages.filter(mine).exclude(sender=missed.user)
    return _latest(missed.messages.filter(pk__in=named.values("pk")))


def _answers(missed: _Missed) -> list[int]:
    mine = Q(reply_to__sender=missed.user) | Q(thread__sender=missed.user)
    said = missed.messages.filter(mine, kind=MessageKind.TEXT)
    return _latest(said.exclude(sender=missed.user))


def _reacted(missed: _Missed) -> list[int]:
    """Those with the most reactions, not the latest ones."""
    counted = (
        Reaction.objects.filter(message__in=missed.messages.values("pk"))
        .values("message_id", "message__room_id", "message__seq")
        .annotate(n=Count("pk"))
    )
    return _first_few(counted.order_by("-n", "-message__seq").values_list("message_id", "message__room_id"))


def _pins(missed: _Missed) -> list[int]:
    """What others pinned meanwhile, however old it is; the last pinned first."""
    pins = Pin.objects.filter(room__in=missed.rooms, at__gt=missed.since).exclude(by=missed.user)
    return _first_few(pins.order_by("-at", "-pk").values_list("pk", "room_id"))


def _files(missed: _Missed) -> list[int]:
    sent = Attachment.objects.filter(message__isnull=False)
    return _latest(missed.messages.filter(pk__in=sent.values("message_id")).exclude(sender=missed.user))


def _links(missed: _Missed) -> list[int]:
    """By the index of search, as a room's list of links: a preview is neither asked for nor waited for."""
    ids = linking(missed.user, missed.rooms, since=missed.since, limit=LINKS_LOOKED_THROUGH)
    others = missed.messages.filter(pk__in=ids).exclude(sender=missed.user)
    rows = others.order_by("-seq").values_list("pk", "room_id", "body")
    # The index knows of links in code and under spoilers, too.
    return _first_few(rows, lambda body: bool(addresses_in(body)))


def _first_few(rows: Iterable[tuple[Any, ...]], fits: Callable[..., bool] = lambda: True) -> list[int]:
    """Of rows (id, room, …) the ids of the first few of each room whose rest `fits`; it is asked of no more."""
    rooms: dict[int, list[int]] = defaultdict(list)
    for pk, room_id, *rest in rows:
        if len(rooms[room_id]) < settings.CATCH_UP_EACH and fits(*rest):
            rooms[room_id].append(pk)
    return [pk for some in rooms.values() for pk in some]


_LOOKS: Final[dict[str, Callable[[_Missed], list[int]]]] = {
    "mentions": _mentions,
    "answers": _answers,
    "reacted": _reacted,
    "pins": _pins,
    "files": _files,
    "links": _links,
}


def _reactions(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """By message how people reacted, the most first; of one of the community's own emoji, its picture."""
    counted = (
        Reaction.objects.filter(message__in=ids)
        .values("message_id", "emoji")
        .annotate(n=Count("pk"), first=Min("pk"), file=Max("picture"))
        .order_by("-n", "first")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in counted:
        url = own_emoji_url(row["file"]) if row["file"] else ""
        found[row["message_id"]].append({"emoji": row["emoji"], "count": row["n"], "url": url})
    return found
