"""Who may do what to another person's account."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from talkwave.errors import Refused


def locked(actor: User | None, user: User, *, administrators: bool = False) -> tuple[User | None, User]:
    """Both as they are now, and until the transaction ends: two who moderate each other at once do it one after the other,
    and the second has no power any more. With `administrators` these are held, too.

    In the order of their ids, so that nobody waits for each other. Not for a change of the key: whoever writes meanwhile
    refers to these rows, and need not wait.
    """
    concerned = Q(pk__in=[person.pk for person in (actor, user) if person is not None])
    if administrators:
        concerned |= Q(is_superuser=True)
    rows = {row.pk: row for row in User.objects.select_for_update(no_key=True).filter(concerned).order_by("pk")}
    return (rows[actor.pk] if actor is not None else None), rows[user.pk]


def require_power_over(actor: User | None, user: User) -> None:
    """Refuses unless `actor` may moderate `user`. None is an operator at a terminal, who may.

    Staff may moderate people; only an administrator may moderate staff; nobody themselves, who would lock
    themselves out by a slip.
    """
    if actor is None:
        return
    if actor.pk == user.pk:
        raise Refused("forbidden", _("You cannot do this to your own account."))
    if not (actor.can_take_part and actor.is_staff and actor.has_perm("accounts.change_user")):
        raise Refused("forbidden", _("Only staff may do this."))
    if (user.is_staff or user.is_superuser) and not actor.is_superuser:
        raise Refused("forbidden", _("Only an administrator may do this to staff."))


def require_self_or_power_over(actor: User | None, user: User) -> None:
    """Refuses unless it is one's own account, or one may moderate it."""
    if actor is None or actor.pk != user.pk:
        require_power_over(actor, user)
