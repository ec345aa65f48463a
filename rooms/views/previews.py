"""Cards under messages: their pictures, and taking one away."""

from typing import Final

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from rooms import access
from rooms.actions.previews import remove_preview, set_previews
from rooms.views.answers import done, door, person, room_wire_for, switch

# Only ever seen through <img>; opened by itself it can do nothing at all.
_PICTURE_POLICY: Final = "sandbox; default-src 'none'"


@door("GET")
def picture(request: HttpRequest, preview_id: int) -> HttpResponse:
    """A card's picture, our own small copy, for who may see the message it stands under."""
    card = access.preview_for(person(request), preview_id).card
    if card is None or not card.image:
        raise access.not_found()
    try:
        with default_storage.open(card.image) as file:
            response = HttpResponse(bytes(file.read()), content_type="image/webp")
    except OSError:  # restored from a backup without the files
        raise access.not_found() from None
    response["Content-Security-Policy"] = _PICTURE_POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


@door("POST")
def remove(request: HttpRequest, preview_id: int) -> HttpResponse:
    """Takes a card away, for everybody."""
    message = remove_preview(person(request), preview_id)
    return done(request, reverse("message", args=[message.room_id, message.pk]))


@door("POST")
def switch_room(request: HttpRequest, room_id: int) -> HttpResponse:
    """Whether links in a room get cards: `previews` is 1 or 0."""
    user = person(request)
    room = set_previews(user, room_id, switch(request, "previews"))
    return done(request, reverse("room_settings", args=[room.pk]), room=room_wire_for(user, room))
