"""Cards under messages: their pictures, and taking one away."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from rooms import access
from rooms.actions.previews import remove_preview, set_previews
from rooms.views.answers import done, door, person, room_wire_for, switch
from rooms.views.delivery import Delivered, deliver


# Kept by the reader's own browser, and asked about each time it is shown: what is removed is gone at once.
@door("GET", cache="private, no-cache", counted=False)
def picture(request: HttpRequest, preview_id: int) -> HttpResponseBase:
    """A card's picture, our own small copy, for who may see the message it stands under."""
    card = access.preview_for(person(request), preview_id).card
    if card is None or not card.image:
        raise access.not_found()
    picture = Delivered(stored=card.image, size=None, type="image/webp", name="preview.webp", inline=True)
    return deliver(request, picture)


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
