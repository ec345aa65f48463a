"""Reactions to messages, and the emoji a community adds to Unicode's."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.db.models.query import ModelIterable
from django.utils import timezone

from rooms.models.messages import Message

# Unicode's longest sequence has ten characters; `:name:` of an emoji of one's own is the longest that is stored.
EMOJI_LENGTH = 40
OWN_NAME_LENGTH = 32
# Reactions at all messages of a page that are read as they are: to ask for windows costs a page of few more than its rows.
FEW_REACTIONS = 1_000


class _Named(ModelIterable):  # type: ignore[type-arg]  # it takes none when it runs
    """Of each kind at each message the first NAMED_MAX; `total` of each row counts its kind."""

    def __iter__(self) -> Iterator["Reaction"]:
        rows = self.queryset.all()
        rows._iterable_class = ModelIterable
        found: list[Any] = list(rows[: FEW_REACTIONS + 1])
        if len(found) > FEW_REACTIONS:
            kind = ["message", "emoji"]
            yield from rows.annotate(
                place=Window(RowNumber(), partition_by=kind, order_by="pk"), total=Window(Count("*"), partition_by=kind)
            ).filter(place__lte=settings.NAMED_MAX)
            return
        kinds: dict[tuple[int, str], list[Any]] = {}
        for row in found:
            kinds.setdefault((row.message_id, row.emoji), []).append(row)
        for same in kinds.values():
            for row in same[: settings.NAMED_MAX]:
                row.total = len(same)
                yield row


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def named(self) -> "ReactionQuerySet":
        """Those who are named, with `total`, how many gave the same. One query; a second one where they are a crowd,
        which the database then counts, and gives no row more of than these."""
        named = self.all()
        named._iterable_class = _Named
        return named


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
