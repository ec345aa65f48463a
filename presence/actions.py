"""Writing down when people were last here, and last active."""

from collections.abc import Set
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from presence.models import LastSeen


def saw(here: Set[int], active: Set[int]) -> None:
    """These people are here now, and some of them active: a few statements for all, and at most once a minute for each;
    nobody whose account ended.

    Of somebody who did nothing for long, be their page open or not, it is kept when they left: what they missed is
    counted from there.
    """
    now = timezone.now()
    recent = now - timedelta(seconds=settings.LAST_SEEN_SECONDS)
    known = LastSeen.objects.filter(user_id__in=here | active)
    lately, active_lately = set(), set()
    for user_id, at, active_at in known.values_list("user_id", "at", "active_at"):
        if at > recent:
            lately.add(user_id)
        if active_at is not None and active_at > recent:
            active_lately.add(user_id)
    people = User.objects.filter(pk__in=(here - lately) | (active - active_lately), deleted_at=None)
    seen = set(people.values_list("pk", flat=True))
    active = seen & (active - active_lately)
    long_ago = now - timedelta(hours=settings.AWAY_HOURS)
    LastSeen.objects.filter(user_id__in=active, active_at__lt=long_ago).update(left_at=F("active_at"), back_at=now)
    _write([LastSeen(user_id=user_id, at=now) for user_id in seen - active], ["at"])
    _write([LastSeen(user_id=user_id, at=now, active_at=now) for user_id in active], ["at", "active_at"])


def _write(rows: list[LastSeen], fields: list[str]) -> None:
    LastSeen.objects.bulk_create(rows, update_conflicts=True, unique_fields=["user"], update_fields=fields)
