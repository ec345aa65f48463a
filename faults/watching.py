"""Taking times while people talk."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from faults.people import Client, Crowd
from faults.people.client import Lost


class Stopwatch:
    """Listens to a crowd: when and after how long acks came, and when what was said reached the others."""

    def __init__(self, crowd: Crowd) -> None:
        self.acks: list[tuple[float, float]] = []
        self.arrivals: list[tuple[float, float]] = []
        self._sent: dict[str, float] = {}
        for person in crowd.people:
            for client in person.tabs:
                client.listeners.append(lambda event, client=client: self._hear(client, event))

    def _hear(self, client: Client, event: dict[str, Any]) -> None:
        now = time.monotonic()
        if event["type"] == "ack" and (said := client.outbox.get(event["client_id"])) is not None:
            self.acks.append((now, now - said.begun))
            self._sent[event["id"]] = said.begun
        elif event["type"] == "message.created":
            message = event["message"]
            if message["id"] in self._sent and message["sender"]["id"] != client.who.id:
                self.arrivals.append((now, now - self._sent[message["id"]]))

    def acks_between(self, begin: float, end: float) -> list[float]:
        """How long those took that came between the two moments."""
        return [took for at, took in self.acks if begin <= at <= end]

    def arrivals_between(self, begin: float, end: float) -> list[float]:
        return [took for at, took in self.arrivals if begin <= at <= end]


@contextlib.asynccontextmanager
async def pinging(clients: list[Client], every: float = 0.1) -> AsyncIterator[list[float]]:
    """Inside, each of them pings all the time; gives how long the answers took, one list for all."""
    took: list[float] = []

    async def go(client: Client) -> None:
        while True:
            with contextlib.suppress(Lost):
                took.append(await client.ping())
            await asyncio.sleep(every)

    going = [asyncio.get_running_loop().create_task(go(client)) for client in clients]
    try:
        yield took
    finally:
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
