"""Moving messages: where they may go, and the move."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from rooms import access
from rooms.access import Seat
from rooms.actions.moving import move_messages
from rooms.context import sidebar_for
from rooms.models import Kind, Message, MessageKind, Thread
from rooms.roles import verbs
from rooms.views.answers import done, door, number, person, show
from rooms.wire import beginning
from talkwave.errors import Refused

_EXCERPT = 80


@door("GET")
def choose(request: HttpRequest, message_id: int) -> HttpResponse:
    """Where a message may go: the form, in a dialog or as a page of its own."""
    user = person(request)
    message, seat = access.message_for(user, message_id)
    if message.kind != MessageKind.TEXT or message.deleted_at is not None:
        raise access.not_found()
    access.check(seat, "post" if message.sender_id == user.pk else "move")
    context = {
        "message": message,
        # Several are moved as one; the first stands for them.
        "n": number(request, "n") or 1,
        "excerpt": beginning(message, _EXCERPT),
        "room": seat.room,
        "title": seat.room.name,
        "current_room": str(seat.room.pk),
        **_places(request, user, message, seat),
    }
    return show(request, "move", context, fragment="dialog")


def _places(request: HttpRequest, user: User, message: Message, seat: Seat) -> dict[str, Any]:
    room = seat.room
    state = Thread.objects.filter(root=message, count__gt=0).first()
    threads: list[dict[str, Any]] = []
    if state is None:
        spoken = Message.objects.filter(room=room, kind=MessageKind.TEXT, deleted_at=None).exclude(pk=message.pk)
        spoken = spoken.exclude(pk=message.thread_id or 0).select_related("sender").prefetch_related("attachments")
        above = spoken.filter(thread=None, in_room=True, seq__lt=message.seq).order_by("-seq").first()
        recent = spoken.filter(thread_state__count__gt=0).order_by("-thread_state__last_at")
        found = [*([above] if above else []), *recent[: settings.MOVE_THREADS_OFFERED]]
        threads = [
            {"id": one.pk, "who": one.sender.name, "excerpt": beginning(one, _EXCERPT), "above": one is above}
            for one in dict.fromkeys(found)
        ]
    own = message.sender_id == user.pk
    leaves = room.kind == Kind.PUBLIC or (room.kind == Kind.PRIVATE and own)
    rooms = [
        wire
        for wire in sidebar_for(request).rooms
        if wire["id"] != str(room.pk) and "post" in verbs(wire["kind"], wire["role"], archived=wire["archived"])
    ]
    return {"threads": threads, "has_thread": state is not None, "rooms": rooms if leaves else []}


@door("POST")
def move(request: HttpRequest) -> HttpResponse:
    """`ids` go to `to`: `thread:<id of a message>`, `room:<id>`, `link` (then `link` leads to a message, whose thread
    it is) or `room` (then `room` is its id); with `in_room` 1 an answer stands in the room as well. The answer
    names what moves them back, in `back`."""
    to = _target(request)
    in_room = request.POST.get("in_room") == "1"
    moved = move_messages(person(request), request.POST.getlist("ids"), in_room=in_room, **to)
    n = len(moved.messages)
    said = ngettext("%(n)d message moved.", "%(n)d messages moved.", n) % {"n": n} if n else _("It is there already.")
    first = moved.messages[0] if moved.messages else None
    url = reverse("message", args=[first.room_id, first.pk]) if first else reverse("home")
    back = [
        {
            "ids": [str(pk) for pk in one["message_ids"]],
            "to": f"thread:{one['thread']}" if "thread" in one else f"room:{one['room']}",
            "in_room": "1" if one.get("in_room") else "",
        }
        for one in moved.back
    ]
    return done(request, url, said, back=back)


def _target(request: HttpRequest) -> dict[str, Any]:
    kind, _colon, given = request.POST.get("to", "").partition(":")
    if kind == "link":
        # The last number of /rooms/1/m/2/ or /rooms/1/threads/2/ is the message's.
        numbers = [part for part in request.POST.get("link", "").split("?")[0].split("#")[0].split("/") if part]
        if len(numbers) < 2 or not numbers[-1].isdigit() or numbers[-2] not in ("m", "threads"):
            raise Refused("bad_request", _("Paste the link of a message here: “Copy a link to it” gives one."))
        return {"thread": numbers[-1]}
    if kind == "thread":
        return {"thread": given}
    if kind == "room":
        return {"room": given or request.POST.get("room", "")}
    raise Refused("bad_request", _("Choose where it goes."))
