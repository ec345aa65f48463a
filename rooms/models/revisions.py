"""What a message said before it was changed."""

from django.db import models

from rooms.models.messages import Message


class Revision(models.Model):
    """The words of a message that newer ones took the place of. `written_at` is when they were written."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    body = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"revision of {self.message_id}"
