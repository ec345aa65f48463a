"""Files: on their way (Upload), and in messages (Attachment)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from rooms.models.keeping import Scheduled
from rooms.models.messages import Message
from rooms.models.rooms import Room


class FileKind(models.TextChoices):
    """How a file is shown. By its content alone (rooms.files.signatures), never by its name."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    PDF = "pdf"
    TEXT = "text"
    FILE = "file"


class Attachment(models.Model):
    """A file in a message, or, with no message yet, one that its uploader has ready to send in that room, or left to be
    sent later (`scheduled`).

    Its bytes never change; `stored` and `thumb_stored` are their names in the storage. Forwarding shares them:
    they go when no row names them any more (rooms.receivers).
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(
        Message, null=True, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    # What waits to be sent, and takes it along; it goes with it where that is never sent.
    scheduled = models.ForeignKey(
        Scheduled, null=True, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    # Until it is sent: the message in whose thread it was attached.
    thread = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=FileKind.choices)
    name = models.CharField(max_length=255)
    # What it is served as, from the list of rooms.files.signatures.
    type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    # Pixels of a picture as stored; of a video as its sender's browser said.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # A few dozen pixels as a data: address.
    placeholder = models.TextField(blank=True)
    animated = models.BooleanField(default=False)
    # Seconds, and loudness from 0 to 100 in equal steps; as the sender's browser said.
    duration = models.FloatField(null=True)
    waveform = models.JSONField(null=True)
    # Of a document.
    pages = models.PositiveIntegerField(null=True)
    # What is to be seen or heard, in the sender's words.
    alt = models.TextField(blank=True)
    stored = models.CharField(max_length=100)
    thumb_stored = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            # Of a message in its order; of a room the newest first.
            models.Index(fields=["message", "position"], name="file_of_message"),
            models.Index(fields=["room", "-id"], condition=Q(message__isnull=False), name="file_of_room"),
            # Not sent yet: of one person, and too old.
            models.Index(fields=["uploader", "created_at"], condition=Q(message__isnull=True), name="file_unsent"),
            # Whose bytes these are.
            models.Index(fields=["stored"], name="file_stored"),
            models.Index(fields=["thumb_stored"], name="file_thumb_stored"),
            models.Index(fields=["scheduled"], condition=Q(scheduled__isnull=False), name="file_scheduled"),
            models.Index(fields=["thread"], condition=Q(thread__isnull=False), name="file_of_thread"),
        ]

        # As a message shows them.
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"


class FileText(models.Model):
    """The words inside a file, for search. Kept apart: no list of files drags a document along.

    A file that may have some gets its row when it is ready, and `text` once the worker has read it.
    """

    attachment = models.OneToOneField(Attachment, primary_key=True, on_delete=models.CASCADE, related_name="words")
    text = models.TextField(null=True)

    class Meta:
        indexes = [models.Index(fields=["attachment"], condition=Q(text__isnull=True), name="file_unread")]

    def __str__(self) -> str:
        return f"words of {self.attachment_id}"


class Upload(models.Model):
    """A file that comes in pieces. `id` is known to its owner alone; `received` bytes are on the disk.

    Once it is whole and looked at, `attachment` is what became of it: being done twice is being done once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    # Since when a process looks at it; null where none does.
    looking_since = models.DateTimeField(null=True)
    attachment = models.OneToOneField(Attachment, null=True, on_delete=models.CASCADE, related_name="upload")
    created_at = models.DateTimeField(default=timezone.now)
    # When its last piece came.
    touched_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.received} of {self.size})"
