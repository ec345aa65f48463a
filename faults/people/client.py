"""One socket of one person with all that a client keeps: its rooms, its messages on their way, who is here."""

import asyncio
import random
import uuid
from typing import Any

from faults.history import History
from faults.people.connection import Connection, Event, Lost, Who
from faults.people.holding import Rooms
from faults.people.outbox import ACK_SECONDS, Outbox

__all__ = ["Client", "Event", "Lost", "Who"]


class Client(Connection):
    """As docs/protocol.md wants it: it catches up, and repeats what got no answer.

    `recovers` False: it takes whatever comes and never syncs, as a client without recovery of gaps would.
    """

    def __init__(
        self,
        who: Who,
        ports: list[int],
        history: History,
        *,
        recovers: bool = True,
        dice: random.Random | None = None,
        **options: Any,
    ) -> None:
        super().__init__(who, ports, history, dice=dice, **options)
        self.rooms = Rooms(history, self.ask, recovers=recovers)
        self.outbox = Outbox(history, self.send, self.dice)
        self.presence: dict[str, str] = {}
        self.watching: list[str] = []
        self.epoch = ""
        self.quiet = False
        history.write("client", user=who.id, username=who.username, recovers=recovers)

    # --- what a person does -------------------------------------------------------------------------------
    def post(self, room: str, body: str, client_id: str = "") -> "asyncio.Future[Event | None]":
        """A message, sent until it is answered: its `ack`, or None where it was refused for good."""
        client_id = client_id or str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        said = self.outbox.add(room, body, client_id)
        if self.connected.is_set():
            asyncio.get_running_loop().create_task(self.outbox.post(said))
        return said.answered

    async def repeat(self, client_id: str) -> None:
        """Sends a message once more that is not answered yet, as a double click does."""
        await self.outbox.post(self.outbox[client_id])

    async def watch(self, users: list[str]) -> None:
        """Hears of the coming and going of these people, also after a reconnect."""
        self.watching = users
        self.history.write("watch", users=users)
        await self.send({"type": "presence.watch", "users": users})

    async def greet_again(self) -> None:
        """Comes once more while nothing happens: the counters of this `hello` are to be right."""
        self.quiet = True
        await self.reconnect()

    # --- what comes ---------------------------------------------------------------------------------------
    async def take(self, event: Event) -> None:
        kind = event["type"]
        if kind == "hello":
            await self._greeted(event)
        elif kind == "ack":
            self.outbox.acked(event)
        elif kind == "error":
            self.retry_after = event.get("retry_after") or 0.0
            self.outbox.refused(event)
        elif kind == "presence":
            told = event.get("users", [event])
            for one in told:
                self.presence[one["user"]] = one["state"]
                self.history.write("presence", user=one["user"], state=one["state"])
        elif kind == "room.joined":
            self.rooms.begin(event["room"])
        elif kind == "room.left":
            self.rooms.end(event["room"])
        elif kind == "read.updated":
            if (held := self.rooms.get(event["room"])) is not None:
                held.read_seq = event["read_seq"]
        elif kind == "typing":
            self.history.write("hint", room=event["room"], kind=kind)
        elif "version" in event and "room" in event:
            self.rooms.take(event)

    async def _greeted(self, hello: Event) -> None:
        counted = ("version", "last_seq", "read_seq", "unread", "mentions")
        self.history.write(
            "connect",
            epoch=hello["epoch"],
            quiet=self.quiet,
            rooms={room["id"]: {key: room[key] for key in counted} for room in hello["rooms"]},
        )
        self.quiet = False
        self.greeted(hello)
        self.rooms.greeted(hello["rooms"], anew=bool(self.epoch) and hello["epoch"] != self.epoch)
        self.epoch = hello["epoch"]
        self.connected.set()
        if self.watching:
            await self.send({"type": "presence.watch", "users": self.watching})
        await self.outbox.post_all()

    # --- what becomes of a connection ---------------------------------------------------------------------
    def lost(self) -> None:
        self.rooms.lost()

    def ended(self) -> None:
        self.outbox.give_up()

    async def beat(self) -> None:
        await self.outbox.post_all(older=ACK_SECONDS)
