"""Reacting to messages, over the socket."""

from typing import Any, Final

from rooms.actions import reactions
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db


async def add(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(reactions.add_reaction, consumer.socket.user, command.get("message"), command.get("emoji"))
    return {"type": "ok"}


async def remove(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await db(reactions.remove_reaction, consumer.socket.user, command.get("message"), command.get("emoji"))
    return {"type": "ok"}


COMMANDS: Final[dict[str, Command]] = {"reaction.add": add, "reaction.remove": remove}
