"""Reminders: the list, and the form that understands when."""

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actions.profile import time_zones
from accounts.models import User
from rooms import limits
from rooms.actions import reminders as actions
from rooms.kept import visible_cards
from rooms.models import Reminder
from rooms.moments import parse_moment, split_line
from rooms.views.answers import done, door, person, show, wants_json
from rooms.wire import when
from talkwave.errors import Refused


@door("GET")
def reminders(request: HttpRequest) -> HttpResponse:
    """What is due first, then what is to come; done ones are not listed."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **typed: str) -> HttpResponse:
    """The list, below the form that adds one, with what was `typed` there."""
    user = person(request)
    found = Reminder.objects.filter(user=user, done_at=None)
    found = found.select_related("message__sender", "message__room").prefetch_related("message__attachments")
    page = Paginator(found.order_by("due_at", "pk"), settings.PAGE_SIZE).get_page(request.GET.get("page"))
    cards = visible_cards(user, [row.message for row in page if row.message is not None])
    now = timezone.now()
    rows = [{"reminder": row, "card": cards.get(row.message_id or 0), "due": row.due_at <= now} for row in page]
    return show(request, "reminders", {"tab": "reminders", "page": page, "rows": rows, **typed}, status=status)


@door("POST")
def create(request: HttpRequest) -> HttpResponse:
    """`text`, `when` in words, and `message` where it is about one. Without `when`, the text says both.

    `zone`: a time zone, for somebody who chose none, where the browser says none either.
    """
    text, moment = request.POST.get("text", ""), request.POST.get("when", "")
    try:
        made = _made(request, text, moment)
    except Refused as refused:
        if wants_json(request):
            raise
        return _page(request, text=text, moment=moment, error=str(refused.detail), status=refused.status)
    said = _("You will be reminded: %(when)s.") % {"when": said_as(request, made.due_at)}
    return done(request, reverse("reminders"), said, id=str(made.pk), due_at=when(made.due_at))


def _made(request: HttpRequest, text: str, moment: str) -> Reminder:
    if moment.strip():
        due_at = moment_in(request, moment)
    else:
        both = split_line(text[:1_000], timezone.now(), zone_of(request))
        if both is None:
            raise _unclear()
        text, due_at = both
    return actions.add_reminder(person(request), text, due_at, request.POST.get("message") or None)


@door("POST")
def change(request: HttpRequest, reminder_id: int) -> HttpResponse:
    """`does`: done, remove, or later, with `when` (in a while, where it is not given)."""
    user = person(request)
    does = request.POST.get("does", "")
    if does == "done":
        actions.finish_reminder(user, reminder_id)
        said = _("Done.")
    elif does == "remove":
        actions.remove_reminder(user, reminder_id)
        said = _("The reminder is gone.")
    elif does == "later":
        given = request.POST.get("when", "")
        soon = timezone.now() + timedelta(minutes=settings.REMINDER_LATER_MINUTES)
        moved = actions.put_off_reminder(user, reminder_id, moment_in(request, given) if given else soon)
        said = _("You will be reminded: %(when)s.") % {"when": said_as(request, moved.due_at)}
    else:
        raise Refused("bad_request", _("A reminder is done, put off, or removed."))
    return done(request, reverse("reminders"), said)


@door("GET")
def moment_json(request: HttpRequest) -> HttpResponse:
    """What is understood of `?when=`, before anything is kept: `due_at`, and `said` for the person to read.

    Words that say no time are an answer here (`due_at` null, `said` why): one is still writing them.
    """
    limits.spend(limits.looking_up, person(request))
    try:
        due_at = moment_in(request, request.GET.get("when", ""))
        actions.require_ahead(due_at)
    except Refused as refusal:
        return JsonResponse({"due_at": None, "said": str(refusal.detail)})
    return JsonResponse({"due_at": when(due_at), "said": said_as(request, due_at)})


def moment_in(request: HttpRequest, text: str) -> datetime:
    """The moment that words mean to this person. Raises Refused."""
    found = parse_moment(text, timezone.now(), zone_of(request))
    if found is None:
        raise _unclear()
    return found


def zone_of(request: HttpRequest) -> tzinfo:
    """The person's time zone; where they chose none, what `zone` says, or else their browser's."""
    user: User = person(request)
    given = request.POST.get("zone") or request.GET.get("zone") or ""
    if given in time_zones() and user.time_zone not in time_zones():
        return ZoneInfo(given)
    return timezone.get_current_timezone()


def said_as(request: HttpRequest, moment: datetime) -> str:
    """The moment in words, as the person reads the clock."""
    local = moment.astimezone(zone_of(request))
    return f"{date_format(local, 'l')}, {date_format(local, 'DATE_FORMAT')}, {local:%H:%M}"


def _unclear() -> Refused:
    return Refused(
        "bad_request",
        _("This is not a time I understand. Try “in 20 minutes”, “tomorrow at 9” or “2026-12-24 18:00”."),
    )
