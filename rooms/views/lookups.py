"""Short answers for the page: the jump field, completion, how a message will look."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.names import username_key
from accounts.wire import person as person_wire
from rooms import access, limits
from rooms.actions.calling import here_in
from rooms.context import sidebar_for
from rooms.jumping import jump as find_places
from rooms.models import Membership
from rooms.people import find_people, reachable
from rooms.queries import own_emoji, public_rooms
from rooms.text import EVERYONE, HERE, clean, parse_mentions, render
from rooms.views.answers import door, person
from talkwave.errors import Refused

# People one message may name before the page stops asking who of them is not here.
MENTIONED_MOST: Final = 50


@door("GET")
def jump(request: HttpRequest) -> HttpResponse:
    """Rooms and people for the jump field."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    return JsonResponse({"results": find_places(user, request.GET.get("q", ""), sidebar_for(request))})


@door("GET")
def people(request: HttpRequest) -> HttpResponse:
    """People one may write to and invite, by a few letters."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    return JsonResponse({"people": [person_wire(one) for one in find_people(user, request.GET.get("q", ""))]})


@door("POST")
def preview(request: HttpRequest) -> HttpResponse:
    """`body` as it will look, with the people of `room` it names where a room is given. Nothing is stored."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    body = clean(request.POST.get("body", ""))
    room_id = request.POST.get("room")
    named = _named(access.room_for(user, room_id), body) if room_id else {}
    named |= public_rooms([body])
    return JsonResponse({"html": render(body, named, own_emoji([body]))})


@door("GET")
def mentioned(request: HttpRequest, room_id: int) -> HttpResponse:
    """Before and after sending: `here`, how many other members are active now, where `here=1` asks; and of `names`
    (`ann,bob`) the people who could be invited, for they are not in the room."""
    user = person(request)
    limits.spend(limits.looking_up, user)
    seat = access.room_for(user, room_id)
    answer: dict[str, Any] = {"absent": []}
    if request.GET.get("here") == "1":
        if seat.membership is None:
            raise Refused("forbidden", access.join_detail())
        answer["here"] = len(set(here_in(seat.room.pk)) - {user.pk})
    keys = {username_key(name) for name in request.GET.get("names", "").split(",")[:MENTIONED_MOST] if name}
    if keys and "invite" in seat.may:
        absent = reachable(user).filter(username_key__in=keys).exclude(memberships__room=seat.room)
        answer["absent"] = [person_wire(one) for one in absent.order_by("username_key")]
    return JsonResponse(answer)


def _named(seat: access.Seat, body: str) -> dict[str, tuple[int, str]]:
    keys = parse_mentions(body)
    if not keys:
        return {}
    members = Membership.objects.filter(room=seat.room, user__username_key__in=keys).select_related("user")
    named = {member.user.username_key: (member.user_id, member.user.name) for member in members}
    if "mention_all" in seat.may:
        named |= {name: (0, name) for name in keys & {EVERYONE, HERE}}
    return named
