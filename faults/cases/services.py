"""What the servers stand on goes away: Valkey, PostgreSQL."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from faults.cases.registry import case
from faults.people import Crowd
from faults.stage import Stage, percentile
from faults.town import Town

Fault = Callable[[], Awaitable[None]]


class Stopwatch:
    """Listens to a crowd: how long acks took, and how long what was said took to reach the others."""

    def __init__(self, crowd: Crowd) -> None:
        self.acks: list[tuple[float, float]] = []
        self.arrivals: list[tuple[float, float]] = []
        self._sent: dict[str, float] = {}
        for person in crowd.people:
            client = person.client
            client.listeners.append(lambda event, client=client: self._hear(client, event))

    def _hear(self, client: Any, event: dict[str, Any]) -> None:
        now = time.monotonic()
        if event["type"] == "ack" and (said := client.outbox.get(event["client_id"])) is not None:
            self.acks.append((now, now - said.sent_at))
            self._sent[event["id"]] = said.sent_at
        elif event["type"] == "message.created":
            message = event["message"]
            if message["id"] in self._sent and message["sender"]["id"] != client.who.id:
                self.arrivals.append((now, now - self._sent[message["id"]]))

    def acks_between(self, begin: float, end: float) -> list[float]:
        return [took for at, took in self.acks if begin <= at <= end]

    def arrivals_between(self, begin: float, end: float) -> list[float]:
        return [took for at, took in self.arrivals if begin <= at <= end]


@case("F2", "Valkey restarts, stands still, is away", short=True)
async def valkey_goes_away(stage: Stage) -> None:
    """Two servers on one Valkey, people talking. It is killed and started again at once; it answers nothing for ten
    seconds; it is away for sixty. Messages go on being acknowledged, arrive by way of the database meanwhile, and nobody
    is thrown out."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        watch = Stopwatch(crowd)
        sockets = len(crowd.clients)
        closes = sum(len(client.closes) for client in crowd.clients)
        for name, fault in _faults(town, stage.short):
            async with crowd.living(acts_a_second=20):
                await asyncio.sleep(1)
                began = time.monotonic()
                await fault()
                ended = time.monotonic()
                await asyncio.sleep(1 if stage.short else 8)
            after = time.monotonic()
            stage.figure(
                f"{name}: acks meanwhile, p99", percentile(watch.acks_between(began, ended), 99), "s", at_most=0.5
            )
            stage.figure(
                f"{name}: arrival meanwhile, p99", percentile(watch.arrivals_between(began, ended), 99), "s", at_most=10
            )
            pushed = percentile(watch.arrivals_between(min(ended + 5, after), after), 95)
            stage.figure(f"{name}: arrival five seconds later, p95", pushed, "s", at_most=1)
        took = await stage.converge(crowd, town)
        # All came once more at the end.
        closes = sum(len(client.closes) for client in crowd.clients) - closes - sockets
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)
        stage.figure("sockets closed meanwhile", 100 * max(0, closes) / sockets, "%", at_most=1)


def _faults(town: Town, short: bool) -> list[tuple[str, Fault]]:
    valkey = town.valkey

    async def restart() -> None:
        await asyncio.to_thread(valkey.kill)
        await asyncio.to_thread(valkey.start)

    async def pause() -> None:
        seconds = 2.0 if short else 10.0
        await asyncio.to_thread(valkey.pause, seconds)
        await asyncio.sleep(seconds)

    async def away() -> None:
        await asyncio.to_thread(valkey.kill)
        await asyncio.sleep(3.0 if short else 60.0)
        await asyncio.to_thread(valkey.start)

    return [("restart", restart), ("stands still 10 s", pause), ("away 60 s", away)]
