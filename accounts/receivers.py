"""What follows from signing out and from a new password, whichever page it was done on."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.actions import sessions
from accounts.models import User


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def signed_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    key = request.session.session_key
    if user is not None and key:
        sessions.forget(user, key)


@receiver([password_changed, password_set], dispatch_uid="accounts.new_password")
def new_password(*, request: HttpRequest, user: User, **_: Any) -> None:
    sessions.after_password_change(user, keep=request.session.session_key)


@receiver(password_reset, dispatch_uid="accounts.reset_password")
def reset_password(*, user: User, **_: Any) -> None:
    # Whoever asked for a new one may do so because somebody else is in.
    sessions.end(UserSession.objects.filter(user=user))
