"""Reading by socket: history, catching up, how far one has read."""

from typing import Any, Final

from rooms import sync
from rooms.actions import reads
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import optional_number, optional_string, whole_number
from talkwave.web.counting import counts


async def read(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(reads.mark_read, consumer.socket.user, command.get("room"), whole_number(command, "seq"))
    return {"type": "ok"}


async def unread(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(reads.mark_unread, consumer.socket.user, command.get("room"), whole_number(command, "seq"))
    return {"type": "ok"}


async def catch_up(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    answer = await db(sync.synced, consumer.socket.user, command.get("room"), whole_number(command, "version"))
    counts.syncs += 1
    counts.resets += bool(answer["reset"])
    return answer


async def history(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    points = {name: optional_number(command, name) for name in ("before", "after", "around", "limit")}
    view = optional_string(command, "view")
    thread = command.get("thread")
    return await db(lambda: sync.history(consumer.socket.user, command.get("room"), view=view, thread=thread, **points))


COMMANDS: Final[dict[str, Command]] = {
    "room.read": read,
    "room.unread": unread,
    "sync": catch_up,
    "history": history,
}
