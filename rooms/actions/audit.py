"""Keeping what moderators and administrators did."""

from accounts.models import User
from rooms.models import AuditEntry


def record(actor: User | None, verb: str, subject: str, detail: str = "") -> AuditEntry:
    """Adds one entry, inside the transaction of the act itself: neither stands without the other."""
    return AuditEntry.objects.create(actor=actor, verb=verb, subject=subject[:200], detail=detail[:500])
