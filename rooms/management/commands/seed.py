"""`manage.py seed`."""

import argparse
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from rooms.management.commands.update_index import hint
from rooms.management.seeding import Seeding
from rooms.models import Room, name_key
from talkwave.errors import Refused


def _between(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text.replace("_", "").replace(",", ""))
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number:,} is not between {least:,} and {most:,}")
        return number

    return parse


class Command(BaseCommand):
    help = "Makes a believable community: people, rooms, and what they say. The same seed again adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=_between(2, 20_000), default=40, metavar="N")
        parser.add_argument("--rooms", type=_between(1, 1_000), default=8, metavar="N")
        parser.add_argument(
            "--messages", type=_between(0, 20_000_000), default=3_000, metavar="N", help="in all rooms together"
        )
        parser.add_argument(
            "--room", metavar="NAME", help="instead of several rooms, one with everybody and everything in it"
        )
        parser.add_argument("--days", type=_between(1, 5_000), default=30, metavar="N", help="how far back it begins")
        parser.add_argument(
            "--seed", type=_between(0, 2**63), default=1, metavar="N", help="another number, another community"
        )
        parser.add_argument("--password", help="for everybody of the community; without one nobody can sign in as them")

    def handle(self, *args: Any, **options: Any) -> None:
        name: str | None = options["room"]
        if name is not None and Room.objects.filter(name_key=name_key(name)).exclude(archived_at=None).exists():
            raise CommandError(f"The room {name} is archived: it can be read, not changed.")
        seeding = Seeding(options["seed"], options["days"])
        try:
            people = seeding.people(options["people"], options["password"])
            if len(people) < 2:
                raise CommandError("The people of this seed are suspended or deleted. Take another --seed.")
            if name is None:
                planned = seeding.rooms(people, options["rooms"], options["messages"])
            else:
                planned = seeding.one_room(people, name, options["messages"])
            with tqdm(total=options["messages"], unit=" messages", disable=options["verbosity"] == 0) as progress:
                new = sum(seeding.talk(plan, progress.update) for plan in planned)
        except Refused as refused:
            raise CommandError(refused.detail) from None
        if options["verbosity"] > 0:
            self.stdout.write(
                f"{len(people):,} people, {len(planned):,} rooms and conversations, {new:,} new messages." + hint(new)
            )
            if options["password"]:
                self.stdout.write(f"Sign in as {people[0].username}, or any of them, with the password you gave.")
