"""What reached whom (I3, I4, I8)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from faults.checker.database import Message, Stored
from faults.checker.reading import Line, Told


@dataclass
class Room:
    """What one client's lines say it holds of a room."""

    version: int
    begun: int
    # Message → the last line that applied it.
    messages: dict[str, Line] = field(default_factory=dict)


def _replay(one: Told) -> tuple[dict[str, Room], list[str]]:
    """A client's rooms at the end of its history, and what was wrong on the way there."""
    rooms: dict[str, Room] = {}
    wrong: list[str] = []
    for line in one.lines:
        op, name = line["op"], line.get("room", "")
        if op == "begin":
            rooms[name] = Room(line["version"], line["seq"])
        elif op == "end":
            rooms.pop(name, None)
        elif op == "resync" and (room := rooms.get(name)) is not None:
            if line["reset"]:
                room.messages.clear()
                room.version = line["to"]
            room.version = max(room.version, line["to"])
        elif op == "apply":
            if (room := rooms.get(name)) is None:
                wrong.append(f"{one.name} applied version {line['version']} of room {name}, which it does not hold")
            else:
                wrong += [f"{one.name}, room {name}: {words}" for words in _apply(room, line)]
    return rooms, wrong


def _apply(room: Room, line: Line) -> Iterator[str]:
    version, how = line["version"], line["how"]
    if how == "event":
        if version <= room.version:
            yield f"applied version {version} after {room.version}"
        elif version > room.version + 1:
            yield f"applied version {version} over a hole after {room.version}"
    elif how == "sync" and version <= room.version:
        yield f"a sync brought version {version} after {room.version}"
    if how != "history":
        room.version = max(room.version, version)
    if "id" not in line:
        return
    if line["kind"] == "message.created" and line["id"] in room.messages:
        yield f"message {line['id']} came as new a second time"
    room.messages[line["id"]] = line


def applied_in_order(told: list[Told]) -> Iterator[str]:
    """I4: versions that do not rise, messages that came twice, holes that were passed over."""
    for one in told:
        rooms, wrong = _replay(one)
        yield from wrong
        for name, room in rooms.items():
            places: dict[Any, str] = {}
            for message, line in room.messages.items():
                other = places.setdefault(line["seq"], message)
                if other != message:
                    yield f"{one.name}, room {name}: messages {other} and {message} both stand at #{line['seq']}"


def held(told: list[Told], stored: Stored) -> Iterator[str]:
    """I3: members who hold something else than the database, of the time they were there."""
    rooms_of: dict[str, list[Message]] = defaultdict(list)
    for message in stored.messages:
        rooms_of[message.room].append(message)
    for one in told:
        if not one.user:
            continue
        yield from _told_late(one)
        rooms, _ = _replay(one)
        # Of who went for good, or may not come back, nobody can ask that they hold what came later.
        if any(line.get("code") in (None, 4401, 4403) for line in one.of("close", "gone")):
            continue
        for name, room in rooms.items():
            if (name, one.user) not in stored.members:
                continue
            there = {message.id: message for message in rooms_of[name] if message.seq > room.begun}
            for key in there.keys() - room.messages.keys():
                yield f"{one.name} lacks message {key}, #{there[key].seq} of room {name}"
            for key, line in room.messages.items():
                if key in there:
                    yield from (
                        f"{one.name}, message {key}: {words}" for words in _differences(line, there[key], stored)
                    )
                elif line["seq"] > room.begun:
                    yield f"{one.name} holds message {key}, #{line['seq']} of room {name}, which is not stored there"


def _told_late(one: Told) -> Iterator[str]:
    """Rooms that a client began to hold, or to hold no longer, only because it came once more in the quiet at the end:
    nobody had told it before."""
    quiet = False
    for line in one.of("connect", "begin", "end"):
        if line["op"] == "connect":
            quiet = bool(line.get("quiet"))
        elif quiet:
            was = "had come into" if line["op"] == "begin" else "was out of"
            yield f"{one.name} learned only when it was greeted anew that it {was} room {line['room']}"


def _differences(line: Line, message: Message, stored: Stored) -> Iterator[str]:
    if line["seq"] != message.seq:
        yield f"held at #{line['seq']}, stored at #{message.seq}"
    if line["version"] != message.version:
        yield f"held at version {line['version']}, stored at {message.version}"
    if line["deleted"] != message.deleted:
        yield f"{'deleted' if line['deleted'] else 'there'}, and in the database it is not so"
    elif line["sha"] != message.sha:
        yield "held with another text"
    elif not message.deleted and line["reactions"] != stored.reactions.get(message.id, {}):
        yield f"reactions {line['reactions']}, stored {stored.reactions.get(message.id, {})}"


def leaked(told: list[Told], grace: float) -> Iterator[str]:
    """I8: events and hints of a room that came to somebody who was not in it any more, or to a page signed out by then.

    What was in order before they left is theirs; so an event counts that is newer than their leaving, where somebody
    saw at which version that was, and that came more than `grace` seconds after it was done. A hint has no version.
    """
    left: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    came: dict[tuple[str, str], list[float]] = defaultdict(list)
    barred: dict[str, float] = {}
    # By the name of its history: of one person only that page is signed out.
    signed_out: dict[str, float] = {}
    versions: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in told:
        for line in one.of("member"):
            key = line.get("room", ""), line["user"]
            if line["change"] in ("left", "removed"):
                left[key].append((line["t"], line.get("asked", line["t"])))
            elif line["change"] in ("joining", "invited"):
                came[key].append(line["t"])
            elif line["change"] == "suspended":
                barred[line["user"]] = line["t"]
            elif line["change"] == "signed-out":
                signed_out[line["client"]] = line["t"]
        for line in one.of("receive"):
            if line["kind"] == "member.left" and line.get("user"):
                versions[line["room"], line["user"]].append(line["version"])
    for one in told:
        for line in one.of("receive", "hint"):
            key = line["room"], one.user
            what = f"version {line['version']}" if line["op"] == "receive" else f"a hint of {line['kind']}"
            if one.user in barred and line["t"] > barred[one.user] + grace:
                yield f"{one.name} was suspended and received {what} of room {key[0]}"
                continue
            if one.name in signed_out and line["t"] > signed_out[one.name] + grace:
                yield f"{one.name} was signed out and received {what} of room {key[0]}"
                continue
            before = [done for done, _ in left[key] if done < line["t"]]
            if not before:
                continue
            gone = max(before)
            if any(gone - grace < back <= line["t"] for back in came[key]) or line["t"] <= gone + grace:
                continue
            known = line["op"] == "receive" and [one for one in versions[key] if one >= line["version"]]
            if known and len(versions[key]) == len(left[key]):
                # It is older than their last leaving: it was theirs.
                continue
            yield f"{one.name} received {what} of room {key[0]} {line['t'] - gone:.1f} s after leaving it"
