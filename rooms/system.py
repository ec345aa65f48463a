"""System messages: lines that tell what happened in a room.

They are stored as what happened (`{"event": "renamed", "name": "Harbour"}`), so that each reader gets them in their
language; `body` holds the English line for programs.
"""

from typing import Any, Final

from accounts.models import User

# Event → the English line. {actor} did it, {target} had it done to them; the rest are the event's own words.
LINES: Final = {
    "created": "{actor} created this room",
    "joined": "{actor} joined",
    "left": "{actor} left",
    "invited": "{actor} added {target}",
    "removed": "{actor} removed {target}",
    "renamed": "{actor} named this room {name}",
    "topic": "{actor} set the topic: {topic}",
    "topic_cleared": "{actor} cleared the topic",
    "archived": "{actor} archived this room",
    "restored": "{actor} restored this room",
    "role": "{actor} made {target} {role}",
    "thread_in": "{actor} moved a message into a thread",
    "thread_in_many": "{actor} moved {n} messages into a thread",
    "thread_out": "{actor} moved an answer out of its thread, into the room",
    "thread_out_many": "{actor} moved {n} answers out of their thread, into the room",
    "moved": "{actor} moved a message to {to}",
    "moved_away": "{actor} moved a message to another room",
    "note": "{text}",
}


def system_body(system: dict[str, Any], actor: User) -> str:
    """The English line, one line whatever is in its parts. Raises KeyError for an event that is not in LINES."""
    line = LINES[system["event"]]
    words = {key: str(value) for key, value in system.items()}
    return " ".join(line.format_map({"actor": actor.name, **words}).split())
