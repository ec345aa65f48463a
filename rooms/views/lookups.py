"""Short answers for the page: the jump field, completion, how a message will look."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.wire import person as person_wire
from rooms import access, limits
from rooms.context import sidebar_for
from rooms.jumping import jump as find_places
from rooms.models import Membership, Room
from rooms.people import find_people
from rooms.queries import own_emoji
from rooms.text import clean, parse_mentions, render
from rooms.views.answers import door, person


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
    named = _members_named(access.room_for(user, room_id).room, body) if room_id else {}
    return JsonResponse({"html": render(body, named, own_emoji([body]))})


def _members_named(room: Room, body: str) -> dict[str, tuple[int, str]]:
    keys = parse_mentions(body)
    if not keys:
        return {}
    members = Membership.objects.filter(room=room, user__username_key__in=keys).select_related("user")
    return {member.user.username_key: (member.user_id, member.user.name) for member in members}
