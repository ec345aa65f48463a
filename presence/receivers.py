"""What happened elsewhere, and what it means for presence."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted
from presence.models import LastSeen
from presence.statuses import forget_status


@receiver(account_deleted)
def forget(sender: object, user: User, **kwargs: Any) -> None:
    """An account ends: what its person said of themselves, and when they were here, goes with it."""
    forget_status(user)
    LastSeen.objects.filter(user=user).delete()
