"""What piles up around people and nobody needs."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actions.avatars import FOLDER
from accounts.models import User

# A file younger than this may belong to an upload that has not committed yet.
_YOUNG = timedelta(hours=1)


def cleanup_accounts(dry_run: bool = False) -> dict[str, int]:
    """Removes expired sessions, lines about sessions that are gone, and pictures nobody points to; says how many."""
    now = timezone.now()
    expired = Session.objects.filter(expire_date__lt=now)
    done = {"expired sessions": expired.count()}
    if not dry_run:
        expired.delete()
    live = Session.objects.filter(expire_date__gte=now).values("session_key")
    # Not yet seen sessions are younger than this look at them.
    gone = UserSession.objects.filter(created_at__lt=now - _YOUNG).exclude(session_key__in=live)
    done["entries of ended sessions"] = gone.count()
    if not dry_run:
        gone.delete()
    done["pictures nobody points to"] = _orphaned_pictures(dry_run)
    return done


def _orphaned_pictures(dry_run: bool) -> int:
    try:
        _folders, files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    used = set(User.objects.exclude(avatar="").values_list("avatar", flat=True))
    before = timezone.now() - _YOUNG
    removed = 0
    for file in files:
        name = f"{FOLDER}/{file}"
        if name not in used and default_storage.get_modified_time(name) < before:
            removed += 1
            if not dry_run:
                default_storage.delete(name)
    return removed
