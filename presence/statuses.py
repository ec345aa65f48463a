"""What people say of themselves beside their name. Told to whoever watches them, like presence itself."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import emoji as emojis
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from presence.models import Status
from talkwave.errors import Refused
from talkwave.realtime import publish

TEXT_MOST: Final = 100
_FIELDS: Final = ("user_id", "emoji", "text", "until", "away")


def set_status(actor: User, *, emoji: str = "", text: str = "", until: datetime | None = None) -> dict[str, Any] | None:
    """Shows these beside the person's name, until then; nothing of either takes the status away. Raises Refused."""
    emoji, text = emoji.strip(), " ".join(text.split())
    if emoji and not emojis.is_emoji(emoji):
        raise Refused("bad_request", _("Choose one emoji."))
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char not in "\u200d\u200e\u200f" for char in text):
        raise Refused("bad_request", _("These words hold a character that cannot be shown."))
    if len(text) > TEXT_MOST:
        raise Refused(
            "too_long",
            _("A status has at most %(limit)d characters; this one has %(count)d.")
            % {"limit": TEXT_MOST, "count": len(text)},
        )
    if until is not None and until <= timezone.now():
        raise Refused("bad_request", _("Choose a time that is still to come."))
    if not emoji and not text:
        until = None
    return _change(actor, emoji=emoji, text=text, until=until)


def set_away(actor: User, away: bool) -> dict[str, Any] | None:
    """Shows the person as away while they are here, or no longer."""
    return _change(actor, away=away)


def forget_status(user: User) -> None:
    """For an account that ends; who watches is told once it has."""
    Status.objects.filter(user=user).delete()
    transaction.on_commit(lambda: _tell(user.pk, None), robust=True)


def is_away(user: User) -> bool:
    return Status.objects.filter(user=user, away=True).exists()


def statuses_of(user_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """User id → the status as the wire has it; who says nothing is left out."""
    rows = Status.objects.filter(user__in=list(user_ids)).values(*_FIELDS)
    found = {row["user_id"]: _wire(row) for row in rows}
    return {user_id: status for user_id, status in found.items() if status is not None}


def _change(actor: User, **fields: Any) -> dict[str, Any] | None:
    Status.objects.update_or_create(user=actor, defaults=fields)
    status = statuses_of([actor.pk]).get(actor.pk)
    _tell(actor.pk, status)
    return status


def _tell(user_id: int, status: dict[str, Any] | None) -> None:
    publish.presence(user_id, {"type": "status.updated", "user": str(user_id), "status": status})


def _wire(row: dict[str, Any]) -> dict[str, Any] | None:
    over = row["until"] is not None and row["until"] <= timezone.now()
    emoji, text = ("", "") if over else (row["emoji"], row["text"])
    if not (emoji or text or row["away"]):
        return None
    until = row["until"].astimezone(UTC).isoformat().replace("+00:00", "Z") if row["until"] and not over else None
    return {"emoji": emoji, "text": text, "until": until, "away": row["away"]}
