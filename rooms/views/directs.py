"""Opening a direct conversation."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.wire import person as person_wire
from rooms import access, limits, people
from rooms.actions.direct import direct_room_for
from rooms.views.answers import done, door, person, room_wire_for, show, wants_json
from talkwave.errors import Refused
from talkwave.web.failures import come_again


@door("GET", "POST")
def create(request: HttpRequest) -> HttpResponse:
    """Whom to write to (`?q=` finds people, `?with=` has chosen one), and the conversation with them.

    Posted are `users` (ids) or `names` (a line of user names); one's own alone opens the place for notes.
    """
    if request.method != "POST":
        return _form(request, chosen=request.GET.getlist("with"))
    user = person(request)
    try:
        user_ids: list[object] = [*request.POST.getlist("users"), *people.named(user, request.POST.get("names", ""))]
        if not user_ids:
            raise Refused("bad_request", _("Choose somebody to write to."))
        limits.spend(limits.opening_directs, user)
        room = direct_room_for(user, user_ids)
    except Refused as refusal:
        if wants_json(request):
            raise
        return come_again(_form(request, chosen=request.POST.getlist("users"), refusal=refusal), refusal)
    return done(request, reverse("room", args=[room.pk]), room=room_wire_for(user, room))


def _form(request: HttpRequest, *, chosen: list[str], refusal: Refused | None = None) -> HttpResponse:
    user = person(request)
    typed = request.GET.get("q", "")
    context = {
        "q": typed,
        "chosen": [person_wire(one) for one in _known(request, chosen)],
        "people": [person_wire(one) for one in people.find_people(user, typed)],
        "names": request.POST.get("names", ""),
        "error": refusal.detail if refusal else "",
        "most": settings.GROUP_MAX_PEOPLE - 1,
    }
    return show(request, "direct", context, status=refusal.status if refusal else 200)


def _known(request: HttpRequest, ids: list[str]) -> list[User]:
    """Those of the chosen who can be written to; a stale link chooses nobody, quietly."""
    numbers = []
    for user_id in ids[: settings.GROUP_MAX_PEOPLE]:
        try:
            numbers.append(access.parse_id(user_id))
        except Refused:
            continue
    return list(people.reachable(person(request)).filter(pk__in=numbers))
