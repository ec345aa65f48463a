"""Where people are signed in, and how that ends: the session, its line in the list, and its sockets."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.powers import require_power_over
from accounts.signals import moderated
from talkwave.errors import Refused
from talkwave.realtime import publish

# What a session holds once its person was suspended or deleted: PersonMiddleware reads it, says so, and ends it.
FAREWELL = "farewell"
_FAREWELL_DAYS = 30


def end_session(actor: User, session_id: int | str) -> None:
    """Signs one of one's own sessions out, wherever it is."""
    session = UserSession.objects.filter(user=actor, pk=_whole(session_id)).first()
    if session is None:
        raise Refused("not_found", _("This session is over already."))
    end([session])


def end_other_sessions(actor: User, *, keep: str | None) -> int:
    """Signs out everywhere but in the session whose key is `keep`; says how many."""
    return end(UserSession.objects.filter(user=actor).exclude(session_key=keep or ""))


def end_all_sessions(actor: User | None, user: User) -> int:
    """Moderation: signs another person out everywhere, programs aside."""
    with transaction.atomic():
        require_power_over(actor, user)
        ended = end(UserSession.objects.filter(user=user))
        # Also sockets of sessions that the list does not know.
        publish.close_user(user.pk, 4401)
        moderated.send(sender=User, actor=actor, verb="end_sessions", subject=user.username, detail="")
    return ended


def end(sessions: Iterable[UserSession], *, farewell: str = "") -> int:
    """Ends these sessions at once: their next request is nobody's, their sockets close with 4401.

    With `farewell` they are emptied rather than removed, so that their browser can be told why.
    """
    with transaction.atomic():
        ended = list(sessions)
        for session in ended:
            store = _store(session.session_key)
            if farewell:
                _leave_word(store, farewell)
            else:
                store.delete()
            publish.close_user(session.user_id, 4401, session_key=session.session_key)
        UserSession.objects.filter(pk__in=[session.pk for session in ended]).delete()
    return len(ended)


def after_password_change(user: User, *, keep: str | None) -> None:
    """Every session but `keep` is over: their hash is of the old password.

    The session in which it was changed has a new key by now. Sockets opened under its old one are asked to
    come back (1012): they find the new key in their cookie, and with it whoever signs out later finds them.
    """
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        if session.exists():
            end([session])
        else:
            publish.close_user(user.pk, 1012, session_key=session.session_key)
            session.delete()


def forget(user: User, session_key: str) -> None:
    """After a sign-out: the session is gone, so are its line in the list and its sockets."""
    UserSession.objects.filter(session_key=session_key).delete()
    publish.close_user(user.pk, 4401, session_key=session_key)


def _leave_word(store: Any, farewell: str) -> None:
    store.clear()
    store[FAREWELL] = farewell
    store.set_expiry(_FAREWELL_DAYS * 86_400)
    try:
        # A savepoint: a failed update must not spoil the transaction around.
        with transaction.atomic():
            store.save()
    except UpdateError:
        pass  # it had ended by itself


def _store(session_key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(session_key)


def _whole(value: int | str) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        return 0
    return number if 0 < number < 2**63 else 0
