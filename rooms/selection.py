"""Several messages that somebody chose: which they are, and how they are exported."""

import json
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from rooms import access
from rooms.access import Seat
from rooms.models import Message, MessageKind
from rooms.wire import message_wire, poll_of
from talkwave.errors import Refused

# File ending → what it is served as.
FORMATS = {"md": "text/markdown", "txt": "text/plain", "json": "application/json"}


def chosen_ids(message_ids: Iterable[object], most: int | None = None) -> list[int]:
    """The ids, each once, as they came. Raises Refused where there is none, or too many."""
    most = settings.SELECT_MAX if most is None else most
    ids = list(dict.fromkeys(access.parse_id(one) for one in message_ids))
    if not ids:
        raise Refused("bad_request", _("Choose a message first."))
    if len(ids) > most:
        words = ngettext("At most %(n)d message at once.", "At most %(n)d messages at once.", most)
        raise Refused("bad_request", words % {"n": most})
    return ids


def exported(user: User, room_id: object, message_ids: Iterable[object], form: str) -> tuple[Seat, str]:
    """The chosen messages of a room as a file of that form (FORMATS), in their order. Raises Refused.

    What was deleted meanwhile is left out, and so are the lines a room writes itself.
    """
    if form not in FORMATS:
        raise Refused("bad_request", _("Choose md, txt or json."))
    seat = access.room_for(user, room_id)
    ids = chosen_ids(message_ids)
    found = list(Message.objects.for_wire().filter(pk__in=ids, room=seat.room).order_by("seq"))
    if len(found) < len(ids):
        raise access.not_found()
    messages = [one for one in found if one.kind == MessageKind.TEXT and one.deleted_at is None]
    if form == "json":
        return seat, json.dumps([message_wire(one) for one in messages], ensure_ascii=False, indent=2) + "\n"
    return seat, _text(messages, marked=form == "md")


def _text(messages: Sequence[Message], *, marked: bool) -> str:
    parts = []
    for message in messages:
        when = timezone.localtime(message.stands_at).strftime("%Y-%m-%d %H:%M %Z")
        head = f"**{_plain(message.sender.name)}** · {when}" if marked else f"{message.sender.name}, {when}"
        lines = [head, ""]
        if message.forward is not None:
            lines += [_("Forwarded from %(name)s") % {"name": message.forward["sender"]["display_name"]}, ""]
        if message.body:
            lines += [message.body, ""]
        lines += _asked(message)
        lines += [f"- {file.name}" for file in message.beside("attachments")]
        parts.append("\n".join(lines).rstrip())
    return ("\n\n---\n\n" if marked else "\n\n").join(parts) + "\n"


def _asked(message: Message) -> list[str]:
    """The answers of a poll, and how many chose each; of a forwarded one, whose votes stay where they are, the answers."""
    if poll := poll_of(message):
        return [f"- {option['text']} ({option['count']})" for option in poll["options"]]
    return [f"- {text}" for text in (message.forward or {}).get("poll", [])]


def _plain(name: str) -> str:
    """A name that is no formatting: people choose it."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()<>#|~" else sign for sign in name)
