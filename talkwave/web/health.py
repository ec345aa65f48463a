"""What a proxy or an operator asks a server process: is it alive, may it have requests, what is it."""

import logging
import threading
from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from talkwave import __version__

log = logging.getLogger(__name__)

# Set for good once this process was told to stop.
draining = threading.Event()
REDIS_PATIENCE_SECONDS = 2.0


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
    state = {"database": _database(), "redis": _redis()}
    ready = all(word == "ok" for word in state.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **state}, status=200 if ready else 503)


def version() -> HttpResponse:
    """Which version runs."""
    return JsonResponse({"version": __version__})


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if _migrated() else "migrations missing"
    except Error as error:
        log.warning("readyz: database: %s", type(error).__name__)
        return "away"


_known_migrated = threading.Event()


def _migrated() -> bool:
    """Once true it stays so for this process: nobody takes a migration back under a running server."""
    if not _known_migrated.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _known_migrated.set()
    return True


def _redis() -> str:
    try:
        for client in _redis_clients():
            client.ping()
        return "ok"
    except (redis.RedisError, OSError) as error:
        log.warning("readyz: redis: %s", type(error).__name__)
        return "away"


@cache
def _redis_clients() -> list[redis.Redis]:
    patience = {"socket_timeout": REDIS_PATIENCE_SECONDS, "socket_connect_timeout": REDIS_PATIENCE_SECONDS}
    return [redis.Redis.from_url(url, **patience) for url in settings.REDIS_URLS]


PROBES: dict[str, Callable[[], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz, "/version": version}
