"""One's own status: an emoji, some words, until when; and being away though one is here."""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from presence import statuses
from rooms import limits
from rooms.text.emojis import qualified, replace_names
from rooms.views.answers import done, door, person
from talkwave.errors import Refused

MINUTES_MOST: Final = 60 * 24 * 366


@door("POST")
def set_status(request: HttpRequest) -> HttpResponse:
    """`emoji` and `text`, for so many `minutes` (empty: until it is changed). Without `emoji` the text may begin with one,
    by its sign or its `:name:`."""
    user = person(request)
    limits.spend(limits.setting_status, user)
    minutes = request.POST.get("minutes", "").strip()
    if minutes and not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:9]) <= MINUTES_MOST):
        raise Refused("bad_request", _("Choose how long it is to stand there."))
    until = timezone.now() + timedelta(minutes=int(minutes)) if minutes else None
    emoji, text = request.POST.get("emoji", "").strip(), replace_names(request.POST.get("text", "").strip())
    first, _space, rest = text.partition(" ")
    if not emoji and (found := qualified(first)):
        emoji, text = found, rest
    status = statuses.set_status(user, emoji=emoji, text=text, until=until)
    shown = status is not None and (status["emoji"] or status["text"])
    return done(
        request, reverse("home"), _("Your status is set.") if shown else _("Your status is cleared."), status=status
    )


@door("POST")
def set_away(request: HttpRequest) -> HttpResponse:
    """`away` 1 or 0; without it the other of the two."""
    user = person(request)
    limits.spend(limits.setting_status, user)
    given = request.POST.get("away")
    if given not in (None, "0", "1"):
        raise Refused("bad_request", _("%(name)s is 0 or 1.") % {"name": "away"})
    away = not statuses.is_away(user) if given is None else given == "1"
    status = statuses.set_away(user, away)
    return done(
        request, reverse("home"), _("You are shown as away.") if away else _("You are shown as here."), status=status
    )
