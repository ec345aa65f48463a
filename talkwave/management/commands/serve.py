"""`manage.py serve`: everything TalkWave needs to run, started and stopped together."""

import asyncio
import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from talkwave import checks
from talkwave.serving import folder, listening, preparing
from talkwave.serving.embedded import EmbeddedValkey, NoValkey
from talkwave.serving.supervisor import EndedAtOnce, Supervisor
from talkwave.web import health


class Command(BaseCommand):
    help = "Runs TalkWave: prepares the database, starts the embedded Valkey (unless REDIS_URL is set) and serves."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="the port, 0 for any free one (default: 8000)")
        parser.add_argument("--processes", type=int, default=1, help="server processes (default: 1)")
        # manage.py has read it by now: where the database is decides how the settings look.
        parser.add_argument("--data", help="the data folder (default: DATA_DIR, else data/ beside manage.py)")

    def handle(self, *args: Any, **options: Any) -> None:
        bind, port, processes = options["bind"], options["port"], options["processes"]
        if not 0 <= port <= 65_535:
            raise CommandError(f"--port {port} is not between 0 and 65535.")
        if options["data"] and Path(options["data"]).expanduser().resolve() != settings.DATA_DIR:
            raise CommandError("--data is understood by manage.py only. Set DATA_DIR instead.")
        if problems := checks.serving_problems(bind, processes):
            raise CommandError(" ".join(f"({problem.id}) {problem.msg} {problem.hint}" for problem in problems))
        try:
            lock = folder.hold(settings.DATA_DIR)
        except folder.InUse as holder:
            raise CommandError(f"The data folder {settings.DATA_DIR} is in use: {holder} serves from it.") from None
        except OSError as error:
            raise CommandError(f"Cannot write to the data folder {settings.DATA_DIR}: {error.strerror}.") from None
        with lock:
            try:
                listener = listening.listen(bind, port)
            except listening.CannotListen as reason:
                raise CommandError(str(reason)) from None
            with listener:
                self._serve(listener, processes)

    def _serve(self, listener: socket.socket, processes: int) -> None:
        url = listening.url_of(listener)
        environ = {**os.environ, "DATA_DIR": str(settings.DATA_DIR)}
        if not settings.PUBLIC_URL_GIVEN:
            environ["PUBLIC_URL"] = url  # for links in mails: the port is not known to the settings
        try:
            supervisor = Supervisor(
                listener,
                processes,
                valkey=EmbeddedValkey(settings.DATA_DIR) if settings.REDIS_EMBEDDED else None,
                environ=environ,
                root=settings.BASE_DIR,
                drain_seconds=settings.DRAIN_SECONDS,
            )
            asyncio.run(supervisor.run(self._prepare, lambda: self._announce(url)))
        except (EndedAtOnce, NoValkey) as reason:
            raise CommandError(str(reason)) from None
        self._say("TalkWave has stopped.")

    def _prepare(self) -> None:
        preparing.reach_database(lambda: self._say("Waiting for the database…"))
        if not settings.REDIS_EMBEDDED and (away := health.redis_away()):
            self._say(
                f"Redis does not answer ({away}). Until it does, messages come late, presence and typing not at all."
            )
        if pending := preparing.pending_migrations():
            self._say(f"Preparing the database ({pending} migrations)…")
            preparing.migrate()
        if not settings.DEBUG and preparing.static_is_stale():
            self._say("Collecting static files…")
            preparing.collect_static()
        self._has_administrator = get_user_model().objects.filter(is_superuser=True).exists()
        # The supervisor asks nothing any more: it keeps no connection, and no pool of them where the database has one.
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()

    def _announce(self, url: str) -> None:
        self._say(f"TalkWave is at {url}/")
        if not self._has_administrator:
            self._say(f"Nobody administers it yet. In another terminal: {self._createuser()}")

    def _createuser(self) -> str:
        """The command to paste, as it works from the folder the server was started in."""
        where = "" if settings.DATA_DIR == settings.BASE_DIR / "data" else f"DATA_DIR={settings.DATA_DIR} "
        python, manage = (_short(path) for path in (Path(sys.executable), settings.BASE_DIR / "manage.py"))
        return f"{where}{python} {manage} createuser YOUR_NAME --admin"

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()  # whoever reads a pipe waits for the line


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
