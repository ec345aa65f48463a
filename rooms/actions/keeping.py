"""The end of what was kept: with its account, or after its time."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from rooms.models import Reminder, Saved, Scheduled, WrittenDraft


def forget_kept(user: User) -> None:
    """Saved messages, reminders, drafts and words to be sent later are one's own, and go with the account. Pins are the
    room's."""
    for kept in (Saved, Reminder, Scheduled, WrittenDraft):
        kept.objects.filter(user=user).delete()


def cleanup_reminders(dry_run: bool = False) -> dict[str, int]:
    """Ends reminders that were done long ago; says how many."""
    old = Reminder.objects.filter(done_at__lt=timezone.now() - timedelta(days=settings.REMINDERS_KEPT_DAYS))
    count = old.count()
    if not dry_run:
        old.delete()
    return {"reminders that are done": count}
