"""What somebody began to write and has not sent, kept for their other devices."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class WrittenDraft(models.Model):
    """One a person and room, and one a person and thread. Emptied, it stays: its version is how a device that slept
    through the sending learns of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey("rooms.Room", on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey("rooms.Message", on_delete=models.CASCADE, null=True, related_name="+")
    body = models.TextField(blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "room"], condition=Q(thread__isnull=True), name="one_draft_a_person_and_room"
            ),
            models.UniqueConstraint(
                fields=["user", "thread"], condition=Q(thread__isnull=False), name="one_draft_a_person_and_thread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}: version {self.version}"
