"""Servers on one database and one Valkey, with people and rooms in it."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from faults.checker import Database
from faults.people import Who
from faults.town.ground import Ground, clean_environ, run
from faults.town.services import Postgres, Valkey
from talkwave.testing_servers import ServerProcess

UNLIMITED = "1000000/1000000"
RATES = ("RATE_MESSAGES", "RATE_MESSAGES_API", "RATE_COMMANDS", "RATE_COMMANDS_API", "RATE_INVITES", "RATE_ROOMS")

# Accounts, sessions, tokens and rooms by the same actions that an operator's commands call, in one process.
PREPARE = """
import django, json, sys
django.setup()
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.actions import NewPerson, create_people, create_tokens
from accounts.models import User
from rooms.actions.founding import enrol
from rooms.actions.rooms import create_room

asked = json.loads(sys.argv[1])
users = create_people(None, [NewPerson(name, "!", "") for name in asked["people"]], by_operator=True)
tokens = create_tokens(None, users, "")
told = {"people": [], "rooms": []}
for user, token in zip(users, tokens):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    told["people"].append([str(user.pk), user.username, token, session.session_key])
known = {user.username: user for user in User.objects.all()}
for name, kind, members in asked["rooms"]:
    room = create_room(known[members[0]], kind=kind, name=name)
    enrol(room.pk, [known[member] for member in members[1:]])
    told["rooms"].append(str(room.pk))
print(json.dumps(told))
"""


class Server:
    """One server process at a port that stays."""

    def __init__(self, number: int, start: Callable[["Server"], ServerProcess]) -> None:
        self.number = number
        self._start = start
        # Of this one alone, from its next start on.
        self.settings: dict[str, str] = {}
        # A command that it is run by.
        self.under: list[str] = []
        self.process: ServerProcess | None = None
        self.logs: list[Path] = []
        self.port = 0

    def start(self) -> None:
        self.process = self._start(self)
        self.port = self.process.port
        self.logs.append(self.process.log)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process = None

    def stop(self) -> None:
        """SIGTERM: it drains."""
        if self.process is not None:
            self.process.stop()
            self.process = None

    @property
    def pid(self) -> int:
        return self.process.process.pid if self.process is not None else 0

    def memory(self) -> int:
        """Resident bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Town:
    """Made by `Stage.town`. What it does that takes long has an asynchronous form, so that the people go on meanwhile."""

    def __init__(self, ground: Ground, *, servers: int, postgres: bool, settings: dict[str, str], quick: bool) -> None:
        self.ground = ground
        self.folder, url = ground.new_town(postgres=postgres)
        self.valkey = Valkey(self.folder)
        self.settings = {
            "DATA_DIR": str(self.folder / "data"),
            "REDIS_URL": self.valkey.url,
            "DRAIN_SECONDS": "1",
            "LINK_PREVIEWS": "0",
            "DJANGO_SETTINGS_MODULE": "faults.town.quick_settings" if quick else "talkwave.settings",
            **dict.fromkeys(RATES, UNLIMITED),
            "DATABASE_URL": url,
            **settings,
        }
        self.database = Database(self.settings["DATABASE_URL"] or self.folder / "data" / "talkwave.sqlite3")
        self.people: list[Who] = []
        self.rooms: list[str] = []
        self.open_rooms: list[str] = []
        self._made = 0
        self.servers = [Server(number, self._process) for number in range(servers)]
        for server in self.servers:
            server.start()

    @property
    def postgres(self) -> Postgres:
        return self.ground.postgres

    @property
    def ports(self) -> list[int]:
        return [server.port for server in self.servers]

    def _process(self, server: Server) -> ServerProcess:
        return ServerProcess(server.port, server.under, **clean_environ(**{**self.settings, **server.settings}))

    def move(self, url: str) -> None:
        """To another PostgreSQL database, for servers that start from now on."""
        self.settings["DATABASE_URL"] = url
        self.database = Database(url)

    # --- people and rooms ---------------------------------------------------------------------------------
    def settle(self, people: int, rooms: list[tuple[str, str, list[int]]]) -> tuple[list[Who], list[str]]:
        """New people, and rooms (name, kind, members by their number among them, the first owns it); their ids."""
        self._made += 1
        names = [f"p{self._made}x{number:03d}" for number in range(people)]
        asked = {
            "people": names,
            "rooms": [[f"{name} {self._made}", kind, [names[one] for one in who]] for name, kind, who in rooms],
        }
        told = json.loads(self.django(PREPARE, json.dumps(asked)).splitlines()[-1])
        new = [Who(*fields) for fields in told["people"]]
        self.people += new
        self.rooms += told["rooms"]
        return new, told["rooms"]

    def django(self, code: str, *arguments: str) -> str:
        """Runs code in a process of its own, on this town's database and Valkey; gives what it printed."""
        return run("-c", code, *arguments, **self.settings)

    def manage(self, *arguments: str) -> str:
        return run("manage.py", *arguments, **self.settings)

    # --- while people go on -------------------------------------------------------------------------------
    async def kill(self, server: Server) -> None:
        await asyncio.to_thread(server.kill)

    async def start(self, server: Server) -> None:
        await asyncio.to_thread(server.start)

    async def stop(self, server: Server) -> None:
        await asyncio.to_thread(server.stop)

    async def heads(self) -> dict[str, int]:
        """Room → its version now."""
        return await asyncio.to_thread(self.database.heads)

    async def seats(self) -> dict[str, set[str]]:
        """Person → the rooms they are in now."""
        return await asyncio.to_thread(self.database.seats)

    # --- the end ------------------------------------------------------------------------------------------
    def tracebacks(self) -> list[str]:
        """The last line of every traceback in the servers' logs."""
        found = []
        for server in self.servers:
            for log in server.logs:
                found += _tracebacks(log.read_text(encoding="utf-8", errors="replace"))
        return found

    def close(self) -> None:
        for server in self.servers:
            with contextlib.suppress(Exception):  # everything is to end
                server.kill()
            for log in server.logs:
                log.unlink(missing_ok=True)
        self.valkey.kill()


def _tracebacks(text: str) -> list[str]:
    found: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("Traceback "):
            inside = True
        elif inside and line and not line.startswith((" ", "\t")):
            found.append(line[:200])
            inside = False
    return found
