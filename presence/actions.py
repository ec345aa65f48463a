"""Writing down when people were last here."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from presence.models import LastSeen


def saw(user_ids: Iterable[int]) -> None:
    """These people are here now: one statement for all, and at most once a minute for each."""
    now = timezone.now()
    fresh = set(
        LastSeen.objects.filter(
            user_id__in=list(user_ids), at__gt=now - timedelta(seconds=settings.LAST_SEEN_SECONDS)
        ).values_list("user_id", flat=True)
    )
    LastSeen.objects.bulk_create(
        [LastSeen(user_id=user_id, at=now) for user_id in set(user_ids) - fresh],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["at"],
    )
