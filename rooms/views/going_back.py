"""Going back to a day: the calendar of a room, and what was said first on a day."""

import re
from datetime import date, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.profile import time_zones
from rooms import access, limits
from rooms.calendar import month_of, seq_on, years_around
from rooms.context import room_for_page
from rooms.views.answers import done, door, person, show, wants_fragment
from talkwave.errors import Refused

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@door("GET")
def calendar(request: HttpRequest, room_id: int) -> HttpResponse:
    """A month of a room, `?month=2026-11`: how busy each day was, each a link to its first message."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    seat = access.room_for(user, room_id)
    zone = _zone(request)
    today = timezone.localdate(timezone=zone)
    wanted = request.GET.get("month", "")
    month = month_of(seat.room, _day(f"{wanted}-01") if wanted else today, zone)
    year_before, year_after = years_around(seat.room, month.first, zone)
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "calendar"))
    context = {
        "room": seat.room,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "month": month,
        "year_before": year_before,
        "year_after": year_after,
        "today": today,
        "zone": request.GET.get("zone", ""),
        "weekdays": [date(2026, 6, day) for day in range(1, 8)],  # from Monday to Sunday
        "presets": [
            (_("Today"), today),
            (_("Yesterday"), today - timedelta(1)),
            (_("A week ago"), today - timedelta(7)),
            (_("The beginning"), date.min.replace(year=1970)),
            # After every message: the last one.
            (_("The latest"), today + timedelta(1)),
        ],
    }
    return show(request, "calendar", context, fragment="calendar")


@door("GET")
def on_day(request: HttpRequest, room_id: int) -> HttpResponse:
    """To the first message of `?on=2026-11-03` (today where no day is given), or the next one after it."""
    seat = access.room_for(person(request), room_id)
    zone = _zone(request)
    day = _day(request.GET["on"]) if request.GET.get("on") else timezone.localdate(timezone=zone)
    seq = seq_on(seat.room, day, zone)
    here = reverse("room", args=[seat.room.pk])
    return done(request, here if seq is None else f"{here}?at={seq}")


def _day(given: str) -> date:
    try:
        day = date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        day = None
    # A day's neighbours and its midnights in any zone have to exist as well.
    if day is None or not 1900 <= day.year <= 9000:
        raise Refused("bad_request", _("A day is written like 2026-11-03."))
    return day


def _zone(request: HttpRequest) -> tzinfo:
    """The one that is asked for; else the reader's."""
    given = request.GET.get("zone", "")
    return ZoneInfo(given) if given in time_zones() else timezone.get_current_timezone()
