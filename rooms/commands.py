"""The socket's commands: find out what is asked, hand it to one action, answer."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from rooms import access, events, limits, sync
from rooms.actions import messages, reads
from rooms.actions.messages import Draft
from rooms.live import live
from rooms.queries import common_people
from rooms.wire import when
from talkwave.errors import Refused
from talkwave.realtime.consumer import Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import Malformed, optional_number, string, whole_number
from talkwave.web.ratelimit import Buckets

Answer = dict[str, Any] | None

_programs = Buckets(*settings.RATE_MESSAGES_API)
# A typing hint lasts seven seconds; more often than every two helps nobody.
_typing = Buckets(0.5, 2)


async def send(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    try:
        client_id = uuid.UUID(string(command, "client_id"))
    except ValueError:
        raise Malformed(_("A client_id is a UUID that the client makes.")) from None
    for later in ("reply_to", "attachments"):
        if command.get(later):
            raise Malformed(_("%(field)s is not possible here.") % {"field": later})
    buckets = _programs if consumer.socket.is_program else limits.posting
    if wait := buckets.take(consumer.socket.user_id):
        raise consumer.too_fast(wait)
    draft = Draft(consumer.socket.user_id, command.get("room"), string(command, "body"), client_id, consumer.language)
    # The ack follows from there, after the commit.
    live().committer.submit(draft, consumer, command)
    return None


async def edit(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(messages.edit_message, consumer.socket.user, command.get("id"), string(command, "body"))
    return {"type": "ok"}


async def delete(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(messages.delete_message, consumer.socket.user, command.get("id"))
    return {"type": "ok"}


async def read(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(reads.mark_read, consumer.socket.user, command.get("room"), whole_number(command, "seq"))
    return {"type": "ok"}


async def catch_up(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    return await db(sync.synced, consumer.socket.user, command.get("room"), whole_number(command, "version"))


async def history(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    points = {name: optional_number(command, name) for name in ("before", "after", "around", "limit")}
    return await db(lambda: sync.history(consumer.socket.user, command.get("room"), **points))


async def typing(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    room_id = access.parse_id(command.get("room"))
    # The hub hears a room for its members alone: no question to the database for a hint.
    if room_id not in consumer.socket.rooms:
        raise access.not_found()
    if not _typing.take((consumer.socket.user_id, room_id)):
        events.typing(room_id, consumer.socket.user)
    return None


async def set_presence(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    state = string(command, "state")
    if state not in ("active", "idle"):
        raise Malformed(_("A state is active or idle."))
    if state != consumer.socket.state:
        before, consumer.socket.state = consumer.socket.state, state
        live().presence.moved(consumer.socket.user_id, before, state)
    return {"type": "ok"} if command.get("ref") is not None else None


async def watch_presence(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    users = command.get("users")
    if not isinstance(users, list) or len(users) > settings.WATCH_MAX:
        raise Malformed(_("users is a list of at most %(limit)d ids.") % {"limit": settings.WATCH_MAX})
    wanted = []
    for user_id in users:
        try:
            wanted.append(access.parse_id(user_id))
        except Refused:
            raise Malformed(_("users is a list of at most %(limit)d ids.") % {"limit": settings.WATCH_MAX}) from None
    # Only of those one shares a room with: presence is not for everybody who can count.
    known = await db(common_people, consumer.socket.user, wanted)
    consumer.hub.watch(consumer.socket, known)
    states = await live().presence.states(known)
    return {
        "type": "presence",
        "users": [
            {"user": str(user_id), "state": state, "since": when(since)} for user_id, (state, since) in states.items()
        ],
    }


async def ping(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    consumer.socket.confirm(whole_number(command, "received", default=0))
    return {"type": "pong"}


COMMANDS: Final[dict[str, Command]] = {
    "message.send": send,
    "message.edit": edit,
    "message.delete": delete,
    "room.read": read,
    "sync": catch_up,
    "history": history,
    "typing": typing,
    "presence.set": set_presence,
    "presence.watch": watch_presence,
    "ping": ping,
}
