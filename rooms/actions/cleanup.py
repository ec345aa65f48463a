"""What piles up in rooms and nobody needs."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rooms.actions.deletion import doomed, purge
from rooms.actions.emoji import cleanup_emoji
from rooms.actions.files import cleanup_files
from rooms.actions.keeping import cleanup_reminders
from rooms.models import DeletedText, Poll

_BATCH: Final = 1_000


def cleanup_rooms(dry_run: bool = False) -> dict[str, int]:
    """Ends the kept words of messages deleted long ago, and what is left of deleted rooms; says how many."""
    before = timezone.now() - timedelta(days=settings.DELETED_TEXT_DAYS)
    old = DeletedText.objects.filter(deleted_at__lt=before)
    rooms = list(doomed().values_list("pk", flat=True))
    done = {"kept texts of deleted messages": old.count(), "rests of deleted rooms": len(rooms)}
    if not dry_run:
        while ids := list(old.values_list("pk", flat=True)[:_BATCH]):
            with transaction.atomic():
                DeletedText.objects.filter(pk__in=ids).delete()
                Poll.objects.filter(pk__in=ids).delete()
        for room_id in rooms:
            while not purge(room_id):
                pass
    return done | cleanup_reminders(dry_run) | cleanup_files(dry_run) | cleanup_emoji(dry_run)
