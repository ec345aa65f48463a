"""Queries of a page and of a command, counted: in a small community, and in one twenty times its size.

`python -m benchmarks.queries` counts in a database of its own and writes JSON. That the published counts are what the
code does is held by a test (benchmarks/tests/test_queries.py).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.community import Community, prepare
from benchmarks.outcome import Outcome, Table

ROOT = Path(__file__).resolve().parent.parent
SIZES = [(5, 3, 10), (100, 60, 200)]  # people, rooms of each, messages
COLUMNS = [f"{people} people, {rooms} rooms, {said} messages" for people, rooms, said in SIZES]


def community(people: int, rooms: int, said: int) -> Community:
    return Community(people, [list(range(people)) for _ in range(rooms)], said=said)


def run() -> Outcome:
    outcome = Outcome("queries")
    counted = [_counted(community(*size)) for size in SIZES]
    rows = []
    for what in counted[0]:
        one, many = counted[0][what], counted[1][what]
        rows.append([what, str(one), str(many)])
        if many > one + 1:
            outcome.complaints.append(f"{what} takes more queries in a larger community: {one}, then {many}.")
    outcome.said = [
        "Statements that reach the database; a transaction's own BEGIN and COMMIT are not counted. A page includes its "
        "session and its reader.",
        Table(["", *COLUMNS], rows),
    ]
    return outcome


def _counted(community: Community) -> dict[str, int]:
    folder = Path(tempfile.mkdtemp(prefix="tw-queries-"))
    env = {
        "DATA_DIR": str(folder),
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "talkwave.settings",
        "DEBUG": "true",
    }
    try:
        prepare(community, env, ROOT)
        return dict(
            json.loads(machine.run([machine.PYTHON, "-m", "benchmarks.queries"], env=env, cwd=ROOT).splitlines()[-1])
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Counter:
    """Counts what reaches the database while it is entered."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")):
            self.count += 1
        return execute(sql, params, many, context)


def count() -> dict[str, int]:
    """Everything twice; the second time counts, when what is kept in memory is there."""
    from django.db import connection
    from django.test import Client

    from accounts.models import User
    from rooms.actions.messages import edit_message
    from rooms.actions.posting import Draft, post_messages
    from rooms.actions.reactions import add_reaction
    from rooms.actions.reads import mark_read
    from rooms.consumer import _room_ids, _snapshot
    from rooms.models import Message, Room
    from rooms.search.find import search
    from rooms.search.index import index_some
    from rooms.sync import history, synced

    rooms = list(Room.objects.order_by("pk"))
    room = rooms[0]
    reader, other = User.objects.order_by("pk")[:2]
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(reader, backend="accounts.backends.AuthenticationBackend")
    place = f"/rooms/{room.pk}/"
    emoji = iter("👍🎉")

    def page(address: str, **headers: str) -> Callable[[], object]:
        def get() -> object:
            answer = client.get(address, headers=headers)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
            return answer

        return get

    def send(count: int) -> Callable[[], object]:
        return lambda: post_messages(
            [Draft(other.pk, rooms[at % len(rooms)].pk, f"wave {at}", uuid.uuid4()) for at in range(count)]
        )

    def newest() -> int:
        return int(Message.objects.filter(room=room, sender=other, kind="text").latest("seq").pk)

    tasks: dict[str, Callable[[], object]] = {
        "page: a room": page(place),
        "page: a room, when one moves there": page(place, **{"X-Fragment": "pane"}),
        "page: its members": page(f"{place}members/"),
        "page: all rooms": page("/rooms/"),
        "page: search": page("/search/?q=wave"),
        "page: threads": page("/threads/"),
        "socket: connecting": lambda: (_room_ids(reader), _snapshot(reader)),
        "socket: message.send, one": send(1),
        "socket: message.send, a hundred at once": send(100),
        "socket: message.edit": lambda: edit_message(other, newest(), f"wave {uuid.uuid4()}"),
        "socket: reaction.add": lambda: add_reaction(reader, newest(), next(emoji)),
        "socket: room.read": lambda: mark_read(reader, room.pk, Room.objects.get(pk=room.pk).last_seq),
        "socket: sync": lambda: synced(reader, room.pk, 1),
        "socket: history": lambda: history(reader, room.pk, view="room"),
        "search": lambda: search(reader, "wave"),
    }
    # What a task asks for only to know what to do.
    asked_besides = {"socket: message.edit": 1, "socket: reaction.add": 1, "socket: room.read": 1}
    counted = {}
    for what, do in tasks.items():
        if "search" in what:
            while index_some(1_000).left:  # as the worker does beside a server
                pass
        if what == "socket: room.read":
            send(1)()
        do()
        if what == "socket: room.read":
            send(1)()
        counter = _Counter()
        with connection.execute_wrapper(counter):
            do()
        counted[what] = counter.count - asked_besides.get(what, 0)
    return counted


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(count(), sys.stdout)
    print()
