"""/healthz, /readyz and /version: for probes, which come by address, over http, and with no session."""

import json
import socket
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client
from psycopg_pool import PoolTimeout

from talkwave import __version__
from talkwave.web import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    health._redis_clients.cache_clear()


def test_healthz_needs_neither_database_nor_redis(client: Client, settings: LazySettings) -> None:
    settings.REDIS_URLS = ["redis://127.0.0.1:1"]
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "sessionid" not in answer.cookies


def test_readyz_is_200_where_all_is_well(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "redis": "ok"})
    assert answer["Cache-Control"] == "no-store"


def test_readyz_is_503_where_redis_is_away(client: Client, settings: LazySettings) -> None:
    settings.REDIS_URLS = ["redis://127.0.0.1:1"]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, "away")


def test_what_hangs_is_away_within_a_second_and_is_looked_at_by_one_thread_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, begun = threading.Event(), []

    def hangs() -> str:
        begun.append(1)
        released.wait()
        return "ok"

    monkeypatch.setitem(health.LOOKS, "redis", health.Look("redis", hangs))
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    for _ in range(2):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"], answer.json()["redis"]) == (503, "ok", "away")
    assert begun == [1]
    running = health.LOOKS["redis"].begin()
    released.set()
    assert running.result() == "ok"
    assert client.get("/readyz").status_code == 200 and begun == [1, 1]


def test_a_redis_that_swallows_everything_is_away_within_a_second(client: Client, settings: LazySettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URLS = [f"redis://127.0.0.1:{mute.getsockname()[1]}"]
        begun = time.monotonic()
        answer = client.get("/readyz")
        # Without a limit for the whole of it, the library's own tries would take eight.
        assert time.monotonic() - begun < 3
        assert (answer.status_code, answer.json()["redis"]) == (503, "away")
        assert client.get("/healthz").status_code == 200


def test_readyz_is_503_where_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", lambda: False)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "migrations missing")


def test_readyz_is_503_while_the_server_stops_and_healthz_is_not(client: Client) -> None:
    health.draining.set()
    try:
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    finally:
        health.draining.clear()


def test_version_says_what_runs(client: Client) -> None:
    assert json.loads(client.get("/version").content) == {"version": __version__}


def test_a_probe_by_address_and_over_http_is_answered(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", HTTP_HOST="10.1.2.3").status_code == 200
    assert client.get("/accounts/login/", HTTP_HOST="10.1.2.3").status_code == 400


def test_a_probe_only_reads(client: Client) -> None:
    assert client.post("/readyz").status_code == 405


def test_a_pool_that_others_hold_is_no_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(timeout: float) -> None:
        raise PoolTimeout

    pool = SimpleNamespace(open=lambda: None, getconn=taken, putconn=None)
    fake = SimpleNamespace(
        pool=pool, wrap_database_errors=nullcontext(), get_connection_params=dict, close=lambda: None
    )
    monkeypatch.setattr(health, "connection", fake)
    monkeypatch.setattr(health, "_known_migrated", threading.Event())
    health._known_migrated.set()
    monkeypatch.setattr(health.psycopg, "connect", lambda: SimpleNamespace(close=lambda: None))
    assert health._database() == "ok"

    def refused() -> None:
        raise OperationalError

    monkeypatch.setattr(health.psycopg, "connect", refused)
    assert health._database() == "away"
