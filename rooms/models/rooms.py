"""Rooms: where messages are, and how their order and changes are counted."""

import hashlib
import unicodedata
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    PUBLIC = "public", _("public")
    PRIVATE = "private", _("private")
    DIRECT = "direct", _("direct")


def name_key(name: str) -> str:
    """What makes two room names the same."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def direct_key(user_ids: Iterable[int]) -> str:
    """The same people always have the same direct room: this is what finds it."""
    ids = ",".join(str(number) for number in sorted(set(user_ids)))
    return hashlib.sha256(ids.encode()).hexdigest()


class RoomQuerySet(models.QuerySet["Room"]):
    def locked(self, ids: Iterable[int]) -> "RoomQuerySet":
        """Row locks in id order: two batches that share rooms cannot wait for each other."""
        return self.filter(pk__in=list(ids)).select_for_update(of=("self",)).order_by("pk")


class Room(models.Model):
    """`last_seq` numbers its messages, `version` every durable change; both only ever move under the row lock.

    `version` is exactly the sum of the `changes` of its messages and its own `state_changes`:
    `checkrooms` holds that against the rows.
    """

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_key = models.CharField(max_length=160, unique=True, null=True, editable=False)
    topic = models.CharField(_("topic"), max_length=500, blank=True)
    direct_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_message_at = models.DateTimeField(null=True, blank=True, editable=False)
    # From this moment on the order of its messages is that of their times; null: it always was. An import moves it.
    ordered_since = models.DateTimeField(null=True, editable=False)
    last_seq = models.PositiveBigIntegerField(default=0, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    # The version at which the room or its membership last changed, and how often it did.
    state_version = models.PositiveBigIntegerField(default=0, editable=False)
    state_changes = models.PositiveBigIntegerField(default=0, editable=False)
    member_count = models.PositiveIntegerField(default=0, editable=False)
    # Since when links here get no previews, and none are shown; null: they do.
    previews_off_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "-last_message_at"], name="room_recent")]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()} {self.pk}"

    @property
    def is_direct(self) -> bool:
        return self.kind == Kind.DIRECT

    def set_name(self, name: str) -> None:
        self.name = name
        self.name_key = None if self.is_direct else name_key(name)

    def take_version(self) -> int:
        """The next version, for a change of a message; the caller holds the row lock and saves."""
        self.version += 1
        return self.version

    def take_state_version(self) -> int:
        """The next version, for a change of the room or its membership; the caller holds the row lock and saves."""
        self.state_version = self.take_version()
        self.state_changes += 1
        return self.state_version
