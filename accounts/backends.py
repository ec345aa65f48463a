"""Signing in by user name or e-mail; the suspended and the deleted may not."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from accounts.models import User
from accounts.names import username_key


class AuthenticationBackend(AllauthBackend):
    """Looks for one person and checks one password, known or not: the time an answer takes tells nothing."""

    def user_can_authenticate(self, user: object) -> bool:
        return bool(getattr(user, "can_take_part", False))

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        typed = str(credentials.get("email") or credentials.get("username") or "").strip()
        return self._check_password(find_person(typed), credentials.get("password") or "")


def find_person(typed: str) -> User | None:
    """Whom a user name or an e-mail address means. (A user name has no @ in it.)

    An address that its owner confirmed goes before one that somebody only gave.
    """
    if "@" not in typed:
        return User.objects.filter(username_key=username_key(typed)).first()
    confirmed = EmailAddress.objects.filter(email=typed.lower(), verified=True).select_related("user").first()
    return confirmed.user if confirmed else User.objects.filter(email__iexact=typed).first()
