"""Who is in a room, and changing that."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.wire import person as person_wire
from rooms import access, limits, people
from rooms.access import Seat
from rooms.actions import memberships
from rooms.context import room_for_page
from rooms.matching import query_key
from rooms.models import Membership, Role
from rooms.roles import outranks
from rooms.views.answers import client_id, done, door, person, show, wants_fragment, wants_json

OWNERS_FIRST = Case(
    When(role=Role.OWNER, then=Value(0)),
    When(role=Role.MODERATOR, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@door("GET")
def members(request: HttpRequest, room_id: int) -> HttpResponse:
    """The people of a room, owners and moderators first; `?q=` finds some of them, `?page=` goes on.

    Asked for JSON, it completes as `members.json` does.
    """
    if wants_json(request):
        return _completed(request, room_id)
    seat = access.room_for(person(request), room_id)
    typed = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = Membership.objects.filter(room=seat.room).select_related("user")
    if typed:
        found = found.filter(Q(user__username_key__contains=query_key(typed)) | Q(user__display_name__icontains=typed))
    page = Paginator(found.order_by(OWNERS_FIRST, "user__username_key"), settings.PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    wire = room_for_page(request, seat.room, alone=wants_fragment(request, "side"))
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "q": typed,
        "page": page,
        "members": [_row(seat, membership) for membership in page],
        "roles": Role.choices,
    }
    return show(request, "members", context, fragment="side")


def _row(seat: Seat, membership: Membership) -> dict[str, Any]:
    """One person of the list, and what the reader may do about them."""
    own = seat.membership
    other = own is not None and own.user_id != membership.user_id
    removable = other and "remove" in seat.may and outranks(own.role if own else "", membership.role)
    return {
        **person_wire(membership.user),
        "role": membership.role,
        "role_name": membership.get_role_display(),
        "joined_at": membership.joined_at,
        "may_remove": removable,
        "may_set_role": "set_role" in seat.may,
    }


@door("GET")
def members_json(request: HttpRequest, room_id: int) -> HttpResponse:
    """Who may be meant by `@` and the letters in `?q=`."""
    return _completed(request, room_id)


def _completed(request: HttpRequest, room_id: int) -> HttpResponse:
    user = person(request)
    limits.spend(limits.looking_up, user)
    seat = access.room_for(user, room_id)
    return JsonResponse({"people": people.complete(user, seat.room, request.GET.get("q", ""))})


@door("POST")
def invite(request: HttpRequest, room_id: int) -> HttpResponse:
    """Adds the people given as `users` (ids) or in `names` (a line of user names); `client_id` is that of one's own message
    that named them."""
    user = person(request)
    # Asked first: who may not invite learns nothing here about who exists.
    access.room_for(user, room_id, to="invite")
    user_ids: list[object] = [*request.POST.getlist("users"), *people.named(user, request.POST.get("names", ""))]
    limits.spend(limits.inviting, user, max(1, len(user_ids)))
    new = memberships.invite(user, room_id, user_ids, named_in=client_id(request))
    said = ngettext("%(count)d person added.", "%(count)d people added.", len(new)) % {"count": len(new)}
    return done(
        request,
        reverse("room_members", args=[room_id]),
        said if new else _("They are all in the room already."),
        people=[person_wire(one) for one in new],
    )


@door("POST")
def remove(request: HttpRequest, room_id: int) -> HttpResponse:
    """`user` goes."""
    memberships.remove_member(person(request), room_id, request.POST.get("user"))
    return done(request, reverse("room_members", args=[room_id]), _("Removed from the room."))


@door("POST")
def role(request: HttpRequest, room_id: int) -> HttpResponse:
    """`user` is `role` from now on."""
    memberships.set_role(person(request), room_id, request.POST.get("user"), request.POST.get("role", ""))
    return done(request, reverse("room_members", args=[room_id]), _("Saved."))
