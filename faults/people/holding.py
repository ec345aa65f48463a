"""What a client holds of a room, and the rules by which it changes (docs/protocol.md, "Order, versions, catching up")."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from faults.history import History, digest
from faults.people.connection import Lost


@dataclass
class Held:
    """One room as one client has it."""

    room: str
    # From which version and seq on it holds the room.
    version: int
    begun: int
    # Called with the id of each message that is applied, whichever way it came.
    applied: Callable[[str], None]
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
        self.applied(message["id"])
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


class Rooms(dict[str, Held]):
    """By id, the rooms one client holds. `ask` asks the server, and raises Lost; `recovers` False: it never syncs."""

    def __init__(self, history: History, ask: Callable[..., Awaitable[dict[str, Any]]], *, recovers: bool) -> None:
        self._history, self._ask, self._recovers = history, ask, recovers
        # Called with the id of each message that is applied in any of them.
        self.listeners: list[Callable[[str], None]] = []
        # When that was last.
        self.applied_at = 0.0

    def _applied(self, message_id: str) -> None:
        self.applied_at = time.monotonic()
        for listener in self.listeners:
            listener(message_id)

    def greeted(self, rooms: list[dict[str, Any]], *, anew: bool) -> None:
        """What `hello` lists is held from now on, and nothing else; `anew`: nothing of what was held counts any more."""
        listed = {room["id"]: room for room in rooms}
        for room_id in list(self) if anew else set(self) - set(listed):
            self.end(room_id)
        for room in listed.values():
            if (held := self.get(room["id"])) is None:
                self.begin(room)
            elif room["version"] > held.version:
                held.ahead = max(held.ahead, room["version"])
                self._sync(held)

    def begin(self, room: dict[str, Any]) -> None:
        if room["id"] in self:
            return
        held = Held(room["id"], room["version"], room["last_seq"], self._applied, room["version"])
        held.read_seq, held.last_seq = room["read_seq"], room["last_seq"]
        self[room["id"]] = held
        self._history.write("begin", room=room["id"], version=room["version"], seq=room["last_seq"])

    def end(self, room_id: str) -> None:
        if self.pop(room_id, None) is not None:
            self._history.write("end", room=room_id)

    def take(self, event: dict[str, Any]) -> None:
        """A durable event."""
        member = event.get("member", {}).get("id")
        self._history.write("receive", room=event["room"], version=event["version"], kind=event["type"], user=member)
        held = self.get(event["room"])
        if held is not None and held.take(self._history, event, recovers=self._recovers):
            self._sync(held)

    def lost(self) -> None:
        """No answer comes any more to what was asked."""
        for held in self.values():
            held.syncing = False

    def _sync(self, held: Held) -> None:
        """Asks for what is missing; the answer is taken in a task, so that events go on being read."""
        if self._recovers and not held.syncing:
            held.syncing = True
            asyncio.get_running_loop().create_task(self._synchronise(held))

    async def _synchronise(self, held: Held) -> None:
        try:
            while held.ahead > held.version and self.get(held.room) is held:
                answer = await self._ask(type="sync", room=held.room, version=held.version)
                if self.get(held.room) is not held:
                    return
                if answer["type"] == "error":
                    if answer["code"] in ("not_found", "forbidden"):
                        return
                    await asyncio.sleep(answer.get("retry_after") or 1)
                elif answer["reset"]:
                    held.reset(self._history, answer["version"])
                    await self._load(held)
                else:
                    held.synced(self._history, answer)
        except Lost:
            pass
        finally:
            held.syncing = False

    async def _load(self, held: Held) -> None:
        """By pages, from the newest back to where this client began to hold the room."""
        before: int | None = None
        while True:
            point = {} if before is None else {"before": before}
            page = await self._ask(type="history", room=held.room, limit=100, **point)
            if page["type"] == "error":
                await asyncio.sleep(page.get("retry_after") or 1)
                continue
            for message in page["messages"]:
                held.load(self._history, message)
            if not page["messages"] or not page["has_older"] or page["messages"][0]["seq"] <= held.begun + 1:
                return
            before = page["messages"][0]["seq"]
