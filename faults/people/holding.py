"""What a client holds of a room, and the rules by which it changes (docs/protocol.md, "Order, versions, catching up")."""

from dataclasses import dataclass, field
from typing import Any

from faults.history import History, digest


@dataclass
class Held:
    """One room as one client has it."""

    room: str
    # From which version and seq on it holds the room.
    version: int
    begun: int
    # The furthest version it heard of: beyond `version` there is a hole.
    ahead: int = 0
    syncing: bool = False
    # Message id → its seq and the version it is held in.
    messages: dict[str, tuple[int, int]] = field(default_factory=dict)
    # What its person has read, and how the server counts what they have not.
    read_seq: int = 0
    last_seq: int = 0

    @property
    def whole(self) -> bool:
        return self.ahead <= self.version and not self.syncing

    def take(self, history: History, event: dict[str, Any], *, recovers: bool) -> bool:
        """A durable event came. Gives whether the client has to `sync`."""
        version = event["version"]
        if version <= self.version:
            return False
        self.ahead = max(self.ahead, version)
        if version > self.version + 1 and recovers:
            return not self.syncing
        self.version = version
        self._apply(history, "event", event["type"], event.get("message"), version)
        return False

    def synced(self, history: History, answer: dict[str, Any]) -> None:
        """The answer to `sync` came, and is no `reset`."""
        start = self.version
        for message in answer["messages"]:
            if message["version"] > start:
                self._apply(history, "sync", "message", message, message["version"])
        self.version = max(self.version, answer["version"])
        history.write("resync", room=self.room, **{"from": start, "to": self.version, "reset": False})

    def reset(self, history: History, version: int) -> None:
        """Too much was missed: everything held of the room goes, and is loaded by pages."""
        history.write("resync", room=self.room, **{"from": self.version, "to": version, "reset": True})
        self.messages.clear()
        self.version = version

    def load(self, history: History, message: dict[str, Any]) -> None:
        """A message out of a page of history."""
        known = self.messages.get(message["id"])
        if message["seq"] > self.begun and (known is None or known[1] < message["version"]):
            self._apply(history, "history", "message", message, message["version"])

    def _apply(self, history: History, how: str, kind: str, message: dict[str, Any] | None, version: int) -> None:
        if message is None:
            history.write("apply", how=how, room=self.room, version=version, kind=kind)
            return
        self.messages[message["id"]] = message["seq"], version
        self.last_seq = max(self.last_seq, message["seq"])
        history.write(
            "apply",
            how=how,
            room=self.room,
            version=version,
            kind=kind,
            id=message["id"],
            seq=message["seq"],
            sha=digest(message["body"]),
            deleted=message["deleted"],
            text=message["kind"] == "text",
            reactions={one["emoji"]: sorted(one["users"]) for one in message["reactions"]},
        )
