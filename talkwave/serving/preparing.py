"""What has to be true before the first request: the database is migrated, the static files are collected."""

import hashlib
import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

# Any number, the same in every TalkWave: two servers that start at once on one PostgreSQL migrate one after the other.
MIGRATION_LOCK = 0x7A1C_3A7E
# Seconds for a database that is not there yet.
DATABASE_PATIENCE = 9.0
# A tab that was open before an upgrade may still ask for the files of its own version.
OLD_FILES_KEPT_DAYS = 14


def reach_database(wait: Callable[[], None]) -> None:
    """Waits for a PostgreSQL that starts when we do, and says so; raises OperationalError with what keeps it away.

    Past the pool, which would say no more than that it has no connection to give.
    """
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + DATABASE_PATIENCE
    waiting = False
    while True:
        try:
            with connection.wrap_database_errors:
                psycopg.connect(**connection.get_connection_params()).close()
            return
        except OperationalError:
            if time.monotonic() > until:
                raise
        if not waiting:
            wait()
        waiting = True
        time.sleep(0.5)


def pending_migrations() -> int:
    """How many migrations the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Applies what is missing; of several servers on one PostgreSQL one does, and the others wait for it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            if pending_migrations():
                call_command("migrate", interactive=False, verbosity=0)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def static_is_stale() -> bool:
    """Whether anything changed since the static files were last collected."""
    mark = _mark()
    return not mark.is_file() or mark.read_text(encoding="ascii") != _fingerprint()


def collect_static() -> None:
    """Fills STATIC_ROOT: hashed names, compressed."""
    seen = _fingerprint()
    _mark().unlink(missing_ok=True)  # a collection that is cut short is not taken for a whole one
    call_command("collectstatic", interactive=False, verbosity=0)
    _remove_old(Path(settings.STATIC_ROOT))
    _mark().write_text(seen, encoding="ascii")


def _mark() -> Path:
    return Path(settings.STATIC_ROOT) / ".collected"


def _fingerprint() -> str:
    """Changes whenever a static file, or what turns it into the collected one, does."""
    digest = hashlib.sha256()
    packages = [version(name) for name in ("Django", "whitenoise", "rjsmin", "Brotli")]
    digest.update(json.dumps([packages, settings.STORAGES["staticfiles"]["BACKEND"], settings.STATIC_URL]).encode())
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _remove_old(root: Path) -> None:
    """Collecting writes every current file again, so what is old here belongs to a version long gone."""
    before = time.time() - OLD_FILES_KEPT_DAYS * 86_400
    for path in root.rglob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            path.unlink()
