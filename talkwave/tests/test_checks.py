"""Unsafe combinations are refused or warned about, each under its number."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import CheckMessage, run_checks

from talkwave import checks
from talkwave.tests.served import manage

POSTGRES = {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 0, "OPTIONS": {"pool": {"max_size": 4}}}
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "CONN_MAX_AGE": 0,
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode = WAL"},
}
PRINTED = "django.core.mail.backends.console.EmailBackend"


def numbers(found: list[CheckMessage]) -> list[str]:
    return [str(message.id).removeprefix("talkwave.") for message in found]


def test_the_settings_as_they_come_raise_no_error() -> None:
    assert [message for message in run_checks() if str(message.id).startswith("talkwave.E")] == []


@pytest.mark.parametrize(("installed", "expected"), [("7.4.1", []), ("8.0.0", ["E001"]), ("10.1", ["E001"])])
def test_redis_py_8_is_refused(monkeypatch: pytest.MonkeyPatch, installed: str, expected: list[str]) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: installed)
    assert numbers(checks.redis_client()) == expected


@pytest.mark.parametrize(
    ("check", "name", "value", "expected"),
    [
        (
            checks.channel_layer,
            "CHANNEL_LAYERS",
            {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
            ["E002"],
        ),
        (
            checks.shared_cache,
            "CACHES",
            {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            ["E003"],
        ),
        (
            checks.shared_cache,
            "CACHES",
            {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}},
            ["E003"],
        ),
        (checks.any_host, "ALLOWED_HOSTS", ["*"], ["E004"]),
        (checks.any_host, "ALLOWED_HOSTS", ["chat.example"], []),
        (checks.frame_limit, "WEBSOCKET_FRAME_MAX", 0, ["E005"]),
        (checks.frame_limit, "WEBSOCKET_HARD_MAX", 64 * 1024 * 1024, ["E005"]),
        (checks.database_connections, "DATABASES", {"default": POSTGRES}, []),
        (checks.database_connections, "DATABASES", {"default": POSTGRES | {"CONN_MAX_AGE": 60}}, ["E006"]),
        (checks.database_connections, "DATABASES", {"default": POSTGRES | {"OPTIONS": {}}}, ["W001"]),
        (checks.database_connections, "DATABASES", {"default": SQLITE}, []),
        (checks.database_connections, "DATABASES", {"default": SQLITE | {"OPTIONS": {}}}, ["E007"]),
        (checks.mail, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend", []),
        (checks.mail, "EMAIL_BACKEND", "mail.nowhere.Backend", ["E012"]),
        (checks.mail, "EMAIL_USE_TLS", True, []),
        (checks.mail_in_the_log, "EMAIL_BACKEND", PRINTED, []),
        (checks.behind_a_proxy, "HTTPS", True, ["W003"]),
        (checks.behind_a_proxy, "HTTPS", False, []),
        (checks.public_without_https, "HTTPS", True, []),
        (checks.public_without_https, "HTTPS", False, ["W004"]),
    ],
)
def test_a_combination_has_its_number(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, check: Any, name: str, value: Any, expected: list[str]
) -> None:
    if name == "DATABASES":
        monkeypatch.setitem(settings.DATABASES, "default", value["default"])
    else:
        setattr(settings, name, value)
    assert numbers(check()) == expected


@pytest.mark.parametrize(("library", "expected"), [((3, 40, 1), ["W002"]), ((3, 51, 3), [])])
def test_an_old_sqlite_is_warned_about_at_deployment(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, library: tuple[int, ...], expected: list[str]
) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", SQLITE)
    monkeypatch.setattr("sqlite3.sqlite_version_info", library)
    assert numbers(checks.sqlite_for_good()) == expected


@pytest.mark.parametrize(
    ("debug", "bind", "processes", "database", "expected"),
    [
        (False, "127.0.0.1", 1, SQLITE, []),
        (False, "0.0.0.0", 1, SQLITE, []),
        (True, "127.0.0.1", 1, SQLITE, []),
        (True, "::1", 1, SQLITE, []),
        (True, "localhost", 1, SQLITE, []),
        (True, "0.0.0.0", 1, SQLITE, ["E008"]),
        (True, "chat.example", 1, SQLITE, ["E008"]),
        (False, "127.0.0.1", 0, SQLITE, ["E009"]),
        (False, "127.0.0.1", 2, SQLITE, ["E010"]),
        (False, "127.0.0.1", 4, POSTGRES, []),
    ],
)
def test_serve_refuses_what_the_settings_do_not_bear(
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    debug: bool,
    bind: str,
    processes: int,
    database: dict[str, Any],
    expected: list[str],
) -> None:
    settings.DEBUG = debug
    monkeypatch.setitem(settings.DATABASES, "default", database)
    assert numbers(checks.serving_problems(bind, processes)) == expected


@pytest.mark.parametrize(("backend", "expected"), [(PRINTED, ["W005"]), (PRINTED.replace("console", "smtp"), [])])
def test_a_site_that_prints_its_mails_is_warned_about(
    settings: LazySettings, backend: str, expected: list[str]
) -> None:
    settings.HTTPS, settings.EMAIL_BACKEND = True, backend
    assert numbers(checks.mail_in_the_log()) == expected


def test_two_kinds_of_tls_for_mail_exclude_each_other(settings: LazySettings) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True
    assert numbers(checks.mail()) == ["E013"]


def test_serve_wants_a_place_for_uploads(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", SQLITE)
    (tmp_path / "file").touch()
    settings.MEDIA_ROOT = tmp_path / "yet" / "to be made"
    assert numbers(checks.serving_problems("127.0.0.1", 1)) == []
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    assert numbers(checks.serving_problems("127.0.0.1", 1)) == ["E014"]


@pytest.mark.process
def test_behind_https_on_postgresql_the_deployment_check_is_clean(tmp_path: Path) -> None:
    checked = manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        DATA_DIR=str(tmp_path),
        PUBLIC_URL="https://chat.example",
        TRUSTED_PROXY_COUNT="1",
        DATABASE_URL="postgres://talkwave:secret@db.example/talkwave",
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(("proxies", "redirect", "expected"), [(0, True, ["E011"]), (1, True, []), (0, False, [])])
def test_https_without_a_trusted_proxy_would_go_round_in_circles(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, proxies: int, redirect: bool, expected: list[str]
) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", SQLITE)
    settings.HTTPS = True
    settings.SECURE_SSL_REDIRECT = redirect
    settings.TRUSTED_PROXY_COUNT = proxies
    assert numbers(checks.serving_problems("127.0.0.1", 1)) == expected
