"""Valkey goes away, from all servers or from one."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from faults.cases.registry import case
from faults.stage import Stage, percentile
from faults.town import Proxy, Town
from faults.watching import Stopwatch

Fault = Callable[[], Awaitable[None]]


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
                await asyncio.sleep(0.5)
                began = time.monotonic()
                await fault()
                ended = time.monotonic()
                await asyncio.sleep(0.5 if stage.short else 8)
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
        seconds = 1.5 if short else 10.0
        await asyncio.to_thread(valkey.pause, seconds)
        await asyncio.sleep(seconds)

    async def away() -> None:
        await asyncio.to_thread(valkey.kill)
        await asyncio.sleep(2.0 if short else 60.0)
        await asyncio.to_thread(valkey.start)

    return [("restart", restart), ("stands still 10 s", pause), ("away 60 s", away)]


@case("F17", "one of two servers loses Valkey, and keeps the database", short=True)
async def one_server_is_alone(stage: Stage) -> None:
    """Two servers; between one of them and Valkey stands a proxy, which swallows everything for half the time, and
    then cuts and refuses. People on both sides go on talking with each other by way of the database."""
    town = await stage.town(servers=2)
    server = town.servers[1]
    async with Proxy(str(town.valkey.socket)) as between:
        await town.stop(server)
        server.settings = {"REDIS_URL": f"redis://127.0.0.1:{between.port}"}
        await town.start(server)
        try:
            async with stage.crowd(town, people=12 if stage.short else 60) as crowd:
                watch = Stopwatch(crowd)
                async with crowd.living(acts_a_second=15):
                    await asyncio.sleep(1)
                    began = time.monotonic()
                    between.up.swallow = between.down.swallow = True
                    await asyncio.sleep(2.5 if stage.short else 30)
                    between.closed = True
                    await between.cut()
                    await asyncio.sleep(1 if stage.short else 30)
                    ended = time.monotonic()
                    between.up.swallow = between.down.swallow = between.closed = False
                took = await stage.converge(crowd, town)
                acks, arrivals = watch.acks_between(began, ended), watch.arrivals_between(began, ended)
                stage.figure("acks meanwhile, p99", percentile(acks, 99), "s", at_most=0.5)
                stage.figure("arrival meanwhile, p99", percentile(arrivals, 99), "s", at_most=10)
                stage.figure("everybody holds everything after it", took, "s", at_most=35)
        finally:
            await town.stop(server)
            server.settings = {}
            await town.start(server)
