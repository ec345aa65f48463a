"""How many rooms one person may be in: whoever makes memberships asks here first."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import User
from rooms.models import Membership
from talkwave.errors import Refused


def check_space(users: Iterable[User], actor: User | None = None) -> None:
    """Raises Refused (conflict) where one of these people is in ROOMS_PER_PERSON rooms and conversations already.

    `actor` is who asks, and is told of themselves. Nothing is locked: several ways in at the same moment may go past
    the limit by as many, which costs nothing but their lines in `hello` and on the page.
    """
    people = {user.pk: user for user in users}
    limit = settings.ROOMS_PER_PERSON
    counted = Membership.objects.filter(user__in=list(people)).order_by().values("user_id").annotate(rooms=Count("pk"))
    full = [people[pk] for pk in counted.filter(rooms__gte=limit).order_by("user_id").values_list("user_id", flat=True)]
    if not full:
        return
    if actor in full:
        said = _("You are in as many rooms and conversations as anybody can be (%(limit)d). Leave a room first.")
        raise Refused("conflict", said % {"limit": limit})
    said = _("%(name)s is in as many rooms and conversations as anybody can be (%(limit)d).")
    raise Refused("conflict", said % {"name": full[0].name, "limit": limit})
