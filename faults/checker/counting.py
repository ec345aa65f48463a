"""What is counted and what is said of people (I9, I10)."""

from collections import defaultdict
from collections.abc import Iterator

from faults.checker.database import Message, Stored
from faults.checker.reading import Told

FALSE_OFFLINE = 10.0
_ONLINE = ("active", "idle")


def counters(told: list[Told], stored: Stored) -> Iterator[str]:
    """I9: the rooms and counters of the last `hello` that came in a quiet moment, beside the database and a recount."""
    rooms: dict[str, list[Message]] = defaultdict(list)
    for message in stored.messages:
        rooms[message.room].append(message)
    for one in told:
        quiet = [line for line in one.of("connect") if line.get("quiet")]
        if not quiet:
            continue
        name = stored.usernames.get(one.user, "")
        for room, user in stored.members:
            if user == one.user and room not in quiet[-1]["rooms"]:
                yield f"{one.name} was greeted without room {room}, of which they are a member"
        for room, counted in quiet[-1]["rooms"].items():
            read = stored.members.get((room, one.user))
            if read is None:
                yield f"{one.name} was greeted with room {room}, of which they are no member"
                continue
            beyond = [message for message in rooms[room] if message.seq > read]
            unread = [m for m in beyond if m.in_room and m.kind == "text" and not m.deleted]
            named = [m for m in unread if name in m.named and m.sender != one.user]
            for what, right in (("read_seq", read), ("unread", len(unread)), ("mentions", len(named))):
                if counted[what] != right:
                    yield f"{one.name}, room {room}: told {what} {counted[what]}, a recount gives {right}"


def _spans(told: list[Told]) -> dict[str, list[tuple[float, float]]]:
    """User → when they were connected, tab by tab."""
    spans: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in told:
        begun: float | None = None
        for line in one.of("connect", "close"):
            if begun is not None:
                spans[one.user].append((begun, line["t"]))
            begun = line["t"] if line["op"] == "connect" else None
        if begun is not None:
            spans[one.user].append((begun, float("inf")))
    return spans


def untruths(told: list[Told]) -> Iterator[tuple[str, str, str, float]]:
    """Who held whom for `online` or `offline` against the truth, and for how long, while they were connected.

    A truth that changes ends an untruth; so does a connection, after which all is told anew.
    """
    spans = _spans(told)
    end = max((one.lines[-1]["t"] for one in told if one.lines), default=0.0)
    for one in told:
        said: dict[str, tuple[float, str]] = {}
        for line in [*one.of("connect", "close", "presence"), {"op": "close", "t": end}]:
            if line["op"] == "presence":
                yield from _held(one.name, line["user"], said.pop(line["user"], None), line["t"], spans)
                said[line["user"]] = line["t"], line["state"]
            else:
                for user in list(said):
                    yield from _held(one.name, user, said.pop(user), line["t"], spans)


def _held(
    name: str, user: str, said: tuple[float, str] | None, until: float, spans: dict[str, list[tuple[float, float]]]
) -> Iterator[tuple[str, str, str, float]]:
    if said is None or user not in spans:
        return
    since, state = said
    here = sorted((max(begun, since), min(ended, until)) for begun, ended in spans[user])
    here = [(begun, ended) for begun, ended in here if ended > begun]
    if state in _ONLINE:
        place = since
        for begun, ended in [*here, (until, until)]:
            if begun > place:
                yield name, user, "online", begun - place
            place = max(place, ended)
    else:
        for begun, ended in here:
            yield name, user, "offline", ended - begun


def presence(told: list[Told], limit: float) -> Iterator[str]:
    """I10: held for here, or for away, against the truth for too long."""
    for name, user, state, seconds in untruths(told):
        if seconds > (limit if state == "online" else min(limit, FALSE_OFFLINE)):
            yield f"{name} held user {user} for {state} {seconds:.0f} s against the truth"
