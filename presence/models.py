"""What of presence is kept: when somebody was last here and last did something, and what they say of themselves. Who is here now lives in Redis and expires."""

from django.conf import settings
from django.db import models


class LastSeen(models.Model):
    """Written at most once a minute a person (settings.LAST_SEEN_SECONDS)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="last_seen"
    )
    at = models.DateTimeField(db_index=True)
    # When they last did something: a page that stays open over night is here, and nobody sits before it.
    active_at = models.DateTimeField(null=True)
    # When their last long absence (settings.AWAY_HOURS) began, and when they came back from it.
    left_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"


class Status(models.Model):
    """What somebody says of themselves: an emoji, some words, until when; and whether they are away though here."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    emoji = models.CharField(max_length=32, blank=True, default="")
    text = models.CharField(max_length=100, blank=True, default="")
    until = models.DateTimeField(null=True)
    away = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.user_id} {self.emoji} {self.text}".strip()
