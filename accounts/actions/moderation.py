"""Suspending people, and letting them back in."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import sessions
from accounts.models import User
from accounts.powers import locked, require_power_over
from accounts.signals import moderated
from talkwave.errors import Refused
from talkwave.realtime import publish

REASON_MAX_LENGTH = 400


def suspend(actor: User | None, user: User, reason: str = "") -> User:
    """Nobody signs in as `user`, no session or token of theirs counts, their sockets close. Twice is once."""
    with transaction.atomic():
        actor, user = locked(actor, user)
        require_power_over(actor, user)
        if user.deleted_at is not None:
            raise Refused("conflict", _("This account is deleted."))
        if user.suspended_at is not None:
            return user
        user.suspended_at = timezone.now()
        user.access_changed_at = Now()
        user.save(update_fields=["suspended_at", "access_changed_at"])
        # First: a socket closes with the first code it is given, and this one says why.
        publish.close_user(user.pk, 4403)
        sessions.end(UserSession.objects.filter(user=user), farewell="suspended")
        detail = reason.strip()[:REASON_MAX_LENGTH]
        moderated.send(sender=User, actor=actor, verb="suspend", subject=user.username, detail=detail)
    user.refresh_from_db(fields=["access_changed_at"])
    return user


def restore(actor: User | None, user: User) -> User:
    """The end of a suspension. Sessions are not brought back, tokens count again. Twice is once."""
    with transaction.atomic():
        actor, user = locked(actor, user)
        require_power_over(actor, user)
        if user.suspended_at is None:
            return user
        user.suspended_at = None
        user.access_changed_at = Now()
        user.save(update_fields=["suspended_at", "access_changed_at"])
        moderated.send(sender=User, actor=actor, verb="restore", subject=user.username, detail="")
    user.refresh_from_db(fields=["access_changed_at"])
    return user


def change_powers(actor: User | None, user: User, *, is_staff: bool, is_superuser: bool) -> User:
    """Who may use the administration (`is_staff`), and who may do everything there (`is_superuser`)."""
    with transaction.atomic():
        actor, user = locked(actor, user)
        if actor is not None and not actor.is_superuser:
            raise Refused("forbidden", _("Only an administrator may do this."))
        # An administrator is staff: without it they could not get in.
        wanted = {"is_staff": is_staff or is_superuser, "is_superuser": is_superuser}
        if all(getattr(user, field) == value for field, value in wanted.items()):
            return user
        require_power_over(actor, user)
        if user.deleted_at is not None:
            raise Refused("conflict", _("This account is deleted."))
        for field, value in wanted.items():
            setattr(user, field, value)
        user.save(update_fields=list(wanted))
        detail = ", ".join(field for field, value in wanted.items() if value) or "none"
        moderated.send(sender=User, actor=actor, verb="change_powers", subject=user.username, detail=detail)
    return user
