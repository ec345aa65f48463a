"""/healthz, /readyz and /version: for probes, which come by address, over http, and with no session."""

import json

import pytest
from django.conf import LazySettings
from django.test import Client

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
