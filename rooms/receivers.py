"""What happened elsewhere, and what it means for rooms."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from presence.signals import presence_changed
from rooms.wire import when
from talkwave.realtime import publish


@receiver(presence_changed)
def tell_watchers(sender: object, user_id: int, state: str, since: datetime, **kwargs: Any) -> None:
    """Somebody came, went, or fell idle: whoever watches them hears it (rooms.commands.watch_presence says who may)."""
    publish.presence(user_id, {"type": "presence", "user": str(user_id), "state": state, "since": when(since)})
