"""Clocks and time: clocks that are wrong, hours in which nothing happens, and hours in which much does."""

import asyncio
import contextlib
import random
import time
from pathlib import Path

from faults.cases.registry import case
from faults.people import Client, Crowd
from faults.stage import Stage
from faults.town import Server, Town
from faults.town.usage import MIB, clients_of, descriptors_of, threads_of
from faults.watching import Stopwatch

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def _set(clock: Path, seconds: float) -> None:
    """That clock is wrong by so much from now on."""
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


@case("F14", "clocks of servers are wrong, and are set back")
async def clocks_are_wrong(stage: Stage) -> None:
    """One server is ten minutes fast, the other ten minutes slow; while people talk the first is set back by an hour, and
    then forward by a day. The order stays one, nobody is signed out, presence stays true. (The clock of a client is asked for nothing: the order is the
    server's, and what a page shows as "ago" is a test of its own.)"""
    pause = 0.5 if stage.short else 10.0
    town = await stage.town(servers=2, DJANGO_SETTINGS_MODULE="faults.town.clock_settings")
    clocks = [town.folder / f"clock{server.number}" for server in town.servers]
    try:
        for server, clock, minutes in zip(town.servers, clocks, (10, -10), strict=True):
            _set(clock, minutes * MINUTE)
            await town.stop(server)
            server.settings = {"FAULTS_CLOCK": str(clock)}
            await town.start(server)
        async with stage.crowd(town, people=12 if stage.short else 40, by_cookie=True) as crowd:
            watch = Stopwatch(crowd)
            for client in crowd.clients:
                await client.watch([person.client.who.id for person in crowd.people])
            here = {client.hello["server_time"][:16] for client in crowd.clients}
            closes = sum(len(client.closes) for client in crowd.clients)
            async with crowd.living(acts_a_second=20):
                began = time.monotonic()
                await asyncio.sleep(pause)
                for seconds in (-HOUR, DAY):
                    _set(clocks[0], seconds)
                    await asyncio.sleep(pause)
                _set(clocks[0], 10 * MINUTE)
                await asyncio.sleep(pause)
                ended = time.monotonic()
            closes = sum(len(client.closes) for client in crowd.clients) - closes
            took = await stage.converge(crowd, town, presence=True)
        stage.expect(len(here) > 1, f"the clocks of both servers say the same: {here}")
        stage.expect(not closes, f"{closes} connections were ended")
        stage.spread("acks meanwhile", watch.acks_between(began, ended), 99, at_most=0.5)
        stage.figure("everybody holds everything after it", took, "s", at_most=30)
    finally:
        for server in town.servers:
            await town.stop(server)
            server.settings = {}
            await town.start(server)


def _subscriptions(town: Town) -> set[str]:
    """Those by which servers hear of events."""
    return clients_of(town, "TYPE", "pubsub")


@case("F22", "nobody says anything for ten minutes", short=True)
async def nothing_happens(stage: Stage) -> None:
    """Some people are connected, and nobody acts. No connection ends, neither theirs nor those of the servers to Valkey,
    and what is said after it is heard at once. (In the short run eight seconds: longer than a read of redis-py waits.)"""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=6, rooms=2) as crowd:
        watch = Stopwatch(crowd)
        await crowd.act(1, {"say": 1})
        before = await asyncio.to_thread(_subscriptions, town)
        closes = sum(len(client.closes) for client in crowd.clients)
        await asyncio.sleep(8 if stage.short else 600)
        closes = sum(len(client.closes) for client in crowd.clients) - closes
        after = await asyncio.to_thread(_subscriptions, town)
        began = time.monotonic()
        await crowd.act(1 if stage.short else 10, {"say": 1})
        ended = time.monotonic()
        await stage.converge(crowd, town)
        arrivals = watch.arrivals_between(began, ended)
        stage.expect(not closes, f"{closes} connections of people ended")
        stage.figure("servers that listen to Valkey", len(before), at_least=len(town.servers))
        stage.figure("connections of people that ended", closes, at_most=0)
        # One that is replaced loses what is said meanwhile, which the hub then finds; but not for want of talk.
        stage.figure("connections to Valkey that were replaced", len(before - after), at_most=0)
        stage.spread("from sending to the others after it", arrivals, 99, at_most=1)


class Usage:
    """What a server used from time to time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.taken: list[tuple[float, float, int, int]] = []

    def take(self) -> None:
        server = self.server
        self.taken.append((time.monotonic(), server.memory() / MIB, descriptors_of(server), threads_of(server)))

    def slope(self) -> float:
        """MiB an hour, by least squares, over what came after the first hour (of a shorter run, the first third): caches
        are full by then."""
        late = [one for one in self.taken if one[0] >= self.taken[0][0] + HOUR] or self.taken[len(self.taken) // 3 :]
        middle = sum(at for at, *_ in late) / len(late)
        level = sum(memory for _, memory, *_ in late) / len(late)
        spread = sum((at - middle) ** 2 for at, *_ in late)
        return sum((at - middle) * (memory - level) for at, memory, *_ in late) / spread * HOUR if spread else 0.0

    def grown(self, which: int) -> float:
        """How much more descriptors (2) or threads (3) there are at the end than after the first third; each the most
        of some looks."""
        third = max(1, len(self.taken) // 3)
        late = self.taken[third:]
        few = max(1, len(late) // 4)
        return max(one[which] for one in late[-few:]) - max(one[which] for one in late[:few])


async def _come_and_go(crowd: Crowd, client: Client, dice: random.Random, life: float) -> None:
    """A socket lives between a thirtieth of `life` and all of it, and then another one takes its place."""
    while True:
        await asyncio.sleep(dice.uniform(life / 30, life))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                await client.reconnect()


@case("F21", "a soak: people come and go for a long time")
async def soak(stage: Stage) -> None:
    """People talk for as long as `--soak` says (10 minutes where it says nothing), and each connection lives between one
    and thirty minutes, less in a short soak; those of some people stay from the first minute to the last. What the servers use stays level, and the oldest connections still receive."""
    minutes = 0.2 if stage.short else stage.soak_minutes
    life = min(30.0 * MINUTE, minutes * MINUTE / 4)
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=10 if stage.short else 100, two_tabs=0) as crowd:
        usages = [Usage(server) for server in town.servers]
        oldest, others = crowd.clients[:4], crowd.clients[4:]
        dice = random.Random(21)
        closes = [len(client.closes) for client in oldest]
        valkey = len(await asyncio.to_thread(clients_of, town))
        going = [asyncio.create_task(_come_and_go(crowd, client, dice, life)) for client in others]
        try:
            async with crowd.living(acts_a_second=10):
                ends = time.monotonic() + minutes * MINUTE
                while time.monotonic() < ends:
                    await asyncio.sleep(min(10.0, minutes * MINUTE / 12))
                    for usage in usages:
                        usage.take()
        finally:
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)
        stage.expect(closes == [len(client.closes) for client in oldest], "an old connection ended")
        await crowd.connected()
        heard = len(await asyncio.to_thread(clients_of, town))
        await stage.converge(crowd, town)
        # Over minutes it is the slope of caches that still fill: an hour for these, and an hour to be judged.
        hours, steepest = minutes >= 2 * MINUTE, max(map(Usage.slope, usages))
        stage.figure("length", minutes, "min")
        stage.figure("connections that came and went", sum(len(client.closes) for client in others))
        stage.figure("memory, slope of the steeper server", steepest, "MiB/h", at_most=1 if hours else None)
        stage.figure("file descriptors, growth", max(usage.grown(2) for usage in usages), at_most=20)
        stage.figure("threads, growth", max(usage.grown(3) for usage in usages), at_most=4)
        stage.figure("connections to Valkey, growth", heard - valkey, at_most=10)
        if not hours:
            stage.unjudged("slope not judged")
            stage.note("the slope of memory is judged from two hours on")
