"""What every page of a signed-in person shows beside itself: their rooms and conversations."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.digest import CAUGHT_UP, away_since
from rooms.models import Kind, Room
from rooms.wire import room_wire, rooms_of


@dataclass
class Sidebar:
    """`rooms` and `directs` are wire Rooms with `title`, `url` and, for a conversation of two, `partner`."""

    rooms: list[dict[str, Any]] = field(default_factory=list)
    directs: list[dict[str, Any]] = field(default_factory=list)
    # How long the reader was away, in words, where a page of what they missed is worth offering.
    offer: str = ""

    @property
    def threads(self) -> int:
        """How many threads the reader follows have something unread."""
        return sum(room["threads"] for room in (*self.rooms, *self.directs))

    def find(self, room_id: int) -> dict[str, Any] | None:
        """One of them, by id."""
        wanted = str(room_id)
        return next((room for room in (*self.rooms, *self.directs) if room["id"] == wanted), None)


def described(room: dict[str, Any], reader: User) -> dict[str, Any]:
    """A wire Room with what a page needs to show it to `reader`."""
    others = [person for person in room.get("members", ()) if person["id"] != str(reader.pk)]
    if room["kind"] != Kind.DIRECT:
        title = room["name"]
    elif others:
        title = ", ".join(person["display_name"] for person in others)
    else:
        title = _("Notes to myself")
    partner = others[0] if len(others) == 1 else None
    return {**room, "title": title, "url": reverse("room", args=[room["id"]]), "partner": partner}


def calls(room: dict[str, Any]) -> bool:
    """Is there something unread that this reader wants to be told of?"""
    if room["notify"] == "none":
        return False
    return bool(room["mentions"] or (room["unread"] and room["notify"] == "all"))


def sidebar_for(request: HttpRequest) -> Sidebar:
    """The sidebar of who asks; read once a request."""
    kept = getattr(request, "_sidebar", None)
    if kept is None:
        kept = _read(request.user) if request.user.is_authenticated else Sidebar()
        request._sidebar = kept  # type: ignore[attr-defined]
    return kept


def _read(user: User) -> Sidebar:
    # They come latest first, and sorting keeps that within pinned, unread and the rest; archived rooms close the list.
    found = [described(room, user) for room in rooms_of(user)]
    found.sort(key=lambda room: (room["archived"], not room["pinned"], not calls(room)))
    return Sidebar(
        rooms=[room for room in found if room["kind"] != Kind.DIRECT],
        directs=[room for room in found if room["kind"] == Kind.DIRECT],
    )


def room_for_page(request: HttpRequest, room: Room, *, alone: bool) -> dict[str, Any]:
    """The described Room for its own page; `alone` where no sidebar is shown with it."""
    user: Any = request.user
    if alone:
        mine = [described(wire, user) for wire in rooms_of(user, [room.pk])]
        found = mine[0] if mine else None
    else:
        found = sidebar_for(request).find(room.pk)
    return found or described(room_wire(room, None), user)


def sidebar(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Lazy: a page that shows no sidebar asks nothing of the database."""
    if not hasattr(request, "user"):
        return {}
    return {
        "sidebar": SimpleLazyObject(lambda: _with_offer(request)),
        # Django's messages by another name: a room's page calls what people wrote `messages`.
        "flashes": get_messages(request),
    }


def offer_for(request: HttpRequest) -> str:
    """What offers a page that stayed open to catch up; empty where there is no need to."""
    left = _left(request)
    return offered(left) if left is not None and _much(sidebar_for(request)) else ""


def offered(left: datetime) -> str:
    """How long somebody was away, in words."""
    return _("You were away for %(ago)s.") % {"ago": timesince(left)}


def _with_offer(request: HttpRequest) -> Sidebar:
    shown = sidebar_for(request)
    left = _left(request) if _much(shown) else None
    shown.offer = "" if left is None else offered(left)
    return shown


def _much(shown: Sidebar) -> bool:
    waiting = sum(room["unread"] for room in (*shown.rooms, *shown.directs) if calls(room))
    return bool(waiting >= settings.CATCH_UP_UNREAD)


def _left(request: HttpRequest) -> datetime | None:
    """Since when the reader was away. A page that was looked at is not offered again."""
    left = away_since(request.user) if isinstance(request.user, User) else None
    return None if left is None or left.isoformat() == request.COOKIES.get(CAUGHT_UP) else left
