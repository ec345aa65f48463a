"""Threads: answers beside the room's conversation, and who follows them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from rooms.models.messages import Message
from rooms.models.rooms import Room


class Thread(models.Model):
    """The answers to one message. There is a row from the first answer on; its key is the root's.

    `count` and `last_seq` are those of the answers that are there, deleted ones left out; they move under the lock of
    the room's row, like everything numbered (`checkrooms` holds them against the rows).
    """

    root = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="thread_state")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="threads")
    count = models.PositiveIntegerField(default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    # Ids of the last few who answered, the latest first: their pictures stand below the root.
    people = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["room", "-last_at"], name="thread_recent")]

    def __str__(self) -> str:
        return f"thread of {self.root_id}"


class ThreadFollow(models.Model):
    """Somebody who is told of answers: the root's author, who answered, who was named; or who chose to."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # False once somebody chose not to: only being named makes them follow again.
    following = models.BooleanField(default=True)
    read_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="one_follow")]
        indexes = [models.Index(fields=["user"], condition=Q(following=True), name="threads_followed")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.thread_id}"
