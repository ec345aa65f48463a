"""What is answered where something failed that nobody refused, and when to come again."""

import math
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import defaults

from talkwave.errors import DATABASE_AWAY, Refused

# So soon it may be tried again where the database is away, or has no connection left.
RETRY_SECONDS = 2
# And after so long where signing in or up was tried too often: these limits are counted by the minute.
SIGN_IN_RETRY_SECONDS = 60


def is_database_away(error: BaseException | None) -> bool:
    """Could this not be done for want of a database, and not by any fault of ours?"""
    return isinstance(error, DATABASE_AWAY)


def come_again(response: HttpResponse, refusal: Refused) -> HttpResponse:
    """The answer to what was refused, with when it may be asked again."""
    if refusal.retry_after is not None:
        response["Retry-After"] = str(math.ceil(refusal.retry_after))
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """429 of the pages for signing in and up."""
    page = render(request, "429.html", status=429)
    page["Retry-After"] = str(SIGN_IN_RETRY_SECONDS)
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 with Retry-After where the database is away, which it says. As JSON for who asked for that."""
    if not is_database_away(sys.exc_info()[1]):
        return defaults.server_error(request)
    page: HttpResponse = defaults.server_error(request, "503.html")
    if "application/json" in request.headers.get("Accept", ""):
        said = _("The server cannot save right now. Try again.")
        page = JsonResponse({"code": "unavailable", "detail": said, "retry_after": RETRY_SECONDS})
    elif request.method == "GET":
        # A browser that was to show a page asks again by itself.
        page["Refresh"] = str(RETRY_SECONDS)
    page.status_code = 503
    page["Retry-After"] = str(RETRY_SECONDS)
    return page
