"""Deleting an account, so that conversations stay readable."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import avatars, sessions
from accounts.models import User
from accounts.powers import locked, require_self_or_power_over
from accounts.signals import account_deleted, moderated
from talkwave.errors import Refused
from talkwave.realtime import publish

# In the language of the messages around it, which is nobody's: not translated, it is stored.
DELETED_NAME = "Deleted person"


def delete_account(actor: User | None, user: User) -> User:
    """For ever: name, address, picture, tokens and sessions go; what was said stays, by "Deleted person".

    The row stays, because messages point to it. The user name is free again.
    """
    with transaction.atomic():
        actor, user = locked(actor, user, administrators=True)
        require_self_or_power_over(actor, user)
        if user.deleted_at is not None:
            return user
        _require_another_administrator(user)
        was = user.username
        picture = user.avatar.name
        user.set_username(f"deleted-{user.pk}")
        user.display_name = DELETED_NAME
        user.email = user.bio = user.time_zone = user.language = user.avatar = ""
        user.avatar_version += 1
        user.theme = "system"
        user.is_active = user.is_staff = user.is_superuser = False
        user.set_unusable_password()
        user.deleted_at = timezone.now()
        user.access_changed_at = Now()
        user.groups.clear()
        user.user_permissions.clear()
        user.api_tokens.all().delete()
        EmailAddress.objects.filter(user=user).delete()
        sessions.end(UserSession.objects.filter(user=user), farewell="deleted")
        account_deleted.send(sender=User, user=user)
        publish.close_user(user.pk, 4401)
        avatars.remove_file_after_commit(picture)
        if actor is None or actor.pk != user.pk:
            moderated.send(sender=User, actor=actor, verb="delete_account", subject=was, detail="")
        # Last: from here on whatever refers to this person waits for the commit (the name is a key), and nothing that it
        # holds may be waited for.
        user.save()
    user.refresh_from_db(fields=["access_changed_at"])
    return user


def _require_another_administrator(user: User) -> None:
    # They are locked: the last two cannot leave at the same moment.
    if user.is_superuser and not User.objects.present().filter(is_superuser=True).exclude(pk=user.pk).exists():
        raise Refused("conflict", _("You are the only administrator. Make somebody else one first."))
