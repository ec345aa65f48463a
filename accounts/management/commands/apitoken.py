"""manage.py apitoken USER… [--name NAME]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import create_tokens
from accounts.models import User
from accounts.names import username_key
from talkwave.errors import Refused


class Command(BaseCommand):
    help = "Makes an API token for each user, and prints one line `USER TOKEN` each. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("users", nargs="+", metavar="USER", help="user names")
        parser.add_argument("--name", default="", help="what the token is for, to tell it from others")

    def handle(self, *, users: list[str], name: str, **_: Any) -> None:
        # Bytes that are no text are nobody's name, and no database can be asked for them.
        keys = [username_key(typed) if typed.isprintable() else "" for typed in users]
        found = {user.username_key: user for user in User.objects.filter(username_key__in=keys)}
        if missing := [typed for typed, key in zip(users, keys, strict=True) if key not in found]:
            names = ", ".join(missing).encode("utf-8", "backslashreplace").decode()
            raise CommandError(f"There is no user {names}.")
        people = [found[key] for key in dict.fromkeys(keys)]
        try:
            tokens = create_tokens(None, people, name)
        except Refused as refused:
            raise CommandError(refused.detail) from None
        for user, token in zip(people, tokens, strict=True):
            self.stdout.write(f"{user.username} {token}")
