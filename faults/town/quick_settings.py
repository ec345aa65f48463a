"""The real settings, but that somebody whose server died is missed after three seconds: the short run waits for it."""

from talkwave.settings import *  # noqa: F403

PRESENCE_BEAT_SECONDS = 1
PRESENCE_TTL_SECONDS = 3
