"""Who is in a room, as what, and how far they have read."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rooms.models.rooms import Room


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    MODERATOR = "moderator", _("moderator")
    MEMBER = "member", _("member")


class Notify(models.TextChoices):
    ALL = "all", _("every message")
    MENTIONS = "mentions", _("mentions only")
    NONE = "none", _("nothing")


class Membership(models.Model):
    """Everything of a room the person has read lies at or under `read_seq`; it only moves forward."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    notify = models.CharField(max_length=10, choices=Notify.choices, default=Notify.ALL)
    read_seq = models.PositiveBigIntegerField(default=0)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    pinned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "user"], name="one_membership")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id} as {self.role}"
