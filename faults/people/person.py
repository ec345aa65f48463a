"""What one person does: says something most often, now and then types, edits, reacts, deletes, reads, comes and goes."""

import asyncio
import contextlib
import random
from collections import deque
from typing import Any

from faults.people import forms
from faults.people.client import Client, Lost

EMOJI = ["👍", "🎉", "❤️", "👀"]
WORDS = [
    "the",
    "wave",
    "rolls",
    "in",
    "and",
    "out",
    "while",
    "we",
    "talk",
    "of",
    "this",
    "and",
    "that",
    "and",
    "what",
    "the",
    "tide",
    "may",
    "bring",
    "tomorrow",
]
# Of a hundred things a person does, so many are of each kind.
HABITS = {"say": 70, "type": 6, "edit": 5, "react": 7, "delete": 2, "read": 7, "move": 3}


class Person:
    """One or more tabs of one person; they act in the first. `open_rooms`: public rooms they join and leave at will."""

    def __init__(self, tabs: list[Client], open_rooms: list[str], names: list[str], dice: random.Random) -> None:
        self.tabs, self.open_rooms, self.names, self.dice = tabs, open_rooms, names, dice
        # The latest of their own messages: id and room, and the latest text.
        self.own: deque[tuple[str, str, str]] = deque(maxlen=50)
        self._said = 0

    @property
    def client(self) -> Client:
        return self.tabs[0]

    async def act(self, habits: dict[str, int] | None = None) -> None:
        """One thing, to its end: acknowledged, refused, or lost with the connection (then they may not know)."""
        if self.client.stopped:
            return
        kinds = habits or HABITS
        (kind,) = self.dice.choices(list(kinds), list(kinds.values()))
        with contextlib.suppress(Lost):
            await getattr(self, kind)()

    def words(self) -> str:
        """A text that nobody else ever says; one in ten names somebody."""
        self._said += 1
        named = f"@{self.dice.choice(self.names)} " if self.names and self.dice.random() < 0.1 else ""
        return f"{named}{self.client.who.username} says {self._said}: {' '.join(self.dice.choices(WORDS, k=8))}"

    async def say(self, room: str | None = None) -> dict[str, Any] | None:
        """A message, until it is acknowledged; None where they may not write there any more."""
        room = room or (self.dice.choice(sorted(self.client.rooms)) if self.client.rooms else None)
        if room is None:
            return None
        body = self.words()
        ack = await self.client.post(room, body)
        if ack is not None:
            self.own.append((ack["id"], room, body))
        return ack

    async def type(self) -> None:
        """Those who look at the same room see that they do."""
        if self.client.rooms:
            await self.client.send({"type": "typing", "room": self.dice.choice(sorted(self.client.rooms))})

    async def edit(self) -> None:
        if not self.own:
            return
        message, room, body = self.own.pop()
        body = f"{body} (edited {self.dice.getrandbits(30)})"
        answer = await self.client.ask("edit", type="message.edit", id=message, room=room, body=body)
        if answer["type"] == "ok":
            self.own.append((message, room, body))

    async def delete(self) -> None:
        if self.own:
            message, room, _ = self.own.popleft()
            await self.client.ask("delete", type="message.delete", id=message, room=room)

    async def react(self) -> None:
        rooms = [held for held in self.client.rooms.values() if held.messages]
        if rooms:
            message = self.dice.choice(list(self.dice.choice(rooms).messages)[-20:])
            verb = self.dice.choice(["add", "add", "remove"])
            await self.client.ask("react", type=f"reaction.{verb}", message=message, emoji=self.dice.choice(EMOJI))

    async def read(self) -> None:
        if self.client.rooms:
            held = self.dice.choice(list(self.client.rooms.values()))
            await self.client.ask("read", type="room.read", room=held.room, seq=held.last_seq)

    async def move(self) -> None:
        """Joins one of the open rooms, or leaves it."""
        if not self.open_rooms:
            return
        room = self.dice.choice(self.open_rooms)
        leaves = room in self.client.rooms
        history, who = self.client.history, self.client.who
        asked = history.write("member", room=room, user=who.id, change="leaving" if leaves else "joining")
        try:
            status = await forms.post(self.client.ports[0], who, f"/rooms/{room}/{'leave' if leaves else 'join'}/")
        except (OSError, TimeoutError, ValueError):
            return
        if status < 400:
            history.write("member", room=room, user=who.id, change="left" if leaves else "joined", asked=asked)


async def both(*work: Any) -> None:
    """All of it at the same time; the first failure is raised once all have ended."""
    for ended in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(ended, BaseException):
            raise ended
