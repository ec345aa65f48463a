"""Fills one database with a room (`seed`), and times what a reader asks of it; the times go out as JSON, in ms.

Started by benchmarks/history.py with the database in the environment.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta

import django

DAYS = 1_000
# Words of known frequency, said beside what the community says by itself: at which numbers, as SQL.
SPRINKLED = {
    "quokka": "seq %% ({messages} / 5) = {messages} / 10",
    "marmalade": "seq %% 2000 = 5",
    "legacy": "seq < {messages} / 5 AND seq %% 2 = 0",
    "東京駅で会いましょう": "seq %% 5000 = 9",
    "https://docs.example.net/guide/start rooms/actions/posting.py post_messages()": "seq %% 3000 = 11",
}
SEARCHES = {
    "search common": ["it", "the", "good", "thanks", "with"],
    "search beginning": ["the*", "tha", "goo", "wor", "not*"],
    "search rare": ["quokka"],
    "search some": ["marmalade", "marmalad"],
    "search phrase": ['"looks good"', '"two small remarks"', '"the build is red"', '"so am i"', '"is the"'],
    "search several": ["build red", "thanks for the", "porto the", "good morning -build", "it the is"],
    "search absent": ["nobodysaidthis", "quokka marmalade", "the nobodysaidthis", '"is the the is"'],
    "search from": ["from:{0} the", "from:{1} marmalade", "from:{2} in:big thanks", "from:{0}", "-from:{1} good"],
    "search day": [
        "before:2026-01 good",
        "on:{month} the",
        "after:{month} before:2025-12 marmalade",
        "on:{month} quokka",
    ],
    "search address": [
        "docs.example.net",
        "rooms/actions/posting.py",
        "post_messages()",
        "https://docs.example.net/guide",
    ],
    "search pairs": ["東京駅", "東京", "会いましょう"],
    "search long ago": ["legacy", "legacy good"],
}


def fill(messages: int) -> dict[str, float]:
    """The room, its words, and the index: as `migrate`, `seed` and the worker make them. Microseconds a message of the
    last two."""
    from django.core.management import call_command
    from django.db import connection

    from rooms.models import Message, Room
    from rooms.search.index import index_some

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    call_command("seed", messages=messages, room="big", days=DAYS, verbosity=0)
    seeded = time.perf_counter()
    room = Room.objects.get(name="big")
    with connection.cursor() as cursor:
        for words, where in SPRINKLED.items():
            cursor.execute(
                "UPDATE rooms_message SET body = body || %s WHERE room_id = %s AND " + where.format(messages=messages),
                [f" {words}", room.pk],
            )
    sprinkled = time.perf_counter()
    while index_some(2_000).left:
        pass
    indexed = time.perf_counter()
    with connection.cursor() as cursor:
        # What either does by itself within minutes: left to the first pages, it would be their time.
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"  {Message.objects.count():,} messages stored and read into the index", file=sys.stderr, flush=True)
    each = 1_000_000 / messages
    return {"seeding": each * (seeded - began), "indexing": each * (indexed - sprinkled)}


def cases() -> Iterator[tuple[str, Callable[[], object]]]:
    """Every case once, with something new asked where that matters."""
    from django.test import Client

    from accounts.models import User
    from rooms.calendar import month_of, seq_on
    from rooms.models import Message, Room
    from rooms.search.find import search
    from rooms.sync import history, synced

    room = Room.objects.get(name="big")
    people = list(User.objects.filter(memberships__room=room).order_by("pk")[:3])
    reader = people[0]
    names = [one.username for one in people]
    first = Message.objects.get(room=room, seq=1).created_at
    dice = random.Random(1)
    browser = Client(headers={"X-Fragment": "pane"}, SERVER_NAME="localhost")
    browser.force_login(reader)

    def some_day() -> date:
        return (first + timedelta(days=dice.random() * DAYS)).date()

    def jump() -> object:
        return history(reader, room.pk, around=seq_on(room, some_day(), UTC) or room.last_seq, view="room")

    def pane() -> object:
        answer = browser.get(f"/rooms/{room.pk}/")
        assert answer.status_code == 200
        return answer

    while True:
        yield "newest", lambda: history(reader, room.pk, view="room")
        back = room.last_seq // 10 - dice.randrange(1, room.last_seq // 20)
        yield "back", lambda back=back: history(reader, room.pk, before=back, view="room")
        yield "date", jump
        somewhere = dice.randrange(1, room.last_seq)
        yield "around", lambda somewhere=somewhere: history(reader, room.pk, around=somewhere, view="room")
        yield "calendar", lambda: month_of(room, some_day(), UTC)
        yield "sync", lambda: synced(reader, room.pk, room.version - 1_900)
        yield "pane", pane
        for case, typed in SEARCHES.items():
            month = some_day().strftime("%Y-%m")
            text = dice.choice(typed).format(*names, month=month)
            yield case, lambda text=text: search(reader, text)


# What `cases` gives in a round.
ROUND = 7 + len(SEARCHES)


def measure(repeat: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    for count, (case, do) in enumerate(cases()):
        if count >= ROUND * (repeat + 3):
            return times
        began = time.perf_counter()
        do()
        took = 1_000 * (time.perf_counter() - began)
        # The first rounds fill what a server that runs has filled.
        if count >= ROUND * 3:
            times.setdefault(case, []).append(took)
    raise AssertionError


if __name__ == "__main__":
    django.setup()
    # A line for each request would be timed as well.
    logging.disable(logging.INFO)
    each = fill(int(sys.argv[1]))
    print(json.dumps({"each": each, "times": measure(int(sys.argv[2]))}))
