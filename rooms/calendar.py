"""How busy a room was, day by day, and where a day begins: for going back to a date."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from django.db.models import Count, IntegerField, Max, Min, QuerySet, Value

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
        """From Monday to Sunday; None outside the month."""
        squares: list[Day | None] = [None] * self.first.weekday() + self.days
        squares += [None] * (-len(squares) % 7)
        return [squares[start : start + 7] for start in range(0, len(squares), 7)]


def month_of(room: Room, day: date, zone: tzinfo) -> Month:
    """The month of `day` as it was in a room. Three queries, each a few looks into an index, however many messages.

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


def seq_on(room: Room, day: date, zone: tzinfo) -> int | None:
    """The first message of that day, else the first one after it, else the last one. None in an empty room."""
    # One that was moved here stands where it came, not where it was written.
    shown = Message.objects.filter(room=room, in_room=True, moved_at=None)
    found = (
        shown.filter(created_at__gte=_midnight(day, zone)).order_by("created_at", "seq").values_list("seq", flat=True)
    )
    return found.first() or shown.order_by("-seq").values_list("seq", flat=True).first()


def next_month(first: date) -> date:
    """The first day of the month after that one."""
    return (first.replace(day=28) + timedelta(4)).replace(day=1)


def _counts(room: Room, first: date, after: date, zone: tzinfo) -> dict[date, int]:
    """Each day is a range of an index on (room, created_at): counting it reads no message.

    All messages of the day less those that stand in a thread alone, which have such an index of their own.
    """
    everything = Message.objects.filter(room=room)
    ranges: list[QuerySet[Message, tuple[int, int, int]]] = []
    for offset in range((after - first).days):
        begin, end = (_midnight(first + timedelta(offset + more), zone) for more in (0, 1))
        for sign, rows in ((1, everything), (-1, everything.filter(in_room=False))):
            day = rows.filter(created_at__gte=begin, created_at__lt=end).order_by().values("room_id")
            ranges.append(
                day.annotate(
                    offset=Value(offset, IntegerField()), sign=Value(sign, IntegerField()), n=Count("pk")
                ).values_list("offset", "sign", "n")
            )
    counts: dict[date, int] = {}
    for offset, sign, n in ranges[0].union(*ranges[1:], all=True):
        counts[first + timedelta(offset)] = counts.get(first + timedelta(offset), 0) + sign * n
    return counts


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
