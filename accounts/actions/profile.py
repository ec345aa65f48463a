"""What people say about themselves."""

from collections.abc import Collection
from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import DISPLAY_NAME_MAX_LENGTH, clean_line
from talkwave.errors import Refused
from talkwave.realtime import publish

BIO_MAX_LENGTH = 200
THEMES = ("system", "light", "dark")


def change_profile(
    actor: User,
    *,
    display_name: str | None = None,
    bio: str | None = None,
    time_zone: str | None = None,
    language: str | None = None,
    theme: str | None = None,
    link_previews: bool | None = None,
) -> User:
    """One's own profile; what is None stays as it is."""
    given = {
        "display_name": None if display_name is None else _line(display_name, DISPLAY_NAME_MAX_LENGTH),
        "bio": None if bio is None else _line(bio, BIO_MAX_LENGTH),
        "time_zone": _one_of(time_zone, {"", *time_zones()}, _("This time zone is not known here.")),
        "language": _one_of(language, {"", *dict(settings.LANGUAGES)}, _("This language is not known here.")),
        "theme": _one_of(theme, THEMES, _("This look is not known here.")),
        "link_previews": link_previews,
    }
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        changed = {
            field: value for field, value in given.items() if value is not None and value != getattr(user, field)
        }
        if not changed:
            return user
        for field, value in changed.items():
            setattr(user, field, value)
        if "display_name" in changed:
            # The generated picture has the initials in it.
            user.avatar_version += 1
        user.save(update_fields=[*changed, "avatar_version"])
        if "link_previews" in changed:
            publish.user_event(user.pk, {"type": "settings.updated", "previews": user.link_previews})
    return user


@cache
def time_zones() -> frozenset[str]:
    """The names this machine knows; read once, for it walks a folder."""
    return frozenset(available_timezones())


def _line(text: str, limit: int) -> str:
    line = clean_line(text)
    if len(line) > limit:
        raise Refused("too_long", _("At most %(n)d characters; these are %(is)d.") % {"n": limit, "is": len(line)})
    return line


def _one_of(value: str | None, known: Collection[str], otherwise: str) -> str | None:
    if value is not None and value not in known:
        raise Refused("bad_request", otherwise)
    return value
