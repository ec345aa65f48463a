"""What a proxy or an operator asks a server process: is it alive, may it have requests, what is it."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache

import psycopg
import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from psycopg_pool import PoolTimeout

from talkwave import __version__
from talkwave.web.redis import patience
from talkwave.web.redis_pools import pool

log = logging.getLogger(__name__)

# Set for good once this process was told to stop.
draining = threading.Event()
# What has not answered by then is away: a probe is answered within a second, whatever hangs.
PATIENCE_SECONDS = 0.7


class Look:
    """One look at something this process needs, on a thread of its own: what hangs keeps that thread and nobody else.

    There is one look at a time; who asks meanwhile hears of the same one.
    """

    def __init__(self, name: str, look: Callable[[], str]) -> None:
        self._name = name
        self._look = look
        self._lock = threading.Lock()
        self._running: Future[str] | None = None

    def begin(self) -> "Future[str]":
        """The look that is under way, or a new one."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = Future()
                # A daemon: one that hangs does not keep the process from ending.
                threading.Thread(
                    target=self._run, args=(self._running,), name=f"look-{self._name}", daemon=True
                ).start()
            return self._running

    def _run(self, told: "Future[str]") -> None:
        try:
            told.set_result(self._look())
        except Exception as error:  # whatever it was, it is no answer
            log.exception("readyz: %s", self._name)
            told.set_exception(error)

    def word(self, look: "Future[str]", until: float) -> str:
        """What it came to: `ok`, or what is wrong. Waits until then (time.monotonic) at most."""
        try:
            return look.result(max(0.0, until - time.monotonic()))
        except TimeoutError:
            log.warning("readyz: %s: no answer within %s s", self._name, PATIENCE_SECONDS)
        except Exception as error:
            log.debug("readyz: %s: %s", self._name, type(error).__name__)
        return "away"


class HealthMiddleware:
    """Answers the probes before anything else looks at them.

    A probe comes by address and over plain http: the check of the host name and the way to https are not for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path)
        if probe is None:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        response = probe()
        response["Cache-Control"] = "no-store"
        response._has_been_logged = True  # type: ignore[attr-defined]  # a 503 of /readyz is an answer, no error
        response["X-Content-Type-Options"] = "nosniff"
        return response


def healthz() -> HttpResponse:
    """The process answers. Nothing else is looked at: a database that is away is no reason to start it again."""
    return JsonResponse({"status": "ok"})


def readyz() -> HttpResponse:
    """200 where this process can serve; 503 while it stops, or where something it needs is missing."""
    if draining.is_set():
        return JsonResponse({"status": "stopping"}, status=503)
    until = time.monotonic() + PATIENCE_SECONDS
    looks = {name: look.begin() for name, look in LOOKS.items()}
    state = {name: LOOKS[name].word(running, until) for name, running in looks.items()}
    ready = all(word == "ok" for word in state.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **state}, status=200 if ready else 503)


def version() -> HttpResponse:
    """Which version runs."""
    return JsonResponse({"version": __version__})


def _database() -> str:
    try:
        if pool := getattr(connection, "pool", None):
            # Asking is what makes a pool connect anew: who waits for the usual time in a pool nobody else asks would
            # not see that the database is back.
            with connection.wrap_database_errors:
                pool.open()
                try:
                    pool.putconn(pool.getconn(timeout=PATIENCE_SECONDS / 2))
                except PoolTimeout:
                    # Much to do is no database that is away: a process so busy is to keep its place at the proxy.
                    psycopg.connect(**connection.get_connection_params()).close()
                    if _known_migrated.is_set():
                        return "ok"
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _migrated() else "migrations missing"
    except Error as error:
        log.warning("readyz: database: %s", type(error).__name__)
        return "away"
    finally:
        # Back to the pool, or given up where it broke.
        connection.close()


_known_migrated = threading.Event()


def _migrated() -> bool:
    """Once true it stays so for this process: nobody takes a migration back under a running server."""
    if not _known_migrated.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _known_migrated.set()
    return True


def redis_away() -> Exception | None:
    """What keeps a Redis from answering; None where all do."""
    try:
        for client in _redis_clients():
            client.ping()
    except (redis.RedisError, OSError) as error:
        return error
    return None


def _redis() -> str:
    if away := redis_away():
        log.warning("readyz: redis: %s", type(away).__name__)
    return "away" if away else "ok"


@cache
def _redis_clients() -> list[redis.Redis]:
    return [redis.Redis.from_pool(pool(url, **patience(PATIENCE_SECONDS))) for url in settings.REDIS_URLS]


LOOKS: dict[str, Look] = {"database": Look("database", _database), "redis": Look("redis", _redis)}


PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz, "/version": version}
