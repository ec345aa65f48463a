"""What a message said before, for those who may know."""

from django.http import HttpRequest, HttpResponse

from rooms import access
from rooms.context import room_for_page
from rooms.revisions import versions
from rooms.views.answers import door, person, show, wants_fragment


@door("GET")
def history(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """The versions of a message, the newest first, each with what changed in it: for its author and for moderators."""
    message, seat = access.message_for(person(request), message_id, to="see_earlier")
    if seat.room.pk != room_id:
        raise access.not_found()
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "side"))
    context = {
        "room": seat.room,
        "seat": seat,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "message": message,
        "versions": versions(message),
    }
    return show(request, "history", context, fragment="side")
