"""Writing down when people were last here."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from presence.models import LastSeen


def saw(user_ids: Iterable[int]) -> None:
    """These people are here now: a few statements for all, and at most once a minute for each; nobody whose account ended.

    Of somebody who was away for long it is kept when they left: what they missed is counted from there.
    """
    now = timezone.now()
    fresh = set(
        LastSeen.objects.filter(
            user_id__in=list(user_ids), at__gt=now - timedelta(seconds=settings.LAST_SEEN_SECONDS)
        ).values_list("user_id", flat=True)
    )
    people = User.objects.filter(pk__in=set(user_ids) - fresh, deleted_at=None)
    here = set(people.values_list("pk", flat=True))
    long_ago = now - timedelta(hours=settings.AWAY_HOURS)
    LastSeen.objects.filter(user_id__in=here, at__lt=long_ago).update(left_at=F("at"), back_at=now)
    LastSeen.objects.bulk_create(
        [LastSeen(user_id=user_id, at=now) for user_id in here],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["at"],
    )
