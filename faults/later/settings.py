"""The settings of the next version."""

from talkwave.settings import *  # noqa: F403

INSTALLED_APPS += ["faults.later"]  # noqa: F405
