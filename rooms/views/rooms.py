"""Looking at rooms: one, the list of all, and where one lands."""

import uuid
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from rooms import access, limits
from rooms.access import Seat
from rooms.actions.rooms import create_room
from rooms.context import room_for_page
from rooms.forms import RoomForm
from rooms.matching import query_key
from rooms.models import Kind, Membership, Message, Notify, Room
from rooms.sync import beyond, page
from rooms.views.answers import done, door, number, person, room_wire_for, show, wants_fragment, wants_json
from rooms.wire import message_wire
from talkwave.errors import Refused
from talkwave.web.failures import come_again

# Which room this browser showed last; the server decides again whether it may be seen.
LAST_ROOM = "last_room"


@door("GET")
def home(request: HttpRequest) -> HttpResponse:
    """The last room one was in, else a welcome."""
    try:
        seat = access.room_for(person(request), request.COOKIES.get(LAST_ROOM))
    except Refused:
        return show(request, "home", {})
    return redirect("room", seat.room.pk) if seat.membership else show(request, "home", {})


@door("GET")
def room(request: HttpRequest, room_id: int) -> HttpResponse:
    """A room: its newest messages, or those around `?at=`, before `?before=` or after `?after=`."""
    seat = access.room_for(person(request), room_id)
    response = show_room(request, seat)
    response.set_cookie(
        LAST_ROOM, str(seat.room.pk), max_age=365 * 86_400, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def show_room(
    request: HttpRequest, seat: Seat, *, status: int = 200, composer_body: str = "", composer_error: str = ""
) -> HttpResponse:
    """The page of a room. `composer_body` and `composer_error`: what was typed and why it was not taken."""
    around = number(request, "at")
    # Read before the messages: a client that starts from this version misses nothing that comes between.
    wire = {**room_for_page(request, seat.room, alone=wants_fragment(request)), "version": seat.room.version}
    messages = page(
        seat.room,
        around=around,
        before=number(request, "before"),
        after=number(request, "after"),
        limit=settings.PAGE_SIZE,
        view="room",
    )
    has_older, has_newer = beyond(seat.room, messages, "room")
    first, last = (messages[0].seq, messages[-1].seq) if messages else (0, 0)
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "messages": [for_page(message, person(request).pk) for message in messages],
        "has_older": has_older,
        "has_newer": has_newer,
        "oldest": first,
        "newest": last,
        "around": around,
        # The form without JavaScript: sent twice, it is one message.
        "client_id": uuid.uuid4(),
        "read_seq": seat.membership.read_seq if seat.membership else seat.room.last_seq,
        "composer_body": composer_body,
        "composer_error": composer_error,
        "message_max_length": settings.MESSAGE_MAX_LENGTH,
    }
    return show(request, "room", context, part="pane", status=status)


def for_page(message: Message, reader_id: int) -> dict[str, Any]:
    """The wire's Message, and `at`, its time as a template shows it."""
    return {**message_wire(message, reader_id=reader_id), "at": message.stands_at}


@door("GET")
def message(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """The permalink of a message, which it keeps for ever."""
    found, seat = access.message_for(person(request), message_id)
    if found.thread_id is not None and not found.in_room:
        return redirect(f"{reverse('room_thread', args=[seat.room.pk, found.thread_id])}?at={found.seq}#t-{found.pk}")
    # Where it is now: a message that was moved to another room is found from its first address as well.
    return redirect(f"{reverse('room', args=[seat.room.pk])}?at={found.seq}#m-{found.pk}")


@door("GET")
def settings_page(request: HttpRequest, room_id: int) -> HttpResponse:
    """What a room is, and the forms for what one may change of it."""
    seat = access.room_for(person(request), room_id)
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "side"))
    form = RoomForm(initial={"name": seat.room.name, "topic": seat.room.topic, "kind": seat.room.kind})
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "form": form,
        "notify_choices": Notify.choices,
        "previews_possible": settings.LINK_PREVIEWS,
    }
    return show(request, "settings", context, fragment="side")


@door("GET")
def browse(request: HttpRequest) -> HttpResponse:
    """Public rooms, found by name or topic, the largest first; archived ones at the end."""
    typed = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    rooms = Room.objects.filter(kind=Kind.PUBLIC)
    if typed:
        rooms = rooms.filter(Q(name_key__contains=query_key(typed)) | Q(topic__icontains=typed))
    rooms = rooms.order_by(F("archived_at").desc(nulls_first=True), "-member_count", "name_key")
    found = Paginator(rooms, settings.PAGE_SIZE).get_page(request.GET.get("page"))
    joined = set(
        Membership.objects.filter(user=person(request), room__in=[room.pk for room in found]).values_list(
            "room_id", flat=True
        )
    )
    context = {"q": typed, "page": found, "rooms": [{"room": room, "joined": room.pk in joined} for room in found]}
    return show(request, "browse", context)


@door("GET", "POST")
def create(request: HttpRequest) -> HttpResponse:
    """A form, and the room it makes."""
    if request.method != "POST":
        return show(request, "create", {"form": RoomForm()})
    user = person(request)
    try:
        limits.spend(limits.making_rooms, user)
        members = [chosen for chosen in request.POST.getlist("members") if chosen.strip()]
        limits.spend(limits.inviting, user, len(members))
        made = create_room(
            user,
            kind=request.POST.get("kind", Kind.PUBLIC),
            name=request.POST.get("name", ""),
            topic=request.POST.get("topic", ""),
            members=members,
        )
    except Refused as refusal:
        if wants_json(request):
            raise
        # The same form with all that was typed, and why it was not taken.
        form = RoomForm(request.POST)
        if form.is_valid():
            form.add_error(None, str(refusal.detail))
        return come_again(show(request, "create", {"form": form}, status=refusal.status), refusal)
    return done(request, reverse("room", args=[made.pk]), room=room_wire_for(user, made))
