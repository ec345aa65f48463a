"""Bad networks: everybody is cut off at once, a laptop sleeps, the line is long, narrow and lossy."""

import asyncio
import contextlib
import time

from faults.cases.registry import case
from faults.people import Client, Crowd
from faults.people.person import HABITS
from faults.stage import Stage
from faults.town import Proxy, Town
from faults.town.proxy import Line
from faults.town.usage import clients_of
from faults.watching import Stopwatch

AT_ONCE = 200


@case("F10", "2,000 sockets are cut at once, and come back")
async def reconnect_storm(stage: Stage) -> None:
    """Two thousand people on two servers; while some of them talk, every connection is cut in the same moment. All come
    back by the rules of docs/protocol.md, each after a wait of chance, and catch up what they missed."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=60 if stage.short else 2_000, rooms=6, open_rooms=0, two_tabs=0) as crowd:
        async with crowd.living(acts_a_second=2, habits={"say": 1}):
            await asyncio.sleep(2)
            for client in crowd.clients:
                if client.socket is not None:
                    client.socket.transport.abort()
            connections = 0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(60):
                    while not all(client.away for client in crowd.clients):
                        connections = max(connections, await asyncio.to_thread(_valkey_connections, town))
                        await asyncio.sleep(0.2)
        took = await stage.converge(crowd, town)
        away = [seconds for client in crowd.clients for seconds in client.away[:1]]
        stage.expect(len(away) == len(crowd.clients), f"{len(crowd.clients) - len(away)} are not back")
        stage.figure("sockets", len(crowd.clients), at_least=2_000)
        stage.spread("back", away, 50)
        stage.spread("back", away, 95, at_most=15)
        stage.figure("back, longest", max(away, default=0), "s", at_most=45)
        stage.figure("everybody holds everything after it", took, "s", at_most=30)
        stage.figure("connections to Valkey, a server", connections / len(town.servers), at_most=50)


def _valkey_connections(town: Town) -> int:
    # One of them is the one that asks.
    return len(clients_of(town)) - 1


class Sleeper:
    """A client whose machine sleeps: it neither reads nor says anything, and its connection stays as it is."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def sleep(self) -> None:
        self.client.confirms = False
        self.client.reading.clear()

    async def wake(self, crowd: Crowd, heads: dict[str, int]) -> float:
        """As a page does it asks at once whether anybody is there; the seconds until it holds everything."""
        if self._holds(heads):
            raise RuntimeError(f"{self.client.who.username} did not sleep")
        began = time.monotonic()
        self.client.confirms = True
        self.client.reading.set()
        await self.client.check()
        await crowd.until(lambda: self._holds(heads), f"{self.client.who.username} to hold everything")
        return time.monotonic() - began

    def _holds(self, heads: dict[str, int]) -> bool:
        return self.client.connected.is_set() and all(
            held.whole and held.version >= heads.get(room, 0) for room, held in self.client.rooms.items()
        )


async def _many(crowd: Crowd, count: int) -> None:
    """So many messages in the room of everybody, by those who are awake, some at a time."""
    awake = [person.client for person in crowd.people]
    for begin in range(0, count, AT_ONCE):
        await asyncio.gather(
            *(
                awake[number % len(awake)].post(crowd.rooms[0], f"message {number}")
                for number in range(begin, min(count, begin + AT_ONCE))
            )
        )


@case("F15", "laptops sleep and wake, in the same network and in another")
async def sleep_and_wake(stage: Stage) -> None:
    """One sleeps for a little, and its connection is still there; one for so long that the server has ended it (all
    longer sleeps differ from that only by how much was missed: a thousand messages, or ten thousand); of one the network
    forgot the connection meanwhile, without a word to anybody, and another way leads to the server now."""
    few, many = (50, 100) if stage.short else (1_000, 10_000)
    nap, night = (1.0, 2.0) if stage.short else (20.0, 90.0)
    town = await stage.town(servers=1, **({} if stage.short else {"SYNC_RESET": "2000"}))
    (port,) = town.ports
    async with (
        Proxy(port) as proxy,
        stage.crowd(town, people=6, rooms=1, open_rooms=0, two_tabs=0) as crowd,
    ):
        who = [person.client.who for person in crowd.people]
        napping, sleeping = Sleeper(crowd.client(who[0], [port])), Sleeper(crowd.client(who[1], [port]))
        moving, long = Sleeper(crowd.client(who[2], [proxy.port, port])), Sleeper(crowd.client(who[3], [port]))
        await crowd.connected()
        for sleeper in (napping, sleeping, moving, long):
            sleeper.sleep()
        proxy.up.swallow = proxy.down.swallow = True
        await _many(crowd, few)
        await asyncio.sleep(nap)
        heads = await town.heads()
        stage.figure("after a nap: holds everything", await napping.wake(crowd, heads), "s", at_most=5)
        woke = await moving.wake(crowd, heads)
        stage.figure("connection forgotten meanwhile: on another one, and holds everything", woke, "s", at_most=30)
        await asyncio.sleep(night)
        woke = await sleeping.wake(crowd, await town.heads())
        stage.figure(f"after the server ended it, {few:,} behind: holds everything", woke, "s", at_most=5)
        await _many(crowd, many - few)
        woke = await long.wake(crowd, await town.heads())
        stage.figure(f"{many:,} behind: holds everything", woke, "s", at_most=5)
        await stage.converge(crowd, town)
        stage.note(
            f"the server ended the connections of those that slept with {sleeping.client.closes[:1]} and "
            f"{long.client.closes[:1]}; the one of the other network with {moving.client.closes[:1]}"
        )


@case("F16", "300 ms ± 100, two packets in a hundred lost, 1 Mbit/s")
async def slow_network(stage: Stage) -> None:
    """Everybody is behind such a line: half of the delay each way, and what is lost comes half a second later, as TCP
    has it. Nobody is thrown out, and what is said arrives."""
    town = await stage.town(servers=1)

    def line() -> Line:
        return Line(delay=0.15, jitter=0.05, bandwidth=125_000, again=0.02)

    async with (
        Proxy(town.ports[0], up=line(), down=line()) as proxy,
        stage.crowd(town, people=8 if stage.short else 30, ports=[proxy.port]) as crowd,
    ):
        watch = Stopwatch(crowd)
        # A hint has no version that would tell whether it was on its way when its reader left.
        async with crowd.living(acts_a_second=10, habits={kind: HABITS[kind] for kind in HABITS if kind != "type"}):
            began = time.monotonic()
            await asyncio.sleep(3 if stage.short else 60)
            ended = time.monotonic()
        closes = sum(len(client.closes) for client in crowd.clients)
        await stage.converge(crowd, town)
        arrivals = watch.arrivals_between(began, ended)
        stage.expect(arrivals, "nothing arrived")
        stage.expect(not closes, f"{closes} connections ended")
        stage.spread("from sending to the others", arrivals, 50)
        stage.spread("from sending to the others", arrivals, 95, at_most=2)
        stage.spread("acks", watch.acks_between(began, ended), 95, at_most=2)
