"""The media, files and links of a room."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from rooms import access
from rooms.context import room_for_page
from rooms.gallery import KINDS, gallery
from rooms.views.answers import door, number, person, show, wants_fragment
from talkwave.errors import Refused


@door("GET")
def room_gallery(request: HttpRequest, room_id: int) -> HttpResponse:
    """What was sent in a room, of `?kind=` media, files or links; `?before=` goes on where a page ended."""
    user = person(request)
    seat = access.room_for(user, room_id)
    kind = request.GET.get("kind", KINDS[0])
    if kind not in KINDS:
        raise Refused("bad_request", _("There is no such list."))
    cards, before = gallery(user, seat.room, kind, number(request, "before"))
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "side"))
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "kind": kind,
        "cards": cards,
        "before": before,
        "later": "before" in request.GET,
    }
    return show(request, "gallery", context, fragment="side")
