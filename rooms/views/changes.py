"""One address a verb: each finds what was typed, calls one action, and answers."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rooms import limits
from rooms.actions import memberships
from rooms.actions import rooms as actions
from rooms.views.answers import done, door, person, room_wire_for, switch


@door("POST")
def join(request: HttpRequest, room_id: int) -> HttpResponse:
    """Into a public room."""
    user = person(request)
    limits.spend(limits.inviting, user)
    membership = memberships.join_room(user, room_id)
    return done(request, _room(room_id), room=room_wire_for(user, membership.room))


@door("POST")
def leave(request: HttpRequest, room_id: int) -> HttpResponse:
    """Out of a room."""
    memberships.leave_room(person(request), room_id)
    return done(request, reverse("home"), _("You left the room."))


@door("POST")
def archive(request: HttpRequest, room_id: int) -> HttpResponse:
    """Read-only from now on."""
    return _settings(request, room_id, actions.archive_room, _("The room is archived."))


@door("POST")
def restore(request: HttpRequest, room_id: int) -> HttpResponse:
    """Open for writing again."""
    return _settings(request, room_id, actions.restore_room, _("The room is open again."))


@door("POST")
def delete(request: HttpRequest, room_id: int) -> HttpResponse:
    """The end of a room; `confirm_name` is its name, typed again."""
    actions.delete_room(person(request), room_id, confirm_name=request.POST.get("confirm_name", ""))
    return done(request, reverse("home"), _("The room is deleted."))


@door("POST")
def edit(request: HttpRequest, room_id: int) -> HttpResponse:
    """A new name, a new topic, or both: what is not sent stays as it is."""
    user = person(request)
    # Both or neither: a topic that is too long must not leave a new name behind.
    with transaction.atomic():
        if "name" in request.POST:
            actions.rename_room(user, room_id, request.POST["name"])
        if "topic" in request.POST:
            actions.set_topic(user, room_id, request.POST["topic"])
    return done(request, reverse("room_settings", args=[room_id]), _("Saved."))


@door("POST")
def pin(request: HttpRequest, room_id: int) -> HttpResponse:
    """`pinned` 1 keeps the room on top of one's own list, 0 no longer."""
    user = person(request)
    membership = memberships.set_pinned(user, room_id, switch(request, "pinned"))
    return done(request, _room(room_id), room=room_wire_for(user, membership.room))


@door("POST")
def notify(request: HttpRequest, room_id: int) -> HttpResponse:
    """`notify`: all, mentions or none."""
    user = person(request)
    membership = memberships.set_notify(user, room_id, request.POST.get("notify", ""))
    return done(request, _room(room_id), _("Saved."), room=room_wire_for(user, membership.room))


def _settings(request: HttpRequest, room_id: int, action: Callable[..., object], said: str) -> HttpResponse:
    action(person(request), room_id)
    return done(request, _room(room_id), said)


def _room(room_id: int) -> str:
    return reverse("room", args=[room_id])
