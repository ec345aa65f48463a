"""The page that says that one is signed out for good, and why."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def farewell(request: HttpRequest, reason: str, *, status: int = 403) -> HttpResponse:
    """`reason`: `suspended`, `deleted` (by somebody, or by oneself elsewhere), `left` (by oneself, just now)."""
    if not wants_page(request):
        detail = _("This account is suspended.") if reason == "suspended" else _("This account is deleted.")
        return JsonResponse({"code": "forbidden", "detail": detail}, status=status)
    response = render(request, "accounts/farewell.html", {"reason": reason}, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def wants_page(request: HttpRequest) -> bool:
    """Whether a person will look at the answer: a navigation or a posted form, not a fetch or a picture."""
    return request.accepts("text/html") and request.headers.get("Sec-Fetch-Dest", "document") == "document"
