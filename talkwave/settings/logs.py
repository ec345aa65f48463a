"""Logs and metrics: never content, never secrets."""

from ipaddress import ip_network

from talkwave.settings.environment import env

# --- /metrics: who may read it ------------------------------------------------------------------------
# With a token whoever has it; without, whoever comes from these networks: this machine, and private ones.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_FROM = []
for _network in env.words(
    "METRICS_FROM", ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
):
    try:
        METRICS_FROM.append(ip_network(_network, strict=False))
    except ValueError:
        env.refuse("METRICS_FROM", f"{_network!r} is not a network like 10.0.0.0/8")

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
