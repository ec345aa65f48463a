"""Reading what the `published` fixture caught."""

import json
from typing import Any


def room_events(published: list[Any]) -> list[tuple[int, str]]:
    """(version, type) of every durable room event, in order."""
    return [(event["version"], event["type"]) for event in full_room_events(published)]


def full_room_events(published: list[Any]) -> list[dict[str, Any]]:
    found = []
    for envelope in _envelopes(published):
        if envelope.message["op"] == "events":
            found += [json.loads(event[1]) for event in envelope.message["events"]]
    return found


def to_person(published: list[Any], user: Any) -> list[Any]:
    """What one person's sockets were told: subscribe by name, unsubscribe with its reason, events as (type, reason)."""
    found: list[Any] = []
    for envelope in _envelopes(published):
        message = envelope.message
        if message.get("user") != user.pk:
            continue
        if message["op"] == "event":
            event = json.loads(message["json"])
            found.append((event["type"], event.get("reason")))
        elif message["op"] == "unsubscribe":
            found.append((message["op"], message["reason"]))
        else:
            found.append(message["op"])
    return found


def _envelopes(published: list[Any]) -> list[Any]:
    return [envelope for batch in published for envelope in batch]
