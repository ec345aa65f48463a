"""Reactions to messages, and the emoji a community adds to Unicode's."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Count, Q
from django.db.models.query import ModelIterable
from django.utils import timezone

from rooms.models.messages import Message

# Unicode's longest sequence has ten characters; `:name:` of an emoji of one's own is the longest that is stored.
EMOJI_LENGTH = 40
OWN_NAME_LENGTH = 32
# Reactions at all messages of a page that are read as they are: having them counted costs a page of few more than its rows.
FEW_REACTIONS = 1_000


# A crowd's kinds are counted along the index, and of each the first are looked up. By windows, which read every row and sort
# them, a message with 100,000 took twenty times as long. SQLite knows no LATERAL; PostgreSQL would go through the table by
# ids for them (hence `+ 0`), past everybody else's.
_CROWD = {
    "sqlite": """
        WITH kind (message_id, emoji, total) AS MATERIALIZED ({kinds})
        SELECT given.*, kind.total FROM kind CROSS JOIN rooms_reaction given WHERE given.id IN (
            SELECT id FROM rooms_reaction WHERE message_id = kind.message_id AND emoji = kind.emoji ORDER BY id LIMIT %s
        )
    """,
    "postgresql": """
        WITH kind (message_id, emoji, total) AS MATERIALIZED ({kinds})
        SELECT given.*, kind.total FROM kind CROSS JOIN LATERAL (
            SELECT * FROM rooms_reaction WHERE message_id = kind.message_id AND emoji = kind.emoji ORDER BY id + 0 LIMIT %s
        ) given
    """,
}


class _Named(ModelIterable):  # type: ignore[type-arg]  # it takes none when it runs
    """Of each kind at each message the first NAMED_MAX; `total` of each row counts its kind."""

    def __iter__(self) -> Iterator["Reaction"]:
        # In no order: of a crowd the database would read and sort all, to give the first of them.
        rows = self.queryset.order_by()
        rows._iterable_class = ModelIterable
        found: list[Any] = list(rows[: FEW_REACTIONS + 1])
        if len(found) > FEW_REACTIONS:
            kinds, values = rows.values_list("message_id", "emoji").annotate(total=Count("*")).query.sql_with_params()
            asked = _CROWD[connection.vendor].format(kinds=kinds)
            yield from sorted(Reaction.objects.raw(asked, [*values, settings.NAMED_MAX]), key=_place)
            return
        by_kind: dict[tuple[int, str], list[Any]] = {}
        for row in sorted(found, key=_place):
            by_kind.setdefault((row.message_id, row.emoji), []).append(row)
        for same in by_kind.values():
            for row in same[: settings.NAMED_MAX]:
                row.total = len(same)
                yield row


def _place(row: "Reaction") -> int:
    return row.pk


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
        # The emoji before the user: a kind is one stretch of the index, counted and joined without the others.
        constraints = [models.UniqueConstraint(fields=["message", "emoji", "user"], name="one_reaction")]

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
