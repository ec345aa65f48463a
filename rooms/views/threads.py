"""Threads: one, in the side pane or on a page of its own, and the list of those one follows."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from rooms import threads
from rooms.access import Seat
from rooms.actions import threads as actions
from rooms.context import room_for_page
from rooms.models import Message
from rooms.sync import beyond, page
from rooms.views.answers import done, door, number, person, show, switch, wants_fragment
from rooms.views.rooms import for_page


@door("GET")
def thread(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """A message and the answers to it: the newest, or those around `?at=`, before `?before=` or after `?after=`."""
    root, seat = threads.root_for(person(request), message_id)
    if (seat.room.pk, root.pk) != (room_id, message_id):
        # It was moved, or is an answer itself.
        return redirect("room_thread", seat.room.pk, root.pk)
    return show_thread(request, root, seat)


def show_thread(
    request: HttpRequest,
    root: Message,
    seat: Seat,
    *,
    status: int = 200,
    composer_body: str = "",
    composer_error: str = "",
) -> HttpResponse:
    """The page of a thread. `composer_body` and `composer_error`: what was typed and why it was not taken."""
    user = person(request)
    wire = {**room_for_page(request, seat.room, alone=wants_fragment(request, "side")), "version": seat.room.version}
    follow = threads.follow_of(user, root.pk)
    # Where one left off; a thread that is new to its reader opens at its end.
    linked = around = number(request, "at")
    state = getattr(root, "thread_state", None)
    behind = follow is not None and follow.following and state is not None and follow.read_seq < state.last_seq
    if around is None and behind and follow is not None and not request.GET:
        around = follow.read_seq + 1
    answers = page(
        seat.room,
        around=around,
        before=number(request, "before"),
        after=number(request, "after"),
        limit=settings.PAGE_SIZE,
        thread=root.pk,
    )
    shown = for_page(root, user.pk)
    has_older, has_newer = beyond(seat.room, answers, None, root.pk)
    context = {
        "room": seat.room,
        "seat": seat,
        "room_wire": wire,
        "title": wire["title"],
        "current_room": str(seat.room.pk),
        "root": shown,
        "roots": [shown],
        "messages": [for_page(answer, user.pk) for answer in answers],
        "count": state.count if state else 0,
        "linked": linked,
        "searched": request.GET.get("find", ""),
        "follow": follow,
        "read_seq": follow.read_seq if follow is not None and behind else None,
        "has_older": has_older,
        "has_newer": has_newer,
        "client_id": uuid.uuid4(),
        "composer_body": composer_body,
        "composer_error": composer_error,
        "composer_thread": root.pk,
        "composer_prefix": "thread-",
        "message_max_length": settings.MESSAGE_MAX_LENGTH,
    }
    return show(request, "thread", context, fragment="side", status=status)


@door("POST")
def follow(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """`following` is 1 or 0: whether one is told of answers."""
    followed = actions.follow_thread(person(request), message_id, switch(request, "following"))
    said = _("You follow this thread.") if followed.following else _("You no longer follow this thread.")
    back = reverse("threads") if request.POST.get("from") == "inbox" else _address(room_id, followed.thread_id)
    return done(request, back, said, following=followed.following)


@door("POST")
def read(request: HttpRequest, room_id: int, message_id: int) -> HttpResponse:
    """All answers of one thread are read."""
    root, _seat = threads.root_for(person(request), message_id)
    state = getattr(root, "thread_state", None)
    actions.mark_thread_read(person(request), root.pk, state.last_seq if state else 0)
    return done(request, reverse("threads"))


@door("GET")
def inbox(request: HttpRequest) -> HttpResponse:
    """The threads one follows, the latest answered first; a page of them."""
    found, rows = threads.inbox(person(request), request.GET.get("page"))
    described: list[dict[str, Any]] = []
    for row in rows:
        room = row["thread"].room
        described.append({**row, "title": room_for_page(request, room, alone=False)["title"], "room": room})
    return show(request, "threads", {"page": found, "rows": described})


@door("POST")
def read_all(request: HttpRequest) -> HttpResponse:
    """All answers in all threads one follows are read."""
    actions.mark_threads_read(person(request))
    return done(request, reverse("threads"), _("All threads are read."))


def _address(room_id: int, root_id: int) -> str:
    return reverse("room_thread", args=[room_id, root_id])
