"""Tokens for programs."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from accounts.names import clean_line
from accounts.powers import require_self_or_power_over
from accounts.signals import moderated
from talkwave.errors import Refused
from talkwave.realtime import publish

NAME_MAX_LENGTH = 80


def create_token(actor: User | None, user: User, name: str = "") -> str:
    """A new token for a program that acts as `user`. This is the only time it can be read."""
    return create_tokens(actor, [user], name)[0]


def create_tokens(actor: User | None, users: Iterable[User], name: str = "") -> list[str]:
    """One new token each, in the order of `users`, in two queries however many there are."""
    users = list(users)
    if User.objects.filter(pk__in=[user.pk for user in users]).exclude(deleted_at=None).exists():
        raise Refused("conflict", _("This account is deleted."))
    rows, tokens = [], []
    for user in users:
        require_self_or_power_over(actor, user)
        token = ApiToken.fresh()
        tokens.append(token)
        rows.append(ApiToken(user=user, name=clean_line(name)[:NAME_MAX_LENGTH], digest=ApiToken.digest_of(token)))
    ApiToken.objects.bulk_create(rows)
    return tokens


def revoke_token(actor: User | None, token: ApiToken) -> None:
    """The token counts no longer, and what it has open closes."""
    with transaction.atomic():
        token = ApiToken.objects.select_for_update().select_related("user").get(pk=token.pk)
        require_self_or_power_over(actor, token.user)
        if token.revoked_at is not None:
            return
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        publish.close_user(token.user_id, 4401, token_id=token.pk)
        if actor is None or actor.pk != token.user_id:
            subject, detail = token.user.username, token.name
            moderated.send(sender=User, actor=actor, verb="revoke_token", subject=subject, detail=detail)
