"""Every setting, from the environment, safe with none set. docs/operators.md lists them."""

import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONCE

from talkwave.env import Env, WrongSettings, environ_with, wrong_origin, wrong_redis

BASE_DIR = Path(__file__).resolve().parent.parent
_env_file = Path(os.environ.get("ENV_FILE") or BASE_DIR / ".env").expanduser()
env = Env(environ_with(_env_file))
if os.environ.get("ENV_FILE") and not _env_file.exists():
    env.refuse("ENV_FILE", f"there is no {str(_env_file)!r}")

# --- Where things are -----------------------------------------------------------------------------
# A relative path counts from the project, wherever a command is started.
DATA_DIR = (BASE_DIR / Path(env.text("DATA_DIR", "data")).expanduser()).resolve()
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
PUBLIC_URL_GIVEN = env.given("PUBLIC_URL")
if _wrong_url := wrong_origin(PUBLIC_URL):
    env.refuse("PUBLIC_URL", _wrong_url)
    PUBLIC_URL = "http://127.0.0.1:8000"  # for the lines up to env.check() only
HTTPS = PUBLIC_URL.startswith("https://")
DEBUG = env.flag("DEBUG", False)
SITE_NAME = env.text("SITE_NAME", "TalkWave")


# Who guesses it can sign in as anybody.
SECRET_KEY_LEAST = 50


def _secret_key() -> str:
    """The given one, else the one `serve` keeps in the data folder, made on first use."""
    if given := env.text("SECRET_KEY"):
        if len(given) < SECRET_KEY_LEAST:
            env.refuse("SECRET_KEY", f"has {len(given)} characters; at least {SECRET_KEY_LEAST} are needed")
        return given
    path = DATA_DIR / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        from django.core.management.utils import get_random_secret_key

        DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        # O_EXCL: of two processes that start at once, one makes the key and the other reads it.
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(get_random_secret_key() + get_random_secret_key())
        except FileExistsError:
            pass
        return path.read_text(encoding="ascii").strip()


try:
    SECRET_KEY = _secret_key()
except OSError as error:
    env.refuse("DATA_DIR", f"{str(DATA_DIR)!r} cannot be used ({error.strerror})")
    SECRET_KEY = "-"  # for the lines up to env.check() only
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

_host = urlsplit(PUBLIC_URL).hostname or ""
_host = f"[{_host}]" if ":" in _host else _host
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or sorted({_host, "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS") or ([PUBLIC_URL] if HTTPS else [])

# --- Django ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    # Makes `runserver` speak WebSocket. Not in every process: its import costs half a second and 28 MB.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "channels",
    "talkwave",
    "talkwave.web",
    "accounts",
    "presence",
    "rooms",
]
MIDDLEWARE = [
    "talkwave.web.health.HealthMiddleware",
    "talkwave.web.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "talkwave.web.middleware.ContentSecurityPolicyMiddleware",
    "talkwave.web.middleware.PrivacyHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.PersonMiddleware",
]
ROOT_URLCONF = "talkwave.urls"
ASGI_APPLICATION = "talkwave.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "talkwave.web.context.site",
                "rooms.context.sidebar",
            ]
        },
    }
]
# Our own field templates (templates/django/forms/) come before Django's.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database: SQLite in the data folder, or PostgreSQL by DATABASE_URL ------------------------------
DATABASE_THREADS = env.number("DATABASE_THREADS", 4, least=1, most=64)
_database_url = env.text("DATABASE_URL")
if _database_url:
    try:
        DATABASES: dict[str, dict[str, Any]] = {
            "default": dict(dj_database_url.parse(_database_url, conn_max_age=0, conn_health_checks=True))
        }
    except (ValueError, dj_database_url.ParseError) as error:
        env.refuse("DATABASE_URL", str(error))
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
    if DATABASES["default"]["ENGINE"] not in ("django.db.backends.postgresql", "django.db.backends.sqlite3"):
        env.refuse("DATABASE_URL", "is not written postgres://USER:PASSWORD@HOST:PORT/NAME")
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        # A persistent connection per thread leaks under ASGI (a fresh thread a request): the pool instead.
        DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
            "min_size": 1,
            "max_size": env.number("DATABASE_POOL", 16, least=2, most=1000),
            "timeout": 10,
        }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "talkwave.sqlite3",
            "OPTIONS": {
                # WAL alone made "database is locked" worse: a read that turns into a write fails at once.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an ack survives a power cut.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY"
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
REDIS_EMBEDDED = not REDIS_URLS
# `serve` writes the embedded one's address here, so that management commands find it while it runs.
REDIS_ADDRESS_FILE = DATA_DIR / "run" / "redis-url"
if REDIS_EMBEDDED and REDIS_ADDRESS_FILE.is_file():
    REDIS_URLS = [REDIS_ADDRESS_FILE.read_text(encoding="utf-8").strip()]
# Where nothing answers: for `runserver` and commands without any Redis. The live path then finds everything in the
# database, a little later.
REDIS_NOWHERE = "redis://127.0.0.1:1"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # Without an address (a command while no server runs) publishing is skipped quietly: nobody listens.
        "CONFIG": {"hosts": REDIS_URLS or [REDIS_NOWHERE], "prefix": env.text("REDIS_PREFIX", "talkwave")},
    }
}
# Rate limits of sign-in are counted here: shared by all processes.
CACHES = {
    "default": {
        "BACKEND": "talkwave.web.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URLS[:1] or [REDIS_NOWHERE],
        "KEY_PREFIX": "talkwave",
    }
}

# --- Serving ----------------------------------------------------------------------------------------
SERVER = env.text("SERVER", "daphne", choices=("daphne", "uvicorn"))
DRAIN_SECONDS = env.decimal("DRAIN_SECONDS", 3.0, most=60.0)
# A request with a larger body is refused before it is read into memory.
HTTP_BODY_MAX = env.number("HTTP_BODY_MAX", 16 * 1024 * 1024, least=1024 * 1024)
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, most=10)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- Static files and what people upload ------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = (BASE_DIR / Path(env.text("MEDIA_ROOT", str(DATA_DIR / "media"))).expanduser()).resolve()
AVATAR_MAX_BYTES = env.number("AVATAR_MAX_BYTES", 5 * 1024 * 1024, least=1024)
AVATAR_MAX_PIXELS = env.number("AVATAR_MAX_PIXELS", 40_000_000, least=10_000)
# A person, PER_SECOND/BURST: making a picture small takes a good part of a second.
RATE_AVATARS = env.rate("RATE_AVATARS", "0.1/10")

# --- People -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SIGNUP_MODE = env.text("SIGNUP_MODE", "open", choices=("open", "closed"))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
SESSION_COOKIE_AGE = env.number("SESSION_DAYS", 30, least=1, most=3650) * 86_400
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "add_email": "accounts.forms.AddressForm",
    "reset_password": "accounts.forms.ForgottenForm",
}
ACCOUNT_EMAIL_VERIFICATION = env.text("EMAIL_VERIFICATION", "optional", choices=("mandatory", "optional", "none"))
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# allauth's, AMOUNT/PERIOD/PER: an office shares one address, so the tight limit is the one for each name.
ACCOUNT_RATE_LIMITS = {
    "login": env.text("RATE_SIGN_IN", "120/m/ip"),
    "login_failed": env.text("RATE_SIGN_IN_FAILED", "30/m/ip,5/300s/key"),
    "signup": env.text("RATE_SIGN_UP", "40/m/ip"),
}
for _name, _rate in zip(
    ("RATE_SIGN_IN", "RATE_SIGN_IN_FAILED", "RATE_SIGN_UP"), ACCOUNT_RATE_LIMITS.values(), strict=True
):
    if not re.fullmatch(r"\d+/(\d*[smhd])/(ip|key|user)(,\d+/(\d*[smhd])/(ip|key|user))*", _rate):
        env.refuse(_name, f"{_rate!r} is not written AMOUNT/PERIOD/PER, as in 5/300s/key")
# One address a person: another one takes its place once it is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"

# --- Mail -------------------------------------------------------------------------------------------
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <talkwave@localhost>")

# --- Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Rooms and messages -----------------------------------------------------------------------------
MESSAGE_MAX_LENGTH = env.number("MESSAGE_MAX_LENGTH", 10_000, least=1, most=60_000)
ROOM_NAME_MAX_LENGTH = 80
ROOM_TOPIC_MAX_LENGTH = 500
GROUP_MAX_PEOPLE = env.number("GROUP_MAX_PEOPLE", 20, least=2, most=100)
INVITE_MAX_PEOPLE = env.number("INVITE_MAX_PEOPLE", 100, least=1)
PAGE_SIZE = 50
HISTORY_MAX = 100
SYNC_PAGE = 200
# A client further behind than this reloads the newest page instead of fetching everything it missed.
SYNC_RESET = env.number("SYNC_RESET", 2_000, least=200)
DELETED_TEXT_DAYS = env.number("DELETED_TEXT_DAYS", 30, least=0)
# Token buckets, PER_SECOND/BURST, a person and a process: making rooms, people added to rooms, direct conversations
# opened, and completion, jump field and previews together.
RATE_ROOMS = env.rate("RATE_ROOMS", "0.02/10")
RATE_INVITES = env.rate("RATE_INVITES", "0.5/200")
RATE_DIRECTS = env.rate("RATE_DIRECTS", "0.1/20")
RATE_LOOKUPS = env.rate("RATE_LOOKUPS", "10/100")

# --- The live path ----------------------------------------------------------------------------------
HEARTBEAT_SECONDS = 25
WEBSOCKET_FRAME_MAX = 64 * 1024
WEBSOCKET_HARD_MAX = 1024 * 1024
# A message may come in so many pieces; each costs more memory than the byte it may hold.
WEBSOCKET_FRAGMENTS_MAX = 256
# What a socket may have out that its client has not confirmed (docs/protocol.md, 4408).
SOCKET_WINDOW_FRAMES = 1_000
SOCKET_WINDOW_BYTES = 4 * 1024 * 1024
SOCKETS_PER_USER = env.number("SOCKETS_PER_USER", 50, least=1)
HUB_FLUSH_SECONDS = env.decimal("HUB_FLUSH_SECONDS", 0.005, most=60.0)
HUB_GAP_SECONDS = env.decimal("HUB_GAP_SECONDS", 0.2, most=60.0)
HUB_CHECK_SECONDS = env.decimal("HUB_CHECK_SECONDS", 1.0, most=60.0)
# Messages committed together, and how many may wait before a sender is told `unavailable`.
COMMIT_BATCH = env.number("COMMIT_BATCH", 256, least=1)
COMMIT_QUEUE = env.number("COMMIT_QUEUE", 10_000, least=1)
# Token buckets, PER_SECOND/BURST, a person and a process. A program (API token) was let in by an operator.
RATE_MESSAGES = env.rate("RATE_MESSAGES", "5/20")
RATE_MESSAGES_API = env.rate("RATE_MESSAGES_API", "100/500")
RATE_COMMANDS = env.rate("RATE_COMMANDS", "20/200")
RATE_COMMANDS_API = env.rate("RATE_COMMANDS_API", "400/2000")
# So many refusals for rate in a row, and the socket is closed with 4429.
RATE_PATIENCE = env.number("RATE_PATIENCE", 50, least=1)
WATCH_MAX = 500

# --- Presence ---------------------------------------------------------------------------------------
PRESENCE_BEAT_SECONDS = 10
PRESENCE_TTL_SECONDS = 30
LAST_SEEN_SECONDS = 60

# --- Security ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take cookies of such names from this very host alone: no neighbour under the same domain can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", True)
    SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
_self = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_self, NONCE],
        "style-src": [_self],
        "img-src": [_self, "data:", "blob:"],
        "font-src": [_self],
        "connect-src": [_self],
        "media-src": [_self, "blob:"],
        "worker-src": [_self],
        "manifest-src": [_self],
        "form-action": [_self],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
# Camera, microphone and screen are for calls; the rest no page of ours asks for.
PERMISSIONS_POLICY = (
    "camera=(self), microphone=(self), display-capture=(self), accelerometer=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), midi=(), payment=(), serial=(), usb=(), browsing-topics=()"
)


# --- Logs: never content, never secrets -------------------------------------------------------------
LOG_LEVEL = env.text("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.text("LOG_FORMAT", "plain", choices=("plain", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "talkwave.web.logs.JsonFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "filters": {
        "one_line": {"()": "talkwave.web.logs.OneLine"},
        "refusals": {"()": "talkwave.web.logs.NoTracebackForRefusals"},
    },
    "loggers": {
        "channels_redis.pubsub": {"filters": ["one_line"]},
        "django.request": {"filters": ["refusals"]},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
    },
}

try:
    env.check()
except WrongSettings as wrong:
    # One clear line instead of a traceback: whoever starts the server reads this on a terminal.
    sys.exit(f"TalkWave cannot start: {wrong}")
