"""Days as people write them, in their own time zone."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

_ISO: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DOTTED: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def days_of(text: str) -> tuple[datetime, datetime] | None:
    """From the first moment of what is meant to the first after it: a day, a month or a year. None for anything else."""
    text = text.strip().casefold()
    today = timezone.localdate()
    try:
        if text in ("today", "yesterday"):
            first = today - timedelta(days=text == "yesterday")
            last = first
        elif dotted := _DOTTED.fullmatch(text):
            day, month, year = map(int, dotted.groups())
            first = last = date(year, month, day)
        elif iso := _ISO.fullmatch(text):
            year, month, day = (int(part) if part else 0 for part in iso.groups())
            first = date(year, month or 1, day or 1)
            last = first if day else date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1) - timedelta(days=1)
        else:
            return None
        return _midnight(first), _midnight(last + timedelta(days=1))
    except (ValueError, OverflowError):
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
