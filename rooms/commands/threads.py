"""Threads by socket: following, reading, and which ones concern the reader."""

from typing import Any, Final

from rooms import threads
from rooms.actions import threads as actions
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import boolean, whole_number


async def follow(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    following = boolean(command, "following", default=True)
    await db(actions.follow_thread, consumer.socket.user, command.get("root"), following)
    return {"type": "ok"}


async def read(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(actions.mark_thread_read, consumer.socket.user, command.get("root"), whole_number(command, "seq"))
    return {"type": "ok"}


async def listed(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    return {"type": "threads", "threads": await db(threads.known_threads, consumer.socket.user)}


COMMANDS: Final[dict[str, Command]] = {
    "thread.follow": follow,
    "thread.read": read,
    "thread.list": listed,
}
