"""How busy a room was, day by day, and where a day begins: for going back to a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from django.db import connection
from django.db.models import Max, Min

from rooms.models import Message, Room

# The shades of the calendar: each stands for three times as much as the one before.
SHADES: Final = 5
_STEP: Final = 3


@dataclass(frozen=True)
class Day:
    """One square of the month; `shade` 0 to SHADES - 1, against the busiest day of the month."""

    date: date
    count: int
    shade: int


@dataclass(frozen=True)
class Month:
    """A month of a room, and the nearest months before and after it in which somebody wrote."""

    first: date
    days: list[Day]
    previous: date | None
    next: date | None

    @property
    def weeks(self) -> list[list[Day | None]]:
        """From Monday to Sunday, always six: turned, nothing below moves. None outside the month."""
        squares: list[Day | None] = [None] * self.first.weekday() + self.days
        squares += [None] * (6 * 7 - len(squares))
        return [squares[start : start + 7] for start in range(0, len(squares), 7)]


def month_of(room: Room, day: date, zone: tzinfo) -> Month:
    """The month of `day` as it was in a room. Five queries, each a few looks into an index, however many messages.

    Access was checked.
    """
    first = day.replace(day=1)
    after = next_month(first)
    counts = _counts(room, first, after, zone)
    most = max(counts.values(), default=0)
    days = [
        Day(date, count, _shade(count, most))
        for offset in range((after - first).days)
        for date in [first + timedelta(offset)]
        for count in [counts.get(date, 0)]
    ]
    shown = Message.objects.filter(room=room, in_room=True)
    before = shown.filter(created_at__lt=_midnight(first, zone)).aggregate(at=Max("created_at"))["at"]
    later = shown.filter(created_at__gte=_midnight(after, zone)).aggregate(at=Min("created_at"))["at"]
    return Month(first, days, _first_of(before, zone), _first_of(later, zone))


def years_around(room: Room, first: date, zone: tzinfo) -> tuple[date | None, date | None]:
    """The months a year before and a year after that one, no further than the room's messages go; None where none are.

    Two looks into an index. Access was checked.
    """
    shown = Message.objects.filter(room=room, in_room=True).values_list("created_at", flat=True)
    begin, end = (_first_of(shown.order_by(order).first(), zone) for order in ("created_at", "-created_at"))
    if begin is None or end is None:
        return None, None
    before = max(begin, min(end, first.replace(year=first.year - 1)))
    after = min(end, max(begin, first.replace(year=first.year + 1)))
    return before if before < first else None, after if after > first else None


def seq_on(room: Room, day: date, zone: tzinfo) -> int | None:
    """The first message of that day, else the first one after it, else the last one. None in an empty room."""
    (first,) = _firsts(room, [_midnight(day, zone)], "in_room")
    if first is not None:
        return first
    shown = Message.objects.filter(room=room, in_room=True)
    return shown.order_by("-seq").values_list("seq", flat=True).first()


def next_month(first: date) -> date:
    """The first day of the month after that one."""
    return (first.replace(day=28) + timedelta(4)).replace(day=1)


def _counts(room: Room, first: date, after: date, zone: tzinfo) -> dict[date, int]:
    """Date → how many messages stand in that day's part of the timeline. Three queries at most, and no message is read.

    Numbers have no gaps. Where the order of messages is that of their times, a day has as many as lie between its first
    number and the next day's, less those that stand in a thread alone, of which there is an index. Where old messages
    were imported behind newer ones, the times themselves are counted: a range of an index a day.
    """
    days = [first + timedelta(offset) for offset in range((after - first).days)]
    midnights = [_midnight(day, zone) for day in (*days, after)]
    if room.ordered_since is not None and midnights[0] < room.ordered_since:
        return _counted(room, days, midnights, zone)
    firsts = _firsts(room, midnights)
    end = max(room.last_seq, *(seq or 0 for seq in firsts)) + 1
    numbers = list(pairwise(end if seq is None else seq for seq in firsts))
    asides = _each(room, "COUNT(*)", "seq >= %s AND seq < %s AND NOT in_room", numbers)
    return {day: max(0, last - seq - (n or 0)) for day, (seq, last), n in zip(days, numbers, asides, strict=True)}


def _counted(room: Room, days: Sequence[date], midnights: Sequence[datetime], zone: tzinfo) -> dict[date, int]:
    within = "created_at >= %s AND created_at < %s"
    ranges = list(pairwise(midnights))
    every = _each(room, "COUNT(*)", within, ranges)
    asides = _each(room, "COUNT(*)", f"{within} AND NOT in_room", ranges)
    counts = {day: (n or 0) - (less or 0) for day, n, less in zip(days, every, asides, strict=True)}
    # What was moved here was written on another day than it stands on.
    for message in Message.objects.filter(room=room, moved_at__isnull=False, in_room=True).only(
        "created_at", "moved_at"
    ):
        for moment, more in ((message.created_at, -1), (message.stands_at, 1)):
            day = moment.astimezone(zone).date()
            if day in counts:
                counts[day] += more
    return counts


def _firsts(room: Room, moments: Sequence[datetime], more: str = "TRUE") -> list[int | None]:
    """For each moment the number of the first message that stands at it or after it, None where none does."""
    asked = [(moment,) for moment in moments]
    written = f"created_at >= %s AND moved_at IS NULL AND {more} ORDER BY created_at, seq LIMIT 1"
    # What was moved here has its number from then, and its time from before.
    came = f"moved_at >= %s AND {more} ORDER BY moved_at, seq LIMIT 1"
    pairs = zip(_each(room, "seq", written, asked), _each(room, "seq", came, asked), strict=True)
    return [min((seq for seq in pair if seq is not None), default=None) for pair in pairs]


def _each(room: Room, what: str, where: str, values: Sequence[tuple[datetime | int, ...]]) -> list[int | None]:
    """One look into the room's messages for each of `values`, all in one statement."""
    look = f"(SELECT {what} FROM rooms_message WHERE room_id = %s AND {where})"  # noqa: S608 (no words from outside)
    adapted = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([look] * len(values))}",
            [one if isinstance(one, int) else adapted(one) for row in values for one in (room.pk, *row)],
        )
        return list(cursor.fetchone())


def _shade(count: int, most: int) -> int:
    shade = 0
    while count > 0 and shade < SHADES - 1:
        shade += 1
        if count * _STEP ** (SHADES - 1 - shade) <= most:
            break
    return shade


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _first_of(moment: datetime | None, zone: tzinfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date().replace(day=1)
