"""What is to be sent later: the list, and changing it."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rooms import access
from rooms.actions import scheduled as actions
from rooms.actions.files import waiting_files
from rooms.files.wire import file_wire
from rooms.kept import room_titles
from rooms.models import Scheduled
from rooms.views.answers import client_id, done, door, person, show
from rooms.views.reminders import moment_in, said_as
from rooms.wire import when


@door("GET")
def scheduled(request: HttpRequest) -> HttpResponse:
    """Everything of this person that waits to be sent, the next first, what could not be sent, and, page by page, files
    they attached and did not send: those have no other place where one finds them again on another device."""
    user = person(request)
    unsent_files = waiting_files(user).select_related("room").order_by("-pk")
    page = Paginator(unsent_files, settings.PAGE_SIZE).get_page(request.GET.get("page"))
    files = list(page)
    # At most SCHEDULED_MAX of them, which all stand on the first page.
    waiting = Scheduled.objects.filter(user=user).select_related("room").prefetch_related("attachments")
    found = list(waiting.order_by("due_at", "pk")) if page.number == 1 else []
    rooms = [row.room for row in found if row.room is not None] + [file.room for file in files]
    readable = access.readable(user, rooms)
    # The words are one's own; what a room is called now is only for who may see it.
    titles = room_titles(user, [room for room in rooms if room.pk in readable])
    rows = [
        {
            "scheduled": row,
            "room": titles.get(row.room_id or 0, ""),
            "files": [file_wire(file) for file in row.attachments.all()],
        }
        for row in found
    ]
    unsent = [
        {"file": file_wire(file), "at": file.created_at, "room": titles.get(file.room_id, "")}
        | {"room_id": file.room_id, "thread_id": file.thread_id}
        for file in files
    ]
    return show(
        request,
        "scheduled",
        {
            "tab": "scheduled",
            "rows": rows,
            "unsent": unsent,
            "unsent_days": settings.FILES_UNSENT_DAYS,
            "page": page,
            "newest": unsent_files.values_list("pk", flat=True).first(),
        },
    )


@door("POST")
def create(request: HttpRequest, room_id: int) -> HttpResponse:
    """`body` is sent to the room at `when`; `attachments`, `thread`, `in_room`, `reply_to` and `client_id` as with any
    message.

    With `options`, a line each, it asks them: `multiple` and `anonymous` 1, `closes_after` seconds.
    """
    row = actions.schedule_message(
        person(request),
        room_id,
        request.POST.get("body", ""),
        moment_in(request, request.POST.get("when", "")),
        thread=request.POST.get("thread") or None,
        in_room=request.POST.get("in_room") == "1",
        reply_to=request.POST.get("reply_to") or None,
        attachments=request.POST.getlist("attachments"),
        poll=_poll(request),
        client_id=client_id(request),
    )
    said = _("It will be sent: %(when)s.") % {"when": said_as(request, row.due_at)}
    return done(request, reverse("scheduled"), said, id=str(row.pk), due_at=when(row.due_at))


@door("POST")
def change(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Other words (`body`), another time where `when` is given, `without` the files with these ids, and of a poll other
    `options`, a line each."""
    given = request.POST.get("when", "")
    row = actions.change_scheduled(
        person(request),
        scheduled_id,
        body=request.POST.get("body", ""),
        due_at=moment_in(request, given) if given.strip() else None,
        without=request.POST.getlist("without"),
        options=_options(request),
    )
    said = _("It will be sent: %(when)s.") % {"when": said_as(request, row.due_at)}
    return done(request, reverse("scheduled"), said)


@door("POST")
def send(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """At once."""
    message = actions.send_now(person(request), scheduled_id)
    return done(request, reverse("message", args=[message.room_id, message.pk]), _("Sent."))


@door("POST")
def remove(request: HttpRequest, scheduled_id: int) -> HttpResponse:
    """Never."""
    actions.remove_scheduled(person(request), scheduled_id)
    return done(request, reverse("scheduled"), _("It will not be sent."))


def _options(request: HttpRequest) -> list[str] | None:
    """The answers of a poll, a line each; None where none are meant."""
    if "options" not in request.POST:
        return None
    return [line for text in request.POST.getlist("options") for line in text.splitlines()]


def _poll(request: HttpRequest) -> dict[str, Any] | None:
    """What a form says of a poll, as rooms.actions.polls.asked takes it."""
    options = _options(request)
    if options is None:
        return None
    poll: dict[str, Any] = {"options": options}
    poll |= {name: request.POST.get(name) == "1" for name in ("multiple", "anonymous")}
    if seconds := request.POST.get("closes_after"):
        # What is no number is refused with the others.
        poll["closes_after"] = (
            int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 10 else seconds
        )
    return poll
