"""What the project stands on: the database, Redis, files, mail."""

from pathlib import Path
from typing import Any

import dj_database_url

from talkwave.env import wrong_redis
from talkwave.settings.environment import BASE_DIR, DATA_DIR, DEBUG, SITE_NAME, env
from talkwave.web.redis_pools import layer_host

# --- Database: SQLite in the data folder, or PostgreSQL by DATABASE_URL ------------------------------
DATABASE_POOL = env.number("DATABASE_POOL", 16, least=2, most=1000)
DATABASE_THREADS = env.number("DATABASE_THREADS", 4, least=1, most=64)
_database_url = env.text("DATABASE_URL")
if _database_url:
    try:
        DATABASES: dict[str, dict[str, Any]] = {
            "default": dict(dj_database_url.parse(_database_url, conn_max_age=0, conn_health_checks=True))
        }
    except (ValueError, dj_database_url.ParseError) as _error:
        env.refuse("DATABASE_URL", str(_error))
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    if DATABASES["default"]["ENGINE"] not in ("django.db.backends.postgresql", "django.db.backends.sqlite3"):
        env.refuse("DATABASE_URL", "is not written postgres://USER:PASSWORD@HOST:PORT/NAME")
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        _options = DATABASES["default"].setdefault("OPTIONS", {})
        # A persistent connection per thread leaks under ASGI (a fresh thread a request): the pool instead. It tries
        # again as soon as somebody asks: left to itself, it would wait as long again as the database was away.
        _options["pool"] = {
            "min_size": 1,
            "max_size": DATABASE_POOL,
            # Who waits for one in vain is told so within ten seconds.
            "timeout": 9,
            "reconnect_timeout": 2,
        }
        # Seconds for connecting, and milliseconds for a network that swallows everything; without the second a query
        # waits a quarter of an hour for it.
        _options.setdefault("connect_timeout", 5)
        _options.setdefault("tcp_user_timeout", 10_000)
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "talkwave.sqlite3",
            "OPTIONS": {
                # WAL alone made "database is locked" worse: a read that turns into a write fails at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an ack survives a power cut. The log goes into the file every 40 MiB: at SQLite's own 4 MiB every
                # third batch of a busy server waited for that, and one message in a hundred of a quiet one.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=10000"
                ),
            },
        }
    }
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

# --- Redis: the embedded Valkey that `serve` starts, or REDIS_URL ------------------------------------
REDIS_URLS = env.words("REDIS_URL")
for _url in REDIS_URLS:
    if _wrong_url := wrong_redis(_url):
        env.refuse("REDIS_URL", _wrong_url)
# With these the host in REDIS_URL is the name that they know the primary by.
REDIS_SENTINELS = env.places("REDIS_SENTINELS", 26379)
REDIS_SENTINEL_PASSWORD = env.text("REDIS_SENTINEL_PASSWORD")
if REDIS_SENTINELS and not REDIS_URLS:
    env.refuse("REDIS_SENTINELS", "REDIS_URL is to name the primary, as in redis://NAME/0")
if REDIS_SENTINELS and any(_url.startswith("unix:") for _url in REDIS_URLS):
    env.refuse("REDIS_SENTINELS", "REDIS_URL is to name a primary, and is the path of a socket")
REDIS_EMBEDDED = not REDIS_URLS
# `serve` writes the embedded one's address here, so that management commands find it while it runs.
REDIS_ADDRESS_FILE = DATA_DIR / "run" / "redis-url"
if REDIS_EMBEDDED and REDIS_ADDRESS_FILE.is_file():
    REDIS_URLS = [REDIS_ADDRESS_FILE.read_text(encoding="utf-8").strip()]
# Where nothing answers: for `runserver` and commands without any Redis. The live path then finds everything in the
# database, a little later.
REDIS_NOWHERE = "redis://127.0.0.1:1"
# Of all names in it: for several sites on one server.
REDIS_PREFIX = env.text("REDIS_PREFIX", "talkwave")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without an address (a command while no server runs) publishing is skipped quietly: nobody listens.
        "CONFIG": {
            "hosts": [
                layer_host(url, REDIS_SENTINELS, REDIS_SENTINEL_PASSWORD) for url in REDIS_URLS or [REDIS_NOWHERE]
            ],
            "prefix": REDIS_PREFIX,
        },
    }
}
# Rate limits of sign-in are counted here: shared by all processes.
CACHES = {
    "default": {
        "BACKEND": "talkwave.web.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URLS[:1] or [REDIS_NOWHERE],
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {"pool_class": "talkwave.web.redis_pools.CachePool"},
    }
}

# --- Static files and what people upload ------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What answers for them is talkwave/web/static.py.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "talkwave.web.storage.LeanStaticFilesStorage"
    },
}
MEDIA_ROOT = env.path("MEDIA_ROOT", str(DATA_DIR / "media"), base=BASE_DIR)
AVATAR_MAX_BYTES = env.number("AVATAR_MAX_BYTES", 5 * 1024 * 1024, least=1024)
AVATAR_MAX_PIXELS = env.number("AVATAR_MAX_PIXELS", 40_000_000, least=10_000)
# A person, PER_SECOND/BURST: making a picture small takes a good part of a second.
RATE_AVATARS = env.rate("RATE_AVATARS", "0.1/10")

# --- Mail -------------------------------------------------------------------------------------------
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1, most=65535)
# A mail server that does not answer must not keep the request that has something to send.
EMAIL_TIMEOUT = 10
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <talkwave@localhost>")
