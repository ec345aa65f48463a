"""Limits of what is kept: pins, saved messages, reminders, words to be sent later."""

from talkwave.settings.environment import env

# Of one room.
PINS_MAX = 100
# Of one person.
SAVED_MAX = 2_000
REMINDERS_MAX = 500
REMINDER_MAX_LENGTH = 500
SCHEDULED_MAX = 100
# How far ahead somebody may be reminded, or send.
LATER_MAX_DAYS = 366
# Put off by its own button in the notice.
REMINDER_LATER_MINUTES = 20
# A message that could not be sent for a reason that passes is tried again after this.
SCHEDULED_RETRY_SECONDS = 30
# Reminders that are done are kept so long.
REMINDERS_KEPT_DAYS = env.number("REMINDERS_KEPT_DAYS", 30, least=0)
# Token bucket, PER_SECOND/BURST, a person: pinning, saving, reminders, sending later.
RATE_KEEPING = env.rate("RATE_KEEPING", "2/40")
