"""Valkey goes away, from all servers or from one."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from faults.cases.registry import case
from faults.people import Crowd
from faults.stage import Stage
from faults.town import Proxy, Sentinels, Town
from faults.watching import Stopwatch

Fault = Callable[[], Awaitable[None]]
# What is looked at of a fault that is over sooner: else there were too few messages to judge by.
MEANWHILE_SECONDS = 10.0
# A channel of Valkey that every server listens to.
EVERYBODY = "talkwave__group__everywhere"


@case("F2", "Valkey restarts, stands still, is away, is replaced", short=True)
async def valkey_goes_away(stage: Stage) -> None:
    """Two servers on one Valkey, people talking. It is killed and started again at once; it answers nothing for ten
    seconds; it is away for sixty. Messages go on being acknowledged, arrive by way of the database meanwhile, and nobody
    is thrown out. Then the same with a Valkey, a replica, and three Sentinels that miss one after a second: the primary
    is killed, and the replica takes its place; later that one freezes and keeps its connections. Half a minute after
    each the servers listen to the new one, and what is said comes by push. "Meanwhile" is ten seconds at least, from
    the moment of the fault on, and counts what was sent in it, however late it came."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        await _hurt(stage, town, crowd, _faults(town, stage.short))
    if stage.short:
        return
    with Sentinels(stage.folder / "valkeys") as sentinels:
        town = await stage.town(servers=2, **sentinels.settings)
        async with stage.crowd(town, people=80) as crowd:
            await _hurt(stage, town, crowd, _failovers(stage, sentinels))


async def _hurt(stage: Stage, town: Town, crowd: Crowd, faults: list[tuple[str, Fault]]) -> None:
    watch = Stopwatch(crowd)
    sockets = len(crowd.clients)
    closes = sum(len(client.closes) for client in crowd.clients)
    windows: list[tuple[str, float, float, float]] = []
    for name, fault in faults:
        async with crowd.living(acts_a_second=20):
            await asyncio.sleep(0.5)
            began = time.monotonic()
            await fault()
            ended = time.monotonic()
            await asyncio.sleep(0.5 if stage.short else 12)
            windows.append((name, began, ended, time.monotonic()))
    took = await stage.converge(crowd, town)
    for name, began, ended, after in windows:
        meanwhile = began, min(max(ended, began + MEANWHILE_SECONDS), after)
        stage.spread(f"{name}: acks meanwhile", watch.acks_between(*meanwhile), 99, at_most=0.5)
        stage.spread(f"{name}: arrival meanwhile", watch.arrivals_between(*meanwhile), 99, at_most=10)
        pushed = watch.arrivals_between(min(ended + 5, after), after)
        stage.spread(f"{name}: arrival five seconds later", pushed, 95, at_most=1)
    # All came once more at the end.
    closes = sum(len(client.closes) for client in crowd.clients) - closes - sockets
    stage.figure(f"{name}: everybody holds everything after it", took, "s", at_most=30)
    stage.figure(f"{name}: sockets closed by then", 100 * max(0, closes) / sockets, "%", at_most=1)


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


def _failovers(stage: Stage, sentinels: Sentinels) -> list[tuple[str, Fault]]:
    async def killed() -> None:
        old = sentinels.primary
        await asyncio.to_thread(old.kill)
        stage.figure("killed: until another is primary", await asyncio.to_thread(sentinels.replaced, old), "s")
        await _heard_again(stage, sentinels)
        await asyncio.to_thread(old.start)
        await asyncio.to_thread(sentinels.restored, old)

    async def frozen() -> None:
        old = sentinels.primary
        sentinels.freeze(old)
        stage.figure("frozen: until another is primary", await asyncio.to_thread(sentinels.replaced, old), "s")
        await asyncio.sleep(10)
        sentinels.thaw(old)
        await asyncio.to_thread(sentinels.restored, old)
        await _heard_again(stage, sentinels)

    return [("killed", killed), ("frozen", frozen)]


async def _heard_again(stage: Stage, sentinels: Sentinels) -> None:
    """Both servers listen to the primary there is now."""
    began = time.monotonic()
    primary = sentinels.primary
    while int((await asyncio.to_thread(primary.ask, "PUBSUB", "NUMSUB", EVERYBODY))[1]) < 2:
        if time.monotonic() - began > 30:
            stage.problem("the servers do not listen to the new primary")
            return
        await asyncio.sleep(0.1)
    stage.figure("until both servers listen to the new primary", time.monotonic() - began, "s", at_most=5)


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
                stage.spread("acks meanwhile", watch.acks_between(began, ended), 99, at_most=0.5)
                stage.spread("arrival meanwhile", watch.arrivals_between(began, ended), 99, at_most=10)
                stage.figure("everybody holds everything after it", took, "s", at_most=35)
        finally:
            await town.stop(server)
            server.settings = {}
            await town.start(server)
