"""Presence by socket, and the heartbeat."""

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from presence import statuses
from rooms import access
from rooms.live import live
from rooms.queries import common_people
from rooms.wire import when
from talkwave.errors import Refused
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import Malformed, string, whole_number


def set_presence(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
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
    said = await db(statuses.statuses_of, known)
    states = await live().presence.states(known)
    return {
        "type": "presence",
        "users": [
            {"user": str(user_id), "state": state, "since": when(since), "status": said.get(user_id)}
            for user_id, (state, since) in states.items()
        ],
    }


def ping(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    consumer.socket.confirm(whole_number(command, "received", default=0))
    return {"type": "pong"}


COMMANDS: Final[dict[str, Command]] = {
    "presence.set": set_presence,
    "presence.watch": watch_presence,
    "ping": ping,
}
