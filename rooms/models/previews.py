"""Previews of links: what was found where a link leads, and under which messages it is shown."""

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from rooms.models.messages import Message


def url_digest(url: str) -> str:
    """What finds an address: it may be longer than an index takes."""
    return hashlib.sha256(url.encode()).hexdigest()


class LinkCard(models.Model):
    """What a page said about itself when it was looked at. Never changed: a page looked at again has another card,
    so what stands under a message stays what its readers saw."""

    digest = models.CharField(max_length=64, db_index=True)
    url = models.TextField()
    fetched_at = models.DateTimeField(default=timezone.now)
    title = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=400, blank=True)
    site = models.CharField(max_length=80, blank=True)
    # A name in the storage of uploads, empty for none.
    image = models.CharField(max_length=100, blank=True)
    image_width = models.PositiveIntegerField(default=0)
    image_height = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.url[:80]

    @property
    def is_empty(self) -> bool:
        """Was there nothing to be had? Kept for a while, so that it is not asked for again at once."""
        return not self.title and not self.image


class PreviewManager(models.Manager["Preview"]):
    def get_queryset(self) -> models.QuerySet["Preview"]:
        # With the cards: a page of messages asks for all of them in one query.
        return super().get_queryset().select_related("card").order_by("position")


class Preview(models.Model):
    """A link of a message. While `settled_at` is null a worker has still to look where it leads, from `due_at` on."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="previews")
    position = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    url = models.TextField()
    card = models.ForeignKey(LinkCard, null=True, on_delete=models.PROTECT, related_name="previews")
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker that takes it moves this on: should it die, another one finds it due again.
    due_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects: Any = PreviewManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "digest"], name="one_preview_a_link")]
        indexes = [models.Index(fields=["due_at"], condition=Q(settled_at__isnull=True), name="preview_due")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.url[:80]}"

    @property
    def is_shown(self) -> bool:
        """Whether a card stands under the message."""
        return self.removed_at is None and self.card is not None and not self.card.is_empty
