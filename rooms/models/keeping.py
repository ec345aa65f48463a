"""What is kept: pins of a room, messages somebody saved, reminders, and words that wait to be sent."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rooms.models.messages import Message
from rooms.models.rooms import Room


class Pin(models.Model):
    """A message that its room holds up for everybody. Part of the message: it goes with it."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="pin")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["room", "-at"], name="pin_of_room")]

    def __str__(self) -> str:
        return f"pin of {self.message_id}"


class SavedState(models.TextChoices):
    TODO = "todo"
    DONE = "done"


class Saved(models.Model):
    """A message somebody keeps for themselves. It grants nothing: what it shows is asked of access at every look."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=4, choices=SavedState.choices, default=SavedState.TODO)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "message"], name="one_saved_a_message")]
        indexes = [models.Index(fields=["user", "state", "-at"], name="saved_list")]

    def __str__(self) -> str:
        return f"{self.message_id} saved by {self.user_id}: {self.state}"


class Reminder(models.Model):
    """Somebody wants to be told of something at `due_at`. It stays until they say it is done."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # What it is about, where it is about a message; their own words otherwise, or beside it. With words of its own it
    # outlives the message (rooms.actions.deletion).
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    # When their pages were told that it is due.
    told_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "due_at"], condition=Q(done_at__isnull=True), name="reminder_list"),
            models.Index(
                fields=["due_at"], condition=Q(done_at__isnull=True, told_at__isnull=True), name="reminder_due"
            ),
            models.Index(fields=["done_at"], condition=Q(done_at__isnull=False), name="reminder_done"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk} of {self.user_id}"


class ScheduledState(models.TextChoices):
    WAITING = "waiting"
    FAILED = "failed"


class Scheduled(models.Model):
    """A message to be sent later. Sent, the row is gone and the message is there: both happen in one transaction."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Null once that room was deleted: the words stay their author's, and go nowhere.
    room = models.ForeignKey(Room, null=True, on_delete=models.SET_NULL, related_name="+")
    thread = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    reply_to = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    # Of an answer in a thread: does it stand in the room, too?
    in_room = models.BooleanField(default=False, db_default=False)
    body = models.TextField()
    # Where the body asks a question: its answers, as rooms.actions.polls.asked takes them.
    poll = models.JSONField(null=True)
    due_at = models.DateTimeField()
    # When the worker looks at it next: later than `due_at` only where it could not be sent just then.
    look_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ScheduledState.choices, default=ScheduledState.WAITING)
    # Why it was refused, in its author's language.
    error = models.TextField(blank=True)
    # Made once, by who leaves it where they can: tried twice, it waits once and is one message.
    client_id = models.UUIDField(default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "client_id"], name="scheduled_once")]
        indexes = [
            models.Index(fields=["user", "due_at"], name="scheduled_list"),
            models.Index(fields=["look_at"], condition=Q(state="waiting"), name="scheduled_due"),
        ]

    def __str__(self) -> str:
        return f"scheduled {self.pk} of {self.user_id}: {self.state}"
