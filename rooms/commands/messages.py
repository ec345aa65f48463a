"""Messages by socket: send, edit, delete, and saying that one writes."""

import uuid
from collections.abc import Awaitable
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from rooms import access, events, limits
from rooms.actions import deleting, messages
from rooms.actions.posting import Draft
from rooms.live import live
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import Malformed, boolean, items, string
from talkwave.realtime.pressure import shed_typing
from talkwave.web.ratelimit import Buckets


def send(consumer: LiveConsumer, command: dict[str, Any]) -> Answer | Awaitable[Answer]:
    try:
        client_id = uuid.UUID(string(command, "client_id"))
    except ValueError:
        raise Malformed(_("A client_id is a UUID that the client makes.")) from None
    buckets = limits.posting_programs if consumer.socket.is_program else limits.posting
    wait = buckets.take_known(consumer.socket.user_id)
    if wait is None:
        return _send_soon(consumer, command, client_id, buckets)
    return _submit(consumer, command, client_id, wait)


async def _send_soon(consumer: LiveConsumer, command: dict[str, Any], client_id: uuid.UUID, buckets: Buckets) -> Answer:
    """The same once the other processes have told what was granted there."""
    return _submit(consumer, command, client_id, await buckets.take_soon(consumer.socket.user_id))


def _submit(consumer: LiveConsumer, command: dict[str, Any], client_id: uuid.UUID, wait: float) -> Answer:
    if wait:
        raise consumer.too_fast(wait)
    draft = Draft(
        consumer.socket.user_id,
        command.get("room"),
        string(command, "body"),
        client_id,
        reply_to=command.get("reply_to"),
        thread=command.get("thread"),
        in_room=boolean(command, "in_room", default=True),
        poll=command.get("poll"),
        reads=boolean(command, "reads", default=True),
        attachments=items(command, "attachments", most=settings.ATTACHMENTS_MAX),
        language=consumer.language,
    )
    # The ack follows from there, after the commit.
    live().committer.submit(draft, consumer, command)
    return None


async def edit(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(messages.edit_message, consumer.socket.user, command.get("id"), string(command, "body"))
    return {"type": "ok"}


async def delete(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(deleting.delete_message, consumer.socket.user, command.get("id"))
    return {"type": "ok"}


async def restore(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(deleting.restore_message, consumer.socket.user, command.get("id"))
    return {"type": "ok"}


def typing(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    room_id = access.parse_id(command.get("room"))
    # The hub hears a room for its members alone: no question to the database for a hint.
    if room_id not in consumer.socket.rooms:
        raise access.not_found()
    # Under pressure it goes no further.
    if not shed_typing() and not limits.typing.take_here((consumer.socket.user_id, room_id)):
        events.typing(room_id, consumer.socket.user)
    return None


COMMANDS: Final[dict[str, Command]] = {
    "message.send": send,
    "message.edit": edit,
    "message.delete": delete,
    "message.restore": restore,
    "typing": typing,
}
