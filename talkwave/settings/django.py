"""Django itself: apps, middleware, templates, language, and how it is served."""

import sys

from talkwave.settings.environment import BASE_DIR, env

# --- Django ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    # Makes `runserver` speak WebSocket. Not in every process: its import costs half a second and 28 MB.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
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
    "talkwave.web.metrics.MetricsMiddleware",
    "talkwave.web.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "talkwave.web.middleware.PageCompressionMiddleware",
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

# --- Serving ----------------------------------------------------------------------------------------
SERVER = env.text("SERVER", "daphne", choices=("daphne", "uvicorn"))
DRAIN_SECONDS = env.decimal("DRAIN_SECONDS", 3.0, most=60.0)
# A request with a larger body is refused before it is read into memory.
HTTP_BODY_MAX = env.number("HTTP_BODY_MAX", 16 * 1024 * 1024, least=1024 * 1024)
# Requests a process computes at once, and how many more may wait for their turn, and how long (talkwave/web/gate.py).
REQUESTS_AT_ONCE = env.number("REQUESTS_AT_ONCE", 16, least=1)
REQUESTS_WAITING = env.number("REQUESTS_WAITING", 200, least=0)
REQUESTS_WAIT_SECONDS = 10
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0, most=10)

# --- Language and time ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "talkwave.formats"
TIME_ZONE = "UTC"
