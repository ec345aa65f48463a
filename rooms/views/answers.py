"""How every view here answers: to whom, in which form, and how it says no."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.models import Room
from rooms.wire import room_wire, rooms_of
from talkwave.errors import Refused
from talkwave.web import limits
from talkwave.web.failures import come_again

View = Callable[..., HttpResponse]


def door(
    *methods: str, cache: str = "private, no-store", counted: bool = True
) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """A view for people who are signed in and can take part; what it refuses (Refused) becomes an answer.

    An anonymous reader of a page is sent to sign in; a program is told (401). `cache` is said of what is granted.
    Each request is one of those a person has (RATE_COMMANDS), unless it is not `counted`: a page has many pictures.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if (request.method or "") not in allowed:
                return HttpResponseNotAllowed(allowed)
            response = _answer(view, request, counted, *args, **kwargs)
            # What is in a room is for its people, now: no cache keeps it, the browser's own included.
            response["Cache-Control"] = cache if response.status_code < 400 else "private, no-store"
            patch_vary_headers(response, ["Accept", "X-Fragment", "Cookie"])
            return response

        return answer

    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)
    return decorate


def _answer(
    view: Callable[..., HttpResponseBase], request: HttpRequest, counted: bool, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if not request.user.is_authenticated:
        if wants_json(request):
            return JsonResponse({"code": "forbidden", "detail": _("Sign in first.")}, status=401)
        # What was posted cannot be posted again by going there.
        return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")
    try:
        if not person(request).can_take_part:
            raise Refused("forbidden", _("This account is suspended."))
        if counted:
            limits.spend(limits.asking, person(request).pk)
        return view(request, *args, **kwargs)
    except Refused as refusal:
        return refuse(request, refusal)


def person(request: HttpRequest) -> User:
    """Who asks; behind `door` always a User."""
    user: Any = request.user
    return user


def wants_json(request: HttpRequest) -> bool:
    return request.path.endswith(".json") or "application/json" in request.headers.get("Accept", "")


def wants_fragment(request: HttpRequest, fragment: str = "pane") -> bool:
    """Does the browser swap a part of the page (`pane`: the middle, `side`: the side pane) instead of loading it all?"""
    return request.headers.get("X-Fragment") == fragment


def refuse(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The answer to what was refused: its status, with `{code, detail}` or a page that says it."""
    if wants_json(request):
        body = {key: value for key, value in refusal.as_wire().items() if key != "type"}
        response: HttpResponse = JsonResponse(body, status=refusal.status)
    else:
        template = f"{refusal.status}.html" if refusal.status in (400, 403, 404, 429) else "rooms/refused.html"
        response = render(request, template, {"detail": refusal.detail}, status=refusal.status)
    return come_again(response, refusal)


def done(request: HttpRequest, url: str, said: str = "", **data: Any) -> HttpResponse:
    """The answer to a change: a redirect with a message for a page's form, JSON for a fetch."""
    if wants_json(request):
        return JsonResponse({"ok": True, "url": url, "detail": said, **data})
    if said:
        messages.success(request, said)
    return redirect(url)


def show(
    request: HttpRequest,
    name: str,
    context: dict[str, Any],
    *,
    fragment: str = "pane",
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """`rooms/<name>.html`; or alone its part, `rooms/_<part or name>.html`, where the browser swaps in that `fragment`."""
    template = f"rooms/_{part or name}.html" if wants_fragment(request, fragment) else f"rooms/{name}.html"
    return render(request, template, context, status=status)


def room_wire_for(user: User, room: Room) -> dict[str, Any]:
    """The Room as `user` sees it now, for the answer to a fetch."""
    mine = rooms_of(user, [room.pk])
    return mine[0] if mine else room_wire(room, None)


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from the address, None where it is not given. Raises Refused for anything else."""
    given = request.GET.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise Refused("bad_request", _("%(name)s is a number.") % {"name": name})
    return int(given)


def client_id(request: HttpRequest) -> uuid.UUID | None:
    """The id the page made for what it posts, so that a form sent twice is one. Raises Refused for anything else."""
    given = request.POST.get("client_id")
    if not given:
        return None
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Refused("bad_request", _("A client_id is a UUID that the client makes.")) from None


def switch(request: HttpRequest, name: str) -> bool:
    """A yes or no from a form, `1` or `0`. Raises Refused for anything else."""
    given = request.POST.get(name)
    if given not in ("0", "1"):
        raise Refused("bad_request", _("%(name)s is 0 or 1.") % {"name": name})
    return given == "1"
