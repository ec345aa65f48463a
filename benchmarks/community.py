"""Fills TalkWave's database with people, rooms and tokens before its server starts.

`python -m benchmarks.community` reads a plan from its input, and writes the rooms' ids and the people's tokens as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

PASSWORD = "the tide is high tonight"


@dataclasses.dataclass
class Community:
    """People are numbered from 0. A room is the list of its members; the first owns it. Room 0 comes first."""

    people: int
    rooms: list[list[int]]
    #: Messages in room 0.
    said: int = 0


def in_rooms_of(size: int, people: int, *, first: int = 0) -> list[list[int]]:
    """So many people, from the `first` on, each in one room of that size."""
    return [list(range(start, start + size)) for start in range(first, first + people, size)]


def spread(people: int, rooms: int, size: int, *, first: int = 0) -> list[list[int]]:
    """So many rooms of `size` over the same people, evenly: each is in `rooms * size / people` of them."""
    return [[first + (room * size + seat) % people for seat in range(size)] for room in range(rooms)]


def name(number: int) -> str:
    return f"bench{number:05d}"


def prepare(community: Community, env: dict[str, str], root: Path) -> tuple[list[str], list[str]]:
    """Migrates and fills the database of `env`; the rooms' ids and the programs' tokens."""
    from benchmarks.machine import PYTHON, run

    run([PYTHON, "manage.py", "migrate", "-v0"], env=env, cwd=root)
    plan = json.dumps(dataclasses.asdict(community))
    made = json.loads(run([PYTHON, "-m", "benchmarks.community"], env=env, cwd=root, said=plan).splitlines()[-1])
    return made["rooms"], made["tokens"]


def fill(community: Community) -> dict[str, list[str]]:
    """In one transaction, thousands of rooms at once: nobody listens yet. `checkrooms` finds them in order."""
    from django.contrib.auth.hashers import make_password
    from django.db import transaction
    from django.utils import timezone

    from accounts.actions import NewPerson, create_people, create_tokens
    from benchmarks.wire import FILLER
    from rooms.actions.imports import Line, append_lines
    from rooms.models import Kind, Membership, Role, Room

    # One password for all is hashed once: a hash takes a quarter of a second by design.
    secret = make_password(PASSWORD)
    with transaction.atomic():
        wanted = [NewPerson(name(number), secret, "") for number in range(community.people)]
        people = create_people(None, wanted, by_operator=True)
        rooms = []
        for number, members in enumerate(community.rooms):
            room = Room(kind=Kind.PUBLIC, created_by=people[members[0]], member_count=len(members))
            room.set_name(f"Room {number}")
            room.take_state_version()
            rooms.append(room)
        rooms = Room.objects.bulk_create(rooms)
        Membership.objects.bulk_create(
            Membership(room=room, user=people[member], role=Role.MEMBER if seat else Role.OWNER)
            for room, members in zip(rooms, community.rooms, strict=True)
            for seat, member in enumerate(members)
        )
        if community.said:
            speakers = [people[member] for member in community.rooms[0]]
            lines = [Line(speakers[at % len(speakers)], timezone.now(), FILLER) for at in range(community.said)]
            append_lines(rooms[0].pk, lines)
        tokens = create_tokens(None, people, "")
    return {"rooms": [str(room.pk) for room in rooms], "tokens": tokens}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(fill(Community(**json.loads(sys.stdin.read())))))
