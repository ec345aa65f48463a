"""A card about a person, and everybody's picture."""

from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.waves import wave_picture

# A picture is only ever seen through <img>; opened by itself it can do nothing at all.
_PICTURE_POLICY: Final = "sandbox; default-src 'none'; style-src 'none'"


@login_required
@require_safe
def person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Who somebody is: a page, or with the header X-Fragment what goes into a pane or a popover."""
    shown = _person_or_404(user_id)
    is_gone = shown.deleted_at is not None
    context = {
        "person": shown,
        "local_time": None if is_gone else _local_time(shown),
        "is_me": shown.pk == request.user.pk,
        "may_write": shown.can_take_part and shown.pk != request.user.pk,
    }
    template = "accounts/_person.html" if "X-Fragment" in request.headers else "accounts/person.html"
    response = render(request, template, context)
    response["Vary"] = "X-Fragment, Cookie"
    return response


@require_safe
def avatar(request: HttpRequest, user_id: int) -> HttpResponse:
    """The uploaded picture, or a drawn one. Seen by anybody who knows its address, like pictures elsewhere."""
    shown = _person_or_404(user_id)
    picture = _uploaded(shown)
    if picture is not None:
        response = HttpResponse(picture, content_type="image/webp")
    else:
        response = HttpResponse(wave_picture(shown.pk, _letters(shown)), content_type="image/svg+xml")
    # For ever only under its own version: who asks for another one must not make caches keep the wrong picture.
    current = request.GET.get("v") == str(shown.avatar_version)
    response["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
    response["Content-Security-Policy"] = _PICTURE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _person_or_404(user_id: int) -> User:
    if user_id >= 2**63:
        raise Http404
    return get_object_or_404(User, pk=user_id)


def _uploaded(user: User) -> bytes | None:
    if not user.avatar.name:
        return None
    try:
        with default_storage.open(user.avatar.name) as file:
            return bytes(file.read())
    except OSError:  # restored from a backup without the files: a drawn one is better than none
        return None


def _letters(user: User) -> str:
    """Up to two: of the first word and of the last. None for who is gone."""
    if user.deleted_at is not None:
        return ""
    words = [word for word in user.name.split() if word[0].isalnum()] or [user.username]
    chosen = words if len(words) == 1 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()[:3]


def _local_time(user: User) -> object:
    if not user.time_zone:
        return None
    try:
        return timezone.now().astimezone(ZoneInfo(user.time_zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None
