"""Who may do what to another person's account."""

from django.utils.translation import gettext as _

from accounts.models import User
from talkwave.errors import Refused


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
