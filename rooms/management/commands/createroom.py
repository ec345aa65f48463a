"""`manage.py createroom`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rooms.actions.founding import enrol
from rooms.actions.rooms import create_room
from rooms.actions.seats import check_space
from rooms.management.people import first_administrator, people, person
from rooms.models import Kind
from talkwave.errors import Refused


class Command(BaseCommand):
    help = "Makes a room and prints its id, alone on a line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--private", action="store_true", help="seen only by its members")
        parser.add_argument("--topic", default="")
        parser.add_argument(
            "--owner", metavar="USER", help="default: the first administrator, else the first of the members"
        )
        parser.add_argument("--members", metavar="a,b,…|all", default="", help="user names, or all: everybody there is")

    def handle(self, *args: Any, **options: Any) -> None:
        members = people(options["members"])
        owner = person(options["owner"]) if options["owner"] else first_administrator() or next(iter(members), None)
        if owner is None:
            raise CommandError(
                "There is nobody to own the room. Make somebody with createuser, or name one with --owner."
            )
        try:
            # Of everybody, before there is a room that only some of them would be in.
            check_space([owner, *members])
            room = create_room(
                owner,
                kind=Kind.PRIVATE if options["private"] else Kind.PUBLIC,
                name=options["name"],
                topic=options["topic"],
            )
            enrol(room.pk, (user for user in members if user.pk != owner.pk))
        except Refused as refused:
            raise CommandError(refused.detail) from None
        self.stdout.write(str(room.pk))
