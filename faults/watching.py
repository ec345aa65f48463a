"""Taking times while people talk."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Any

from faults.people import Client, Crowd
from faults.people.client import Lost

# So long one waits for the answers to the last pings.
PONGS_SECONDS = 10.0


@dataclass(frozen=True)
class Ack:
    """A message that was acknowledged: when its person sent it, when its ack came, and to whom."""

    sent: float
    came: float
    client: Client

    @property
    def took(self) -> float:
        return self.came - self.sent


class Stopwatch:
    """Listens to a crowd: after how long what was sent is acknowledged, and reaches the others.

    A window of time chooses by the moment of sending, so that what a fault held up counts where it was held up. What is
    still under way counts as never answered: so ask after `stage.converge`.
    """

    def __init__(self, crowd: Crowd) -> None:
        self.acks: list[Ack] = []
        self._clients = [client for person in crowd.people for client in person.tabs]
        # Message → when it was sent, and by whom.
        self._sent: dict[str, tuple[float, str]] = {}
        # Message → by client, when they first held it: before its sender has the ack, or long after.
        self._held: dict[str, dict[Client, float]] = {}
        for client in self._clients:
            client.listeners.append(lambda event, client=client: self._hear(client, event))
            client.rooms.listeners.append(lambda message, client=client: self._hold(client, message))

    def _hear(self, client: Client, event: dict[str, Any]) -> None:
        now = time.monotonic()
        if event["type"] == "ack" and (said := client.outbox.get(event["client_id"])) is not None:
            self.acks.append(Ack(said.begun, now, client))
            self._sent[event["id"]] = said.begun, client.who.id

    def _hold(self, client: Client, message: str) -> None:
        self._held.setdefault(message, {}).setdefault(client, time.monotonic())

    def acks_between(self, begin: float, end: float, by: Collection[Client] | None = None) -> list[float]:
        """How long those took that were sent between the two moments (`by` these); infinity, where no answer came."""
        asked = set(self._clients if by is None else by)
        took = [ack.took for ack in self.acks if begin <= ack.sent <= end and ack.client in asked]
        waiting = [said for client in asked for said in client.outbox.values() if begin <= said.begun <= end]
        return took + [math.inf] * len(waiting)

    def came_between(self, begin: float, end: float) -> int:
        """How many acks came between the two moments, whenever their messages were sent."""
        return sum(begin <= ack.came <= end for ack in self.acks)

    def arrivals_between(self, begin: float, end: float) -> list[float]:
        """From sending to each of the others who holds it, pushed or caught up with, of what was sent between the two
        moments."""
        return [
            at - sent
            for message, (sent, sender) in self._sent.items()
            if begin <= sent <= end
            for client, at in self._held.get(message, {}).items()
            if client.who.id != sender
        ]


@contextlib.asynccontextmanager
async def pinging(clients: list[Client], every: float = 0.1) -> AsyncIterator[list[float]]:
    """Inside, each of them pings again and again, whether the last one was answered or not; gives how long the answers
    took, one list for all; infinity, where none came."""
    took: list[float] = []

    async def ping(client: Client) -> None:
        try:
            async with asyncio.timeout(PONGS_SECONDS):
                took.append(await client.ping())
        except (Lost, TimeoutError):
            took.append(math.inf)

    def all_of_them(tasks: asyncio.TaskGroup) -> None:
        for client in clients:
            tasks.create_task(ping(client))

    async with again_and_again(all_of_them, every):
        yield took


@contextlib.asynccontextmanager
async def again_and_again(begin: Callable[[asyncio.TaskGroup], object], every: float) -> AsyncIterator[None]:
    """Inside, `begin` is called every so many seconds, whether the tasks it began before have ended or not; all of them
    have when this ends."""

    async def go() -> None:
        async with asyncio.TaskGroup() as tasks:
            while not over.is_set():
                begin(tasks)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), every)

    over = asyncio.Event()
    going = asyncio.get_running_loop().create_task(go())
    try:
        yield
    finally:
        over.set()
        await going
