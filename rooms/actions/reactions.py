"""Reacting to a message with an emoji, and taking that back."""

import re
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from rooms import access, events, limits
from rooms.actions.messages import changed
from rooms.models import Message, MessageKind, OwnEmoji, Reaction, Room
from rooms.text import qualified
from talkwave.errors import Refused

_OWN: Final = re.compile(r":([a-z0-9_+\-]{2,32}):")


def add_reaction(actor: User, message_id: object, emoji: object) -> Message:
    """Reacts with any emoji, or with `:name:` of one of the community's own; twice is once. Raises Refused."""
    limits.spend(limits.reacting, actor)
    kind = _kind(emoji)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="react", lock=True)
        _require_words(message)
        same = message.reactions.filter(emoji=kind).order_by()
        # One of them, no matter which: all who gave it have the same picture.
        one = list(same.annotate(mine=Exists(same.filter(user=actor))).values_list("mine", "picture")[:1])
        if one:
            # Joining shows what the others chose, though that emoji be removed or its name be another's by now.
            mine, picture = one[0]
            if mine:
                return message
        else:
            if message.reactions.order_by().values("emoji").distinct().count() >= settings.REACTION_KINDS_MAX:
                raise Refused("conflict", _full())
            picture = _picture(kind)
        Reaction.objects.create(message=message, user=actor, emoji=kind, picture=picture)
        return _changed(message, seat.room, actor, kind, mine=True)


def remove_reaction(actor: User, message_id: object, emoji: object) -> Message:
    """Takes one's own reaction back; nothing to do where there is none. Raises Refused."""
    limits.spend(limits.reacting, actor)
    kind = _kind(emoji)
    with transaction.atomic():
        message, seat = access.message_for(actor, message_id, to="react", lock=True)
        _require_words(message)
        gone, _by_model = message.reactions.filter(user=actor, emoji=kind).delete()
        return _changed(message, seat.room, actor, kind, mine=False) if gone else message


def _changed(message: Message, room: Room, actor: User, kind: str, *, mine: bool) -> Message:
    """Told to all; and to the actor's own pages where so many reacted that not all of them are named."""
    # Not counted: is there one more than are named?
    if message.reactions.filter(emoji=kind).order_by()[settings.NAMED_MAX :].exists():
        events.reaction_mine(actor.pk, message.pk, kind, mine=mine)
    return changed(message, room)


def _kind(emoji: object) -> str:
    if isinstance(emoji, str):
        if kind := qualified(emoji):
            return kind
        if _OWN.fullmatch(emoji):
            return emoji
    raise Refused("bad_request", _("This is not an emoji."))


def _picture(kind: str) -> str:
    """The file of an own emoji that may be chosen now; none for Unicode's."""
    if not (own := _OWN.fullmatch(kind)):
        return ""
    found = OwnEmoji.objects.filter(name=own[1], removed_at=None).first()
    if found is None:
        raise Refused("bad_request", _("There is no emoji of this name."))
    return found.picture


def _require_words(message: Message) -> None:
    if message.deleted_at is not None:
        raise Refused("conflict", access.deleted_detail())
    if message.kind == MessageKind.SYSTEM:
        raise Refused("bad_request", _("One reacts to what people write, not to the room’s own lines."))


def _full() -> str:
    most = settings.REACTION_KINDS_MAX
    return ngettext(
        "A message takes %(n)d kind of emoji, and this one has it. Join the one that is there.",
        "A message takes %(n)d kinds of emoji, and this one has them all. Join one that is there.",
        most,
    ) % {"n": most}
