"""Drafts by socket."""

from typing import Any, Final

from rooms import limits
from rooms.actions import drafts
from talkwave.realtime.consumer import Answer, Command, LiveConsumer
from talkwave.realtime.database import db
from talkwave.realtime.frames import optional_string, string, whole_number


async def save(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    user = consumer.socket.user
    await limits.spend_soon(limits.drafting, user)
    body, version = string(command, "body"), whole_number(command, "version")
    device = (optional_string(command, "device") or "")[:64]
    kept = await db(
        lambda: drafts.save_draft(user, command.get("room"), body, version, thread=command.get("thread"), device=device)
    )
    answer = {"type": "draft", "version": kept.version, "stored": kept.stored}
    return answer if kept.stored else answer | {"body": kept.body}


async def listed(consumer: LiveConsumer, command: dict[str, Any]) -> Answer:
    await limits.spend_soon(limits.drafting, consumer.socket.user)
    return {"type": "drafts", "drafts": await db(drafts.drafts_of, consumer.socket.user)}


COMMANDS: Final[dict[str, Command]] = {
    "draft.save": save,
    "draft.list": listed,
}
