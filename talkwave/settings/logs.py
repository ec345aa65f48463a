"""Logs: never content, never secrets."""

from talkwave.settings.environment import env

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
