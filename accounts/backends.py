"""Signing in by user name or e-mail; the suspended and the deleted may not."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend


class AuthenticationBackend(AllauthBackend):
    def user_can_authenticate(self, user: object) -> bool:
        return bool(getattr(user, "can_take_part", False))
