"""Saved messages: a person's own list of what they want to find again, to do and done."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, limits
from rooms.models import MessageKind, Saved, SavedState
from talkwave.errors import Refused


def save_message(actor: User, message_id: object, state: str = SavedState.TODO) -> Saved:
    """Keeps a message, or says that what it asked for is done; the same again changes nothing. Raises Refused.

    One that is kept already changes its state though it cannot be seen any more: the list is the person's own.
    """
    limits.spend(limits.keeping, actor)
    if state not in SavedState.values:
        raise Refused("bad_request", _("A saved message is to do or done."))
    pk = access.parse_id(message_id)
    with transaction.atomic():
        saved = Saved.objects.filter(user=actor, message=pk).first()
        if saved is None:
            _require_visible(actor, pk)
            if Saved.objects.filter(user=actor).count() >= settings.SAVED_MAX:
                raise Refused(
                    "conflict",
                    _("You saved %(most)d messages, which is all there is room for. Remove some first.")
                    % {"most": settings.SAVED_MAX},
                )
            saved, _made = Saved.objects.get_or_create(user=actor, message_id=pk, defaults={"state": state})
        elif saved.state == state:
            return saved
        saved.state, saved.at = state, timezone.now()
        saved.save(update_fields=["state", "at"])
        events.saved_updated(actor.pk, pk, saved.state, todo_count(actor))
    return saved


def forget_saved(actor: User, message_id: object) -> None:
    """Takes a message off one's own list, seen or not; one that is not on it changes nothing. Raises Refused."""
    limits.spend(limits.keeping, actor)
    pk = access.parse_id(message_id)
    with transaction.atomic():
        gone, _by_model = Saved.objects.filter(user=actor, message=pk).delete()
        if gone:
            events.saved_updated(actor.pk, pk, None, todo_count(actor))


def todo_count(user: User) -> int:
    """How many saved messages wait to be done."""
    return Saved.objects.filter(user=user, state=SavedState.TODO).count()


def _require_visible(actor: User, message_id: int) -> None:
    message, _seat = access.message_for(actor, message_id)
    if message.deleted_at is not None:
        raise Refused("conflict", access.deleted_detail())
    if message.kind != MessageKind.TEXT:
        raise Refused("bad_request", _("A line of the room itself cannot be saved."))
