"""Who a socket belongs to: the person behind an API token or a browser session.

Both answer for suspended people too: the door that asks says 4403 to them, and 4401 to nobody.
"""

from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from accounts.models import ApiToken, User

# Longer than any token we hand out; anything above is refused before it is hashed.
_TOKEN_MAX: Final = 200


def token_for(bearer: str) -> ApiToken | None:
    """The API token, with its owner, unless it is revoked; one query, by digest alone."""
    if not bearer or len(bearer) > _TOKEN_MAX:
        return None
    try:
        digest = ApiToken.digest_of(bearer)
    except UnicodeEncodeError:  # a lone surrogate: nothing we ever handed out
        return None
    tokens = ApiToken.objects.filter(digest=digest, revoked_at=None, user__is_active=True, user__deleted_at=None)
    return tokens.select_related("user").first()


def user_for_session(session_key: str) -> User | None:
    """The person signed in under `session_key`; None where it has expired, was ended, or the password changed since.

    The same checks as `django.contrib.auth.get_user`, which wants a request and hides suspended people.
    """
    # A cookie is anybody's text; Django's keys are letters and digits alone (PostgreSQL fails on a NUL).
    if not (session_key.isascii() and session_key.isalnum()):
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    signed_in = session.load()
    if signed_in.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        user_id = User._meta.pk.to_python(signed_in.get(SESSION_KEY))
    except (TypeError, ValueError):
        return None
    user = User.objects.filter(pk=user_id, is_active=True, deleted_at=None).first()
    if user is None or not _hash_is_valid(user, str(signed_in.get(HASH_SESSION_KEY, ""))):
        return None
    return user


def _hash_is_valid(user: User, given: str) -> bool:
    """Whether the session was made with the password of today, under the key of today or a fallback key."""
    if not given:
        return False
    return constant_time_compare(given, user.get_session_auth_hash()) or any(
        constant_time_compare(given, fallback) for fallback in user.get_session_auth_fallback_hash()
    )
