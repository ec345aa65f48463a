"""The real settings, but that somebody whose server died is missed after three seconds, for the short run waits for
it; and that static files need not be collected."""

from talkwave.settings import *  # noqa: F403

PRESENCE_BEAT_SECONDS = 1
PRESENCE_TTL_SECONDS = 3
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
