"""People as they are looked for: who may be written to, who is meant by a few letters, what to jump to."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from talkwave.errors import Refused


def reachable(user: User) -> QuerySet[User]:
    """Whom this person may write to and invite: everybody who can take part, oneself too.

    Placeholders (people known only from an import) never sign in: a word to them would reach nobody.
    """
    if not user.can_take_part:
        return User.objects.none()
    return User.objects.present().filter(is_placeholder=False)


def invitees(actor: User, user_ids: Iterable[object]) -> list[User]:
    """The people with these ids, each once, in the order given. Raises Refused where one cannot be reached."""
    ids = list(dict.fromkeys(access.parse_id(user_id) for user_id in user_ids))
    if len(ids) > settings.INVITE_MAX_PEOPLE:
        raise Refused(
            "too_long", _("At most %(limit)d people can be added at once.") % {"limit": settings.INVITE_MAX_PEOPLE}
        )
    found = reachable(actor).in_bulk(ids)
    if len(found) < len(ids):
        raise Refused("not_found", _("One of these people is not here any more."))
    return [found[pk] for pk in ids]
