"""manage.py createuser NAME… [--email E] [--password P] [--admin]"""

import secrets
import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.actions import NewPerson, change_powers, create_people
from accounts.models import User
from accounts.names import username_key
from talkwave.errors import Refused

_TRIES = 3


class Command(BaseCommand):
    help = (
        "Makes accounts. Without --password: asks at a terminal for one name, else makes one up and prints it. "
        "With --admin a name that exists makes that person an administrator."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="+", metavar="NAME", help="user names")
        parser.add_argument("--email", default="", help="e-mail address, for one name")
        parser.add_argument("--password", help="the password of all of them")
        parser.add_argument("--admin", action="store_true", help="may do everything in the administration")

    def handle(self, *, names: list[str], email: str, password: str | None, admin: bool, **_: Any) -> None:
        if email and len(names) > 1:
            raise CommandError("--email is for one name: an address belongs to one person.")
        if password == "":
            raise CommandError("--password is empty.")
        there = self._there(names) if admin else {}
        if there and (email or password is not None):
            raise CommandError(
                f"{', '.join(map(str, there.values()))} exists: --email and --password are for new accounts."
            )
        if password is None and not there and len(names) == 1 and sys.stdin.isatty():
            password = self._ask(names[0], email)
        given = password is not None
        # One password for all is hashed once: a hash takes a quarter of a second by design.
        shared = make_password(password) if given else ""
        new = [name for name in names if username_key(name) not in there]
        passwords = [password if given else secrets.token_urlsafe(12) for _name in new]
        people = [
            NewPerson(name, shared or make_password(one), email) for name, one in zip(new, passwords, strict=True)
        ]
        try:
            with transaction.atomic():
                users = create_people(None, people, is_admin=admin, by_operator=True)
                for user in there.values():
                    change_powers(None, user, is_staff=True, is_superuser=True)
        except Refused as refused:
            raise CommandError(refused.detail) from None
        for user, one in zip(users, passwords, strict=True):
            self.stdout.write(user.username if given else f"{user.username} {one}")
        for user in there.values():
            self.stdout.write(f"{user.username} is an administrator")

    def _there(self, names: list[str]) -> dict[str, User]:
        """Those of the names that somebody has, by their key."""
        keys = [username_key(name) for name in names if name.isprintable()]
        return {user.username_key: user for user in User.objects.filter(username_key__in=keys)}

    def _ask(self, name: str, email: str) -> str:
        for _try in range(_TRIES):
            password = getpass("Password: ")
            try:
                validate_password(password, User(username=name, email=email))
            except ValidationError as error:
                self.stderr.write("\n".join(error.messages))
                continue
            if getpass("Password again: ") == password:
                return password
            self.stderr.write("These were not the same.")
        raise CommandError("No password given.")
