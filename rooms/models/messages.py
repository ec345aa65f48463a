"""Messages, whom they mention, and what is kept of deleted ones."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from rooms.models.rooms import Room


class MessageKind(models.TextChoices):
    TEXT = "text"
    SYSTEM = "system"


class MessageQuerySet(models.QuerySet["Message"]):
    def before(self, seq: int, limit: int) -> list["Message"]:
        """The `limit` messages just under `seq`, ascending."""
        return list(self.filter(seq__lt=seq).order_by("-seq")[:limit])[::-1]

    def after(self, seq: int, limit: int) -> list["Message"]:
        """The `limit` messages just above `seq`, ascending."""
        return list(self.filter(seq__gt=seq).order_by("seq")[:limit])


class Message(models.Model):
    """One message. `seq` is its place in the room, `version` the room's version at which it last changed."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages")
    seq = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    # How many of the room's versions are this message's: 1 for one never changed.
    changes = models.PositiveIntegerField(default=1)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # Made by the client, once a message: a retry finds the first. Unique for ever, by the constraint below.
    client_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=8, choices=MessageKind.choices, default=MessageKind.TEXT)
    # What a system message tells, so that every reader gets it in their language: rooms.system.
    system = models.JSONField(null=True)
    body = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="one_message_a_seq"),
            models.UniqueConstraint(fields=["sender", "client_id"], name="one_message_a_client_id"),
        ]
        indexes = [
            models.Index(fields=["room", "version"], name="message_version"),
            models.Index(fields=["room", "created_at"], name="message_date"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id}#{self.seq}"


class Mention(models.Model):
    """Somebody named in a message. Kept apart, so that counting the unread ones is one index range."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="one_mention")]
        indexes = [models.Index(fields=["user", "room", "seq"], name="mention_unread")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}#{self.seq}"


class DeletedText(models.Model):
    """The words of a deleted message, for moderators alone; `cleanup` ends it after DELETED_TEXT_DAYS."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="deleted_text")
    body = models.TextField()
    deleted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deleted_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"deleted text of {self.message_id}"
