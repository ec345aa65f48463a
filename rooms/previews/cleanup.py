"""Cards and pictures of previews that nobody needs any more."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rooms.files.lost import lost_in
from rooms.models import LinkCard
from rooms.previews.worker import FOLDER

_BATCH: Final = 500


def cleanup_previews(dry_run: bool = False) -> dict[str, int]:
    """Ends cards that are too old to serve again and stand under no message, and pictures of no card; says how many."""
    now = timezone.now()
    lost = list(lost_in(FOLDER, _named))
    done = {"previews of links": _unused(now).count(), "pictures of no preview": len(lost)}
    if not dry_run:
        while cards := list(_unused(now)[:_BATCH]):
            with transaction.atomic():
                # One that is shown again by now is not taken.
                _unused(now).filter(pk__in=[card.pk for card in cards]).delete()
            left = set(LinkCard.objects.filter(pk__in=[card.pk for card in cards]).values_list("pk", flat=True))
            # The row first: a picture of no card is found again, a card without its picture is broken.
            for card in cards:
                if card.image and card.pk not in left:
                    default_storage.delete(card.image)
        for name in lost:
            default_storage.delete(name)
    return done


def _unused(now: datetime) -> QuerySet[LinkCard]:
    return LinkCard.objects.filter(fetched_at__lt=now - timedelta(days=settings.PREVIEW_DAYS), previews=None)


def _named(names: list[str]) -> set[str]:
    return set(LinkCard.objects.filter(image__in=names).values_list("image", flat=True))
