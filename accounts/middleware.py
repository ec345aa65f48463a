"""What a request takes from the person who makes it, and how much nobody in particular may ask for."""

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation

from accounts.actions.profile import time_zones
from accounts.actions.sessions import FAREWELL
from accounts.models import User
from accounts.views.farewell import farewell, wants_page
from talkwave.errors import Refused
from talkwave.web import limits
from talkwave.web.address import network_of, request_address

ZONE_COOKIE: Final = "zone"
_PICTURE = re.compile(r"/people/\d+/avatar")


class PersonMiddleware:
    """The person's language and time zone; the list of sessions kept true; a last word to who was put out.

    Whoever is not signed in has RATE_VISITS, by address: what costs before one is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A picture is the same for everybody: looking at the session would cost queries, and caches its sharing. Only of an
        # address that asks for very many it is looked at: a cookie is anybody's text.
        is_picture = _PICTURE.fullmatch(request.path) and settings.SESSION_COOKIE_NAME in request.COOKIES
        if is_picture and not limits.pictures.take_here(network_of(request_address(request))):
            return self.get_response(request)
        if request.user.is_authenticated:
            _use_choices_of(request.user, request.COOKIES.get(ZONE_COOKIE, ""))
            _note_activity(request)
        else:
            timezone.deactivate()
            try:
                limits.spend(limits.visiting, network_of(request_address(request)))
            except Refused as refusal:
                return _too_many(request, refusal)
            if reason := _put_out_because(request):
                if wants_page(request):
                    # Said once, then the session is over. A picture of the same page must not use it up.
                    request.session.flush()
                return farewell(request, reason)
        return self.get_response(request)


def _too_many(request: HttpRequest, refusal: Refused) -> HttpResponse:
    seconds = math.ceil(refusal.retry_after or 1)
    if wants_page(request):
        response = render(request, "429.html", {"retry_after": seconds}, status=refusal.status)
    else:
        told = {"code": refusal.code, "detail": refusal.detail, "retry_after": seconds}
        response = JsonResponse(told, status=refusal.status)
    response["Retry-After"] = str(seconds)
    return response


def _use_choices_of(user: User, browsers: str) -> None:
    if user.language:
        translation.activate(user.language)
    # None chosen, or one that this machine no longer knows: the browser's, as its pages say it (static/js/app.js).
    for name in (user.time_zone, browsers):
        if name in time_zones():
            return timezone.activate(ZoneInfo(name))
    return timezone.deactivate()


def _note_activity(request: HttpRequest) -> None:
    """The line of this session in the list, made or brought up to date at most once a minute.

    allauth's own middleware writes on every request, each avatar of a page included.
    """
    seen = UserSession.objects.filter(session_key=request.session.session_key).values_list("last_seen_at", flat=True)
    last = seen.first()
    if last is None or timezone.now() - last > timedelta(seconds=settings.LAST_SEEN_SECONDS):
        UserSession.objects.create_from_request(request)


def _put_out_because(request: HttpRequest) -> str:
    """Why the session a browser shows is nobody's any more; empty where it never was somebody's."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    if reason := request.session.get(FAREWELL):
        return str(reason)
    # Signed in, but the backend gives nobody: suspended or deleted by a way that could not leave a word.
    user = User.objects.filter(pk=request.session.get(SESSION_KEY)).first() if SESSION_KEY in request.session else None
    if user is None or user.can_take_part:
        return ""
    return "suspended" if user.suspended_at else "deleted"
