"""What was acknowledged, and what is stored (I1, I2, I5, I6, I7)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from faults.checker.database import Message, Stored
from faults.checker.reading import Line, Told


def _plain(client_id: str) -> str:
    return client_id.replace("-", "")


def _by_client_id(stored: Stored) -> dict[tuple[str, str], list[Message]]:
    found: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in stored.messages:
        if message.client_id:
            found[message.sender, message.client_id].append(message)
    return found


def acknowledged(told: list[Told], stored: Stored, until: float | None = None) -> Iterator[str]:
    """I1: acknowledged, and not there as it was acknowledged."""
    kept = _by_client_id(stored)
    edits, deletes = _changes(told, until)
    for one in told:
        sent = {line["client_id"]: line["sha"] for line in one.of("send")}
        for ack in one.of("ack"):
            if until is not None and ack["t"] > until:
                continue
            where = f"{one.name}, message {ack['id']} ({ack['client_id']})"
            rows = kept.get((one.user, _plain(ack["client_id"])), [])
            if not rows:
                yield f"{where} was acknowledged and is not stored"
                continue
            row = rows[0]
            if (row.id, row.room, row.seq) != (ack["id"], ack["room"], ack["seq"]):
                yield f"{where} was acknowledged as {ack['room']}#{ack['seq']} and stands as {row.id} at {row.room}#{row.seq}"
            gone = deletes.get(row.id)
            if row.deleted != bool(gone) and (row.deleted or gone == "done"):
                # Asked for, and no answer: it may be, or not.
                yield f"{where} is {'deleted though nobody asked for it' if row.deleted else 'there though it was deleted'}"
            if not row.deleted and row.sha not in _texts(sent.get(ack["client_id"]), edits.get(row.id, [])):
                yield f"{where} is stored with another text"


def _changes(told: list[Told], until: float | None) -> tuple[dict[str, list[tuple[float, str, bool]]], dict[str, str]]:
    """Message → its edits in order (when, text, answered with ok), and message → `asked` or `done` for deletions."""
    edits: dict[str, list[tuple[float, str, bool]]] = defaultdict(list)
    deletes: dict[str, str] = {}
    for one in told:
        done = {line["ref"] for line in one.of("done") if until is None or line["t"] <= until}
        for line in one.of("ask"):
            if line["what"] == "edit":
                edits[line["id"]].append((line["t"], line["sha"], line["ref"] in done))
            elif line["what"] == "delete":
                deletes[line["id"]] = "done" if line["ref"] in done or deletes.get(line["id"]) == "done" else "asked"
    for changes in edits.values():
        changes.sort()
    return edits, deletes


def _texts(sent: str | None, edits: list[tuple[float, str, bool]]) -> set[str | None]:
    """What may stand there: the latest text that was answered for, or any that was asked for after it."""
    possible: set[str | None] = {sent}
    for _at, sha, answered in edits:
        if answered:
            possible = {sha}
        else:
            possible.add(sha)
    return possible


def numbered(stored: Stored) -> Iterator[str]:
    """I2: seqs that are not 1 to n, versions that two messages share."""
    rooms: dict[str, list[Message]] = defaultdict(list)
    for message in stored.messages:
        rooms[message.room].append(message)
    for room, (version, last) in stored.rooms.items():
        seqs = sorted(message.seq for message in rooms[room])
        if seqs != list(range(1, last + 1)):
            missing = sorted(set(range(1, last + 1)) - set(seqs))
            yield f"room {room} should hold 1 to {last} and holds {len(seqs)} messages; missing {missing[:5]}"
        counted = Counter(message.version for message in rooms[room])
        if shared := [number for number, count in counted.items() if count > 1]:
            yield f"room {room} has {len(shared)} versions twice, as {shared[0]}"
        if counted and max(counted) > version:
            yield f"room {room} is at version {version}, one of its messages at {max(counted)}"


def once(told: list[Told], stored: Stored) -> Iterator[str]:
    """I5: sent once or more, and there more than once; or refused, and there all the same."""
    kept = _by_client_id(stored)
    for one in told:
        attempts: Counter[str] = Counter()
        for line in one.of("send"):
            attempts[line["client_id"]] += 1
        refused = {line.get("client_id") for line in one.of("error") if line.get("final")}
        acked: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for line in one.of("ack"):
            acked[line["client_id"]].add((line["id"], line["seq"]))
        for client_id, count in attempts.items():
            rows = kept.get((one.user, _plain(client_id)), [])
            if len(rows) > 1:
                yield f"{one.name} sent {client_id} and it is stored {len(rows)} times"
            if len(acked[client_id]) > 1:
                yield f"{one.name} was given {len(acked[client_id])} different acks for {client_id}"
            if rows and client_id in refused and count == 1:
                yield f"{one.name} was refused {client_id}, and it is stored"


def ordered(told: list[Told]) -> Iterator[str]:
    """I6 and I7: sent after another one was acknowledged, and standing before it; each life of the database by itself."""
    # Person, client_id and epoch → when it was sent first, by whichever tab, and its first ack.
    sent: dict[tuple[str, str, str], float] = {}
    acks: dict[tuple[str, str, str], Line] = {}
    for one in told:
        epoch = ""
        for line in one.of("connect", "send", "ack"):
            if line["op"] == "connect":
                epoch = line["epoch"]
                continue
            key = one.user, line["client_id"], epoch
            if line["op"] == "send":
                sent[key] = min(line["t"], sent.get(key, line["t"]))
            elif key not in acks or line["t"] < acks[key]["t"]:
                acks[key] = line
    rooms: dict[tuple[str, str], list[tuple[float, int, Line]]] = defaultdict(list)
    for key, ack in acks.items():
        # Of one that was stored under an earlier life the sending is not of this one.
        if key in sent:
            rooms[ack["room"], key[2]] += [(sent[key], 1, ack), (ack["t"], 0, ack)]
    for (room, _), moments in rooms.items():
        highest: Line | None = None
        for _at, begins, ack in sorted(moments, key=lambda moment: moment[:2]):
            if not begins:
                highest = ack if highest is None or ack["seq"] > highest["seq"] else highest
            elif highest is not None and ack["seq"] < highest["seq"]:
                yield f"room {room}: #{ack['seq']} was sent after #{highest['seq']} had been acknowledged"
