"""The community's own emoji: the page, what completion and the picker ask for, and the pictures."""

from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rooms.actions import emoji as actions
from rooms.models import OwnEmoji
from rooms.views.answers import done, door, person, wants_json
from talkwave.errors import Refused
from talkwave.web.failures import come_again

# A picture is only ever seen through <img>; opened by itself it can do nothing at all.
_PICTURE_POLICY: Final = "sandbox; default-src 'none'"


@door("GET")
def emoji_page(request: HttpRequest) -> HttpResponse:
    """All of them, and the form that adds one."""
    return _page(request)


@door("POST")
def add(request: HttpRequest) -> HttpResponse:
    """A new one: `name` and `picture`."""
    user = person(request)
    name = request.POST.get("name", "")
    try:
        picture: Any = request.FILES.get("picture")
        if picture is None:
            raise Refused("bad_request", _("Choose a picture first."))
        made = actions.add_emoji(user, name=name, file=picture, size=picture.size or 0)
    except Refused as refused:
        if wants_json(request):
            raise
        return come_again(_page(request, name=name, error=refused.detail, status=refused.status), refused)
    said = _("%(name)s can be used now.") % {"name": made}
    return done(request, reverse("emoji"), said, name=made.name, picture=made.url)


@door("POST")
def remove(request: HttpRequest, emoji_id: int) -> HttpResponse:
    """Takes one off the list."""
    gone = actions.remove_emoji(person(request), emoji_id)
    return done(
        request, reverse("emoji"), _("%(name)s was removed. Where it was used it still shows.") % {"name": gone}
    )


@door("GET")
def emoji_json(request: HttpRequest) -> HttpResponse:
    """Names and pictures, for the picker and for completion."""
    found = [{"name": one.name, "url": one.url} for one in OwnEmoji.objects.filter(removed_at=None)]
    return JsonResponse({"emoji": found, "may_add": actions.may_add_emoji(person(request))})


def picture(request: HttpRequest, name: str) -> HttpResponse:
    """The file itself, removed ones too. For people who are signed in; its address never shows another picture."""
    response = _picture(request, name)
    if response.status_code == 200:
        # Once for each browser: a page of messages shows the same few again and again.
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        response["Content-Security-Policy"] = _PICTURE_POLICY
        response["X-Content-Type-Options"] = "nosniff"
    return response


@door("GET", counted=False)
def _picture(request: HttpRequest, name: str) -> HttpResponse:
    try:
        with default_storage.open(f"{actions.FOLDER}/{name}") as file:
            return HttpResponse(bytes(file.read()), content_type="image/webp")
    except OSError:
        return HttpResponse(status=404)


def _page(request: HttpRequest, *, name: str = "", error: str = "", status: int = 200) -> HttpResponse:
    user = person(request)
    found = OwnEmoji.objects.filter(removed_at=None).select_related("created_by")
    context = {
        "emoji": [(one, actions.may_remove_emoji(user, one)) for one in found],
        "may_add": actions.may_add_emoji(user),
        "name": name,
        "error": error,
        "max_bytes": settings.EMOJI_MAX_BYTES,
    }
    return render(request, "rooms/emoji.html", context, status=status)
