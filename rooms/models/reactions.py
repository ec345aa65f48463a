"""Reactions to messages, and the emoji a community adds to Unicode's."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from rooms.models.messages import Message

# Unicode's longest sequence has ten characters; `:name:` of an emoji of one's own is the longest that is stored.
EMOJI_LENGTH = 40
OWN_NAME_LENGTH = 32


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def named(self, most: int) -> "ReactionQuerySet":
        """Of each kind at each message the first `most`, who are named; `total` counts that kind.

        Both in the database: a crowd's reactions go with every page and every change of the message.
        """
        kind = ["message", "emoji"]
        return self.annotate(
            place=Window(RowNumber(), partition_by=kind, order_by="pk"), total=Window(Count("*"), partition_by=kind)
        ).filter(place__lte=most)


class Reaction(models.Model):
    """One emoji by one person at one message. In their order, the first of each kind says where that kind stands."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # An emoji in the form meant for display, or `:name:` of one of the community's own.
    emoji = models.CharField(max_length=EMOJI_LENGTH)
    # Of an own emoji: its file, kept here so that what is removed, or named anew, still shows as it was.
    picture = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["message", "user", "emoji"], name="one_reaction")]

    def __str__(self) -> str:
        return f"{self.emoji} by {self.user_id} at {self.message_id}"


class OwnEmoji(models.Model):
    """An emoji somebody uploaded, written `:name:`. A removed one keeps its file: what was said with it still shows it."""

    name = models.CharField(max_length=OWN_NAME_LENGTH)
    # In the storage, under emoji/; another one each time, so that an address never shows another picture.
    picture = models.CharField(max_length=80, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "emoji"
        verbose_name_plural = "emoji"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(removed_at__isnull=True), name="one_emoji_a_name")
        ]

    def __str__(self) -> str:
        return f":{self.name}:"

    @property
    def url(self) -> str:
        return own_emoji_url(self.picture)


def own_emoji_url(picture: str) -> str:
    """The address of an own emoji's file; rooms/text/sanitising.py knows its shape."""
    return f"/emoji/{picture}"
