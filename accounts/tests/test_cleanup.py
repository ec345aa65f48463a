"""Cleaning up around people."""

import os
import time
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actions import cleanup_accounts
from accounts.models import User


def store(name: str, *, hours_old: float) -> str:
    saved = default_storage.save(f"avatars/{name}", ContentFile(b"x"))
    when = time.time() - hours_old * 3600
    os.utime(default_storage.path(saved), (when, when))
    return str(saved)


def test_what_nobody_needs_goes_and_the_rest_stays(signed_in: Any, alice: Any, bob: Any) -> None:
    signed_in(alice)
    signed_in(bob)
    Session.objects.filter(pk=UserSession.objects.get(user=bob).session_key).update(
        expire_date=timezone.now() - timedelta(1)
    )
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=2))
    used, lost, young = (
        store("used.webp", hours_old=5),
        store("lost.webp", hours_old=5),
        store("young.webp", hours_old=0),
    )
    User.objects.filter(pk=alice.pk).update(avatar=used)
    expected = {"expired sessions": 1, "entries of ended sessions": 1, "pictures nobody points to": 1}

    assert cleanup_accounts(dry_run=True) == expected
    assert Session.objects.count() == 2 and default_storage.exists(lost)

    assert cleanup_accounts() == expected
    assert UserSession.objects.get().user == alice and Session.objects.count() == 1
    assert [default_storage.exists(name) for name in (used, lost, young)] == [True, False, True]

    assert set(cleanup_accounts().values()) == {0}
    for name in (used, young):
        default_storage.delete(name)


def test_where_there_was_never_a_picture_there_is_nothing_to_do(db: None, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "nowhere"
    assert cleanup_accounts()["pictures nobody points to"] == 0
