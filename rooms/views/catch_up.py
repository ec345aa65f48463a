"""One page of what one missed."""

from datetime import date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from rooms import limits
from rooms.context import sidebar_for
from rooms.digest import CAUGHT_UP, away_since, digest
from rooms.views.answers import door, person, show
from talkwave.errors import Refused


@door("GET")
def catch_up(request: HttpRequest) -> HttpResponse:
    """Room by room what happened since one was last here, or `?since=` day, week, or a date; `?page=` further rooms.
    Looking reads nothing."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    left = away_since(user)
    chosen = request.GET.get("since", "")
    since = _since(chosen, left)
    sidebar = sidebar_for(request)
    page = _page(request.GET.get("page", ""))
    found, more = digest(user, [*sidebar.rooms, *sidebar.directs], since, page)
    context = {
        "since": since,
        "chosen": chosen or ("away" if left else "day"),
        "left": left,
        "today": timezone.localdate(),
        "rooms": [one for one in found if not one.quiet],
        "quiet": [one for one in found if one.quiet],
        "page": page,
        "more": more,
    }
    response = show(request, "catch_up", context)
    if left:
        response.set_cookie(
            CAUGHT_UP, left.isoformat(), max_age=30 * 86_400, samesite="Lax", secure=request.is_secure()
        )
    return response


def _page(given: str) -> int:
    """What is no number is the first page: there is nobody to tell who did not write the address by hand."""
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 6 else 1


def _since(chosen: str, left: datetime | None) -> datetime:
    now = timezone.now()
    if chosen in ("", "away"):
        return left or now - timedelta(days=1)
    if chosen == "day":
        return now - timedelta(days=1)
    if chosen == "week":
        return now - timedelta(days=7)
    try:
        day = date.fromisoformat(chosen)
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 9000:
        raise Refused("bad_request", _("A day is written like 2026-11-03."))
    return timezone.make_aware(datetime.combine(day, time()))
