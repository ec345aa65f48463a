"""How far one has read: one room, all of them, and back."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rooms import access
from rooms.actions import reads
from rooms.views.answers import done, door, person
from talkwave.errors import Refused

# A mark is some twenty characters, and nobody is in ten thousand rooms.
MARKS_MOST = 300_000


@door("POST")
def read_room(request: HttpRequest, room_id: int) -> HttpResponse:
    """Everything in one room up to `seq` is read, which is what its reader had before them; `marks` is where they had got
    to, for taking it back."""
    user, seq = person(request), _seq(request)
    seat = access.room_for(user, room_id)
    before = seat.membership.read_seq if seat.membership else 0
    reads.mark_read(user, room_id, seq)
    return done(request, reverse("catch_up"), _("Marked as read."), marks={str(room_id): before})


@door("POST")
def unread_room(request: HttpRequest, room_id: int) -> HttpResponse:
    """`seq` and all after it are unread again."""
    reads.mark_unread(person(request), room_id, _seq(request))
    return done(request, reverse("home"))


def _seq(request: HttpRequest) -> int:
    given = request.POST.get("seq", "")
    if not (given.isascii() and given.isdigit() and len(given) <= 18):
        raise Refused("bad_request", _("%(name)s is a number.") % {"name": "seq"})
    return int(given)


@door("POST")
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything in all rooms, and in the threads one follows, is read; `marks` and `threads` are where one had got to, for
    taking it back."""
    before = reads.mark_all_read(person(request))
    return done(
        request,
        reverse("home"),
        _("Everything is marked as read."),
        marks={str(room_id): seq for room_id, seq in before.rooms.items()},
        threads={str(root_id): seq for root_id, seq in before.threads.items()},
    )


@door("POST")
def read_undo(request: HttpRequest) -> HttpResponse:
    """`marks` and `threads` as `read_all` gave them, or `marks` as `read_room` did: one is there again."""
    reads.restore_reads(person(request), _marks(request, "marks"), _marks(request, "threads"))
    return done(request, reverse("home"))


def _marks(request: HttpRequest, name: str) -> dict[str, object]:
    given = request.POST.get(name, "{}")
    try:
        marks = json.loads(given) if len(given) <= MARKS_MOST else None
    except (ValueError, RecursionError):
        marks = None
    if not isinstance(marks, dict):
        raise Refused("bad_request", _("These are no marks."))
    return marks
