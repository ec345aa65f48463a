"""The pinned messages of a room."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.wire import person as person_wire
from rooms import access
from rooms.actions.pins import pin_message, unpin_message
from rooms.context import room_for_page
from rooms.kept import card
from rooms.models import Pin
from rooms.views.answers import done, door, person, show, switch, wants_fragment


@door("GET")
def pins(request: HttpRequest, room_id: int) -> HttpResponse:
    """What is pinned in a room, the latest pin first."""
    seat = access.room_for(person(request), room_id)
    found = Pin.objects.filter(room=seat.room, message__deleted_at=None)
    found = found.select_related("message__sender", "by").prefetch_related("message__attachments")
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "side"))
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "pins": [
            {**card(pin.message), "pinned_by": person_wire(pin.by), "pinned_at": pin.at}
            for pin in found.order_by("-at")[: settings.PINS_MAX]
        ],
    }
    return show(request, "pins", context, fragment="side")


@door("POST")
def pin(request: HttpRequest, message_id: int) -> HttpResponse:
    """`pinned` 1 pins a message, 0 takes the pin away."""
    change = pin_message if switch(request, "pinned") else unpin_message
    message = change(person(request), message_id)
    return done(request, reverse("room_pins", args=[message.room_id]))
