"""Several messages at once: deleting them and taking that back, exporting, forwarding."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rooms import limits
from rooms.actions.deleting import delete_messages, restore_messages
from rooms.actions.forwarding import forward_messages
from rooms.files.names import clean_name
from rooms.selection import FORMATS, exported
from rooms.views.answers import client_id, done, door, person


@door("POST")
def delete(request: HttpRequest, room_id: int) -> HttpResponse:
    """Deletes the messages `ids` of the room, all or none; `deleted` are those that were not before."""
    user, ids = person(request), request.POST.getlist("ids")
    limits.spend(limits.selecting, user, len(ids))
    gone = [str(message.pk) for message in delete_messages(user, room_id, ids)]
    said = ngettext("%(n)d message deleted", "%(n)d messages deleted", len(gone)) % {"n": len(gone)}
    return done(request, reverse("room", args=[room_id]), said, deleted=gone)


@door("POST")
def restore(request: HttpRequest, room_id: int) -> HttpResponse:
    """Takes back, within seconds, what `delete` did to the messages `ids`."""
    user, ids = person(request), request.POST.getlist("ids")
    limits.spend(limits.selecting, user, len(ids))
    restored = [str(message.pk) for message in restore_messages(user, room_id, ids)]
    return done(request, reverse("room", args=[room_id]), restored=restored)


@door("GET")
def export(request: HttpRequest, room_id: int) -> HttpResponse:
    """The messages `ids` of the room as a file to keep: `as=md`, `txt` or `json`."""
    user, ids = person(request), request.GET.getlist("ids")
    limits.spend(limits.selecting, user, len(ids))
    form = request.GET.get("as", "md")
    seat, text = exported(user, room_id, ids, form)
    title = seat.room.name or _("conversation")
    name = clean_name(f"{title}.{form}")
    return HttpResponse(
        text,
        content_type=f"{FORMATS[form]}; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name) or "attachment"},
    )


@door("POST")
def forward(request: HttpRequest) -> HttpResponse:
    """Sends the messages `ids` to the `rooms` and `users`, with a `comment` of one's own before them.

    `sent` says what stands where now: deleting it takes it back.
    """
    sent = forward_messages(
        person(request),
        request.POST.getlist("ids"),
        request.POST.getlist("rooms"),
        request.POST.get("comment", ""),
        user_ids=request.POST.getlist("users"),
        client_id=client_id(request),
    )
    places: dict[int, list[str]] = {}
    for message in sent:
        places.setdefault(message.room_id, []).append(str(message.pk))
    said = ngettext("Forwarded", "Forwarded to %(n)d places", len(places)) % {"n": len(places)}
    there = [{"room": str(room_id), "ids": ids} for room_id, ids in places.items()]
    return done(request, reverse("room", args=[sent[0].room_id]), said, sent=there)
