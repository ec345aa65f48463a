"""What somebody saved, and what of it is done."""

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.actions.reminders import due_count, due_of
from rooms.actions.saved import forget_saved, save_message, todo_count
from rooms.actions.scheduled import failed_of
from rooms.context import offer_for
from rooms.kept import visible_cards
from rooms.models import Kind, Membership, Saved, SavedState
from rooms.views.answers import done, door, person, show


@door("GET")
def saved(request: HttpRequest) -> HttpResponse:
    """The list of what is to do, or with `?state=done` of what is done; `?q=` finds some of it."""
    user = person(request)
    state = SavedState.DONE if request.GET.get("state") == SavedState.DONE else SavedState.TODO
    typed = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    found = Saved.objects.filter(user=user, state=state)
    if typed:
        found = found.filter(_readable(user), message__deleted_at=None, message__body__icontains=typed)
    found = found.select_related("message__sender", "message__room").prefetch_related("message__attachments")
    page = Paginator(found.order_by("-at", "-pk"), settings.PAGE_SIZE).get_page(request.GET.get("page"))
    cards = visible_cards(user, [row.message for row in page])
    context = {
        "tab": state,
        "q": typed,
        "page": page,
        "rows": [{"id": row.message_id, "card": cards.get(row.message_id), "state": row.state} for row in page],
    }
    return show(request, "saved", context)


def _readable(user: User) -> Q:
    """Looking for words must not tell what is in messages one may not see any more."""
    mine = Membership.objects.filter(user=user).values("room")
    return Q(message__room__in=mine) | Q(message__room__kind=Kind.PUBLIC)


@door("POST")
def save(request: HttpRequest, message_id: int) -> HttpResponse:
    """`state`: todo, done, or none to take it off the list."""
    user = person(request)
    state = request.POST.get("state", "")
    if state == "none":
        forget_saved(user, message_id)
        said = _("Removed from what you saved.")
    else:
        said = _("Marked as done.") if save_message(user, message_id, state).state == SavedState.DONE else _("Saved.")
    return done(request, reverse("saved"), said, todo=todo_count(user))


@door("GET")
def kept_json(request: HttpRequest) -> HttpResponse:
    """For a page that was away, or whose reader was: how much is to do, the reminders that are due, what could not be
    sent, and whether to catch up is offered."""
    user = person(request)
    return JsonResponse(
        {
            "todo": todo_count(user),
            "due": due_count(user),
            "reminders": due_of(user),
            "failed": failed_of(user),
            "offer": offer_for(request),
        }
    )
