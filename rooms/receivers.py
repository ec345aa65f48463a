"""What happened elsewhere, and what it means for rooms."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleted, moderated
from presence.signals import presence_changed
from rooms.actions.audit import record
from rooms.actions.files import remove_bytes_after_commit
from rooms.actions.keeping import forget_kept
from rooms.actions.memberships import leave_all_rooms
from rooms.models import Attachment
from rooms.wire import when
from talkwave.realtime import publish


@receiver(presence_changed)
def tell_watchers(sender: object, user_id: int, state: str, since: datetime, **kwargs: Any) -> None:
    """Somebody came, went, or fell idle: whoever watches them hears it (rooms.commands.watch_presence says who may)."""
    publish.presence(user_id, {"type": "presence", "user": str(user_id), "state": state, "since": when(since)})


@receiver(moderated)
def keep_in_log(sender: object, actor: User | None, verb: str, subject: str, detail: str, **kwargs: Any) -> None:
    """What was done to people stands in the same log as what was done to rooms."""
    record(actor, verb, subject, detail)


@receiver(account_deleted)
def take_out_of_rooms(sender: object, user: User, **kwargs: Any) -> None:
    """An account ends: what its person kept goes with it, and once it is gone they leave their rooms, one by one.

    In one transaction all these rooms would stand still until the last is left. Where the process is killed on the way,
    the worker goes on (rooms.actions.memberships.leave_what_is_left).
    """
    forget_kept(user)
    transaction.on_commit(lambda: leave_all_rooms(user), robust=True)


@receiver(post_delete, sender=Attachment)
def remove_bytes(sender: object, instance: Attachment, **kwargs: Any) -> None:
    """A file's row ends, by itself or with its message or room: its bytes go with it."""
    remove_bytes_after_commit(instance)
