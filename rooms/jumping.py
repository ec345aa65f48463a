"""The jump field: rooms and people by a few letters, what is waited for first."""

from typing import Any, Final

from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from accounts.names import username_key
from accounts.wire import person
from rooms.context import Sidebar, calls
from rooms.matching import NOT, quality, query_key
from rooms.models import Kind, Room, name_key
from rooms.people import find_people
from rooms.wire import room_wire

RESULTS_MOST: Final = 20
CANDIDATES: Final = 100

Place = dict[str, Any]


def jump(user: User, typed: str, sidebar: Sidebar) -> list[Place]:
    """At most twenty places: rooms and conversations of one's own, public rooms, people. Never what one may not see.

    `#` in front asks for rooms alone, `@` for people. With nothing typed: what is unread, then the latest.
    """
    typed = typed.strip()
    only = typed[:1] if typed[:1] in ("#", "@") else ""
    query = query_key(typed.removeprefix(only))
    found = _own(query, sidebar, only)
    if query or only:
        if only != "@":
            found += _public(query, sidebar)
        if only != "#":
            found += _people(user, query, found)
    # Stable: among places that fit alike, one's own come first, then public rooms, then people.
    return [place for _fit, place in sorted(found, key=lambda row: row[0])[:RESULTS_MOST]]


def _own(query: str, sidebar: Sidebar, only: str) -> list[tuple[int, Place]]:
    rooms = {"@": sidebar.directs, "#": sidebar.rooms}.get(only, [*sidebar.rooms, *sidebar.directs])
    fits = []
    for room in sorted(rooms, key=lambda room: room["last_message_at"] or "", reverse=True):
        names = [name_key(room["title"])]
        if room["partner"]:
            names.append(username_key(room["partner"]["username"]))
        if (fit := quality(query, *names)) < NOT:
            fits.append((fit, {"type": "room", "joined": True, **room}))
    # Fit first, then what calls; the latest first among those.
    return sorted(fits, key=lambda row: (row[0], row[1]["archived"], not row[1]["mentions"], not calls(row[1])))


def _public(query: str, sidebar: Sidebar) -> list[tuple[int, Place]]:
    rooms = Room.objects.filter(kind=Kind.PUBLIC, archived_at=None).order_by(F("last_message_at").desc(nulls_last=True))
    rooms = rooms.exclude(pk__in=[room["id"] for room in sidebar.rooms])
    if query:
        # The name itself and beginnings in queries of their own: among a thousand that fit somehow they must not be
        # left out.
        whole = rooms.filter(name_key=query)
        beginning = rooms.filter(name_key__startswith=query)[:CANDIDATES]
        anywhere = rooms.filter(Q(name_key__contains=query) | Q(name_key__scattered=query))[:CANDIDATES]
        found = list({room.pk: room for room in (*whole, *beginning, *anywhere)}.values())
    else:
        found = list(rooms[:CANDIDATES])
    return [
        (
            quality(query, room.name_key or ""),
            {
                "type": "room",
                "joined": False,
                **room_wire(room, None),
                "title": room.name,
                "url": reverse("room", args=[room.pk]),
                "partner": None,
            },
        )
        for room in found
    ]


def _people(user: User, query: str, found: list[tuple[int, Place]]) -> list[tuple[int, Place]]:
    # Whose conversation is among the results already is found there.
    known = {place["partner"]["id"] for _fit, place in found if place["partner"]}
    return [
        (
            quality(query, one.username_key, name_key(one.name)),
            {
                "type": "person",
                **person(one),
                "title": one.name,
                "url": f"{reverse('direct_create')}?with={one.pk}",
            },
        )
        for one in find_people(user, query)
        if str(one.pk) not in known
    ]
