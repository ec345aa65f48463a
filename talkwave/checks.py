"""Combinations that start and then hurt, as numbered system checks. docs/operators.md lists them by number.

Those here look at the settings alone; `serving_problems` at what `serve` was asked to do with them.
"""

import importlib.metadata
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string

from talkwave.serving.listening import is_public

# SQLite before this could damage a write-ahead log that two connections reset at once (sqlite.org/wal.html).
SQLITE_SOUND = (3, 51, 3)


@register(Tags.compatibility)
def redis_client(**_: Any) -> list[CheckMessage]:
    """redis-py 8 ends blocking reads after 5 s and pools 100 connections: idle sockets of the layer die of it."""
    installed = importlib.metadata.version("redis")
    if int(installed.split(".")[0]) < 8:
        return []
    return [Error(f"redis {installed} breaks channels-redis.", hint="Install redis below 8.", id="talkwave.E001")]


@register("channels")
def channel_layer(**_: Any) -> list[CheckMessage]:
    """One code path: the layer is always Redis, which alone reaches other processes."""
    backend = str(settings.CHANNEL_LAYERS["default"]["BACKEND"])
    if issubclass(import_string(backend), (RedisChannelLayer, RedisPubSubChannelLayer)):
        return []
    return [
        Error(
            f"The channel layer {backend} stays inside one process.",
            hint="Use channels_redis; without REDIS_URL, `serve` brings a Valkey of its own.",
            id="talkwave.E002",
        )
    ]


@register(Tags.caches)
def shared_cache(**_: Any) -> list[CheckMessage]:
    """Sign-in attempts are counted in the cache: one that forgets, or is private to a process, limits nothing."""
    backend = str(settings.CACHES["default"]["BACKEND"])
    if not backend.endswith(("DummyCache", "LocMemCache")):
        return []
    return [Error(f"The cache {backend} cannot count sign-in attempts.", hint="Use Redis.", id="talkwave.E003")]


@register(Tags.security)
def any_host(**_: Any) -> list[CheckMessage]:
    """The host list also says which pages may open the socket: `*` lets every site in."""
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [Error("ALLOWED_HOSTS has '*'.", hint="Name the hosts people type, comma-separated.", id="talkwave.E004")]


@register(Tags.security)
def frame_limit(**_: Any) -> list[CheckMessage]:
    """Without an upper bound on frames, one socket can fill the memory."""
    if 0 < settings.WEBSOCKET_FRAME_MAX <= settings.WEBSOCKET_HARD_MAX <= 1024 * 1024:
        return []
    return [
        Error(
            "The limits of WebSocket frames do not hold.",
            hint="WEBSOCKET_FRAME_MAX must be above 0 and at most WEBSOCKET_HARD_MAX, that one at most 1 MiB.",
            id="talkwave.E005",
        )
    ]


@register("mail")
def mail(**_: Any) -> list[CheckMessage]:
    """Found out otherwise when somebody waits for a mail."""
    found: list[CheckMessage] = []
    try:
        import_string(settings.EMAIL_BACKEND)
    except ImportError:
        found.append(
            Error(
                f"There is no EMAIL_BACKEND {settings.EMAIL_BACKEND!r}.",
                hint="To send mail: django.core.mail.backends.smtp.EmailBackend",
                id="talkwave.E012",
            )
        )
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        found.append(
            Error(
                "EMAIL_USE_TLS and EMAIL_USE_SSL are both set.",
                hint="Usually EMAIL_USE_TLS with port 587, or EMAIL_USE_SSL with port 465.",
                id="talkwave.E013",
            )
        )
    return found


@register("mail", deploy=True)
def mail_in_the_log(**_: Any) -> list[CheckMessage]:
    """A mail that is printed stands in the log, with its address and the link by which its reader sets a new password."""
    if not settings.HTTPS or not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return []
    return [
        Warning(
            "Mails are printed into the log, with addresses and the links for a new password.",
            hint="To send them: EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend, and EMAIL_HOST.",
            id="talkwave.W005",
        )
    ]


@register(Tags.compatibility)
def database_connections(**_: Any) -> list[CheckMessage]:
    """Under ASGI each request may come on a fresh thread, and a kept connection stays behind on it."""
    database = _database()
    found: list[CheckMessage] = []
    if database.get("CONN_MAX_AGE") != 0 and "CONN_MAX_AGE" in database:
        found.append(Error("CONN_MAX_AGE leaks connections under ASGI.", hint="Set it to 0.", id="talkwave.E006"))
    if database["ENGINE"].endswith("postgresql") and not database.get("OPTIONS", {}).get("pool"):
        found.append(Warning("PostgreSQL is used without its pool.", hint="Set OPTIONS['pool'].", id="talkwave.W001"))
    if database["ENGINE"].endswith("sqlite3"):
        found += _sqlite(database.get("OPTIONS", {}))
    return found


def _database() -> dict[str, Any]:
    return dict(settings.DATABASES["default"])


def _sqlite(options: dict[str, Any]) -> Iterable[CheckMessage]:
    init = str(options.get("init_command", "")).upper().replace(" ", "")
    if options.get("transaction_mode") != "IMMEDIATE" or "JOURNAL_MODE=WAL" not in init:
        yield Error(
            "SQLite without IMMEDIATE transactions and WAL fails with 'database is locked' under load.",
            hint="Set OPTIONS['transaction_mode'] and PRAGMA journal_mode in OPTIONS['init_command'].",
            id="talkwave.E007",
        )


@register(Tags.database, deploy=True)
def sqlite_for_good(**_: Any) -> list[CheckMessage]:
    """Old SQLite libraries have a rare fault in the very mode that is needed."""
    if not _database()["ENGINE"].endswith("sqlite3") or sqlite3.sqlite_version_info >= SQLITE_SOUND:
        return []
    wanted = ".".join(map(str, SQLITE_SOUND))
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} may damage its write-ahead log in rare cases ({wanted} does not).",
            hint="Use PostgreSQL (DATABASE_URL), or a Python with a newer SQLite; and keep backups.",
            id="talkwave.W002",
        )
    ]


@register(Tags.security, deploy=True)
def behind_a_proxy(**_: Any) -> list[CheckMessage]:
    """https comes from a proxy in front: not told of it, all people share the proxy's address and its rate limits."""
    if not settings.HTTPS or settings.TRUSTED_PROXY_COUNT > 0:
        return []
    return [
        Warning(
            "PUBLIC_URL is https, but no proxy is trusted.",
            hint="Set TRUSTED_PROXY_COUNT to the number of proxies in front, usually 1.",
            id="talkwave.W003",
        )
    ]


@register(Tags.security, deploy=True)
def public_without_https(**_: Any) -> list[CheckMessage]:
    """Over plain http, passwords and session cookies can be read on the way."""
    if settings.HTTPS:
        return []
    return [
        Warning("PUBLIC_URL is not https.", hint="Put a proxy with TLS in front (deploy/).", id="talkwave.W004"),
    ]


def _writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, or it in the folder that will hold it."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def serving_problems(bind: str, processes: int) -> list[CheckMessage]:
    """What speaks against serving so; `serve` refuses to start on any of it."""
    found: list[CheckMessage] = []
    if settings.DEBUG and is_public(bind):
        found.append(
            Error(
                f"DEBUG on {bind} would show secrets to whoever can reach it.",
                hint="Unset DEBUG, or bind 127.0.0.1.",
                id="talkwave.E008",
            )
        )
    if processes < 1:
        found.append(Error(f"--processes {processes} serves nobody.", hint="Give 1 or more.", id="talkwave.E009"))
    if settings.HTTPS and settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXY_COUNT:
        found.append(
            Error(
                "PUBLIC_URL is https, but no proxy is trusted: every request would be sent to https again and again.",
                hint="Set TRUSTED_PROXY_COUNT to the number of proxies in front, usually 1.",
                id="talkwave.E011",
            )
        )
    if not _writable(settings.MEDIA_ROOT):
        found.append(
            Error(
                f"MEDIA_ROOT {settings.MEDIA_ROOT} cannot be written to.",
                hint="Nobody could upload a picture. Give it to the account that serves.",
                id="talkwave.E014",
            )
        )
    if processes > 1 and _database()["ENGINE"].endswith("sqlite3"):
        found.append(
            Error(
                "SQLite is for one server process.",
                hint="Set DATABASE_URL to a PostgreSQL database to run more.",
                id="talkwave.E010",
            )
        )
    return found
