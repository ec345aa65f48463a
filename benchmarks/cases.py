"""The three cases of docs/speed.md, each a function that fills one Figure."""

from __future__ import annotations

import asyncio
import dataclasses
import statistics
import time
from collections.abc import Awaitable, Callable

from benchmarks import machine
from benchmarks.crowd import Crowd
from benchmarks.peers import Peer

BIG_ROOM, SMALL_ROOMS, SMALL_ROOM = 200, 60, 5
# The people of the cases, and their rooms: the big one first. A load that is several times as large has all of it anew.
PEOPLE, ROOMS = SMALL_ROOMS * SMALL_ROOM, 1 + SMALL_ROOMS
WARM_UP = 2.0
PER_SECOND = 50
# A 99th percentile is of the slowest few: what asks for times goes on for so many times as long as the others.
TIMED = 2.5


@dataclasses.dataclass
class Figure:
    """What one run of one case on one system gave."""

    system: str
    case: str
    value: float  # what the case is about, in its unit
    messages: float = 0.0  # messages a second that came back to their senders
    p50: float = 0.0  # milliseconds
    p95: float = 0.0
    p99: float = 0.0
    senders: int = 0
    server_core: float = 0.0  # share of its core that the system used
    load_core: float = 0.0
    others: float = 0.0  # share of the server's core that somebody else took
    bytes_each: float = 0.0  # received bytes per delivery
    per_frame: float = 0.0  # deliveries in one frame
    memory_mb: float = 0.0
    parts: dict[str, float] = dataclasses.field(default_factory=dict)  # seconds of processor time a message, by part
    complaints: list[str] = dataclasses.field(default_factory=list)


class Meter:
    """Counts between two moments."""

    def __init__(self, crowd: Crowd, core: int) -> None:
        self.crowd, self.core = crowd, core
        self.parts = crowd.peer.cpu_by_part()
        self.start = self._now()

    def _now(self) -> tuple[float, ...]:
        crowd = self.crowd
        received = sum(socket.received_bytes for socket in crowd.sockets)
        return (
            time.perf_counter(),
            crowd.deliveries(),
            crowd.own,
            machine.cpu_seconds(),
            machine.busy_seconds(self.core),
            received,
            sum(socket.frames for socket in crowd.sockets),
        )

    def read(self, figure: Figure) -> tuple[float, float]:
        """Deliveries and returned messages a second since the start; the shares go into the figure."""
        span, deliveries, own, load, busy, received, frames = (
            after - before for after, before in zip(self._now(), self.start, strict=True)
        )
        spent = {part: now - self.parts.get(part, 0.0) for part, now in self.crowd.peer.cpu_by_part().items()}
        server = sum(spent.values())
        figure.server_core, figure.load_core = server / span, load / span
        figure.others = max(0.0, (busy - server) / span)
        figure.bytes_each = received / deliveries if deliveries else 0.0
        figure.per_frame = deliveries / frames if frames else 0.0
        figure.memory_mb = self.crowd.peer.memory() / 1e6
        figure.messages = own / span
        if own:
            figure.parts = {part: seconds / own for part, seconds in spent.items()}
        return deliveries / span, own / span


async def fan_out(peer: Peer, core: int, seconds: float, senders: int = 0, times: int = 1) -> Figure:
    """One room of 200 (or several: `times`), senders in a closed loop: deliveries a second."""
    places = [(again * PEOPLE + member, again * ROOMS) for member in range(BIG_ROOM) for again in range(times)]
    figure = Figure(peer.key, "fan-out", 0.0, senders=times * (senders or peer.senders))
    figure.value, _ = await _closed_loop(Crowd(peer, places), figure, core, seconds)
    return figure


async def many_rooms(peer: Peer, core: int, seconds: float, senders: int = 0, times: int = 1) -> Figure:
    """60 rooms of 5 (or `times` as many), everybody sending in a closed loop: stored messages a second."""
    places = [
        (again * PEOPLE + member, again * ROOMS + 1 + member // SMALL_ROOM)
        for again in range(times)
        for member in range(PEOPLE)
    ]
    figure = Figure(peer.key, "many-rooms", 0.0, senders=len(places))
    _, figure.value = await _closed_loop(Crowd(peer, places), figure, core, seconds)
    return figure


async def _closed_loop(crowd: Crowd, figure: Figure, core: int, seconds: float) -> tuple[float, float]:
    await crowd.connect()
    try:
        crowd.talk(figure.senders)
        await asyncio.sleep(WARM_UP)
        meter = Meter(crowd, core)
        await asyncio.sleep(seconds)
        rates = meter.read(figure)
        await crowd.drain()
        figure.complaints = crowd.check()
    finally:
        await crowd.leave()
    return rates


async def latency(peer: Peer, core: int, seconds: float, senders: int = 0) -> Figure:
    """50 messages a second into a room of 200: how long from send to receipt."""
    figure = Figure(peer.key, "latency", 0.0, senders=BIG_ROOM)
    crowd = Crowd(peer, [(member, 0) for member in range(BIG_ROOM)])
    sent_at: dict[int, float] = {}
    delays: list[float] = []

    def received(tags: list[bytes], now: float) -> None:
        for tag in tags:
            sent = sent_at.get(int(tag))
            if sent is not None:
                delays.append(now - sent)

    await crowd.connect()
    try:
        for socket in crowd.sockets:
            socket.on_tags = received
        for index in range(20):  # warm up, before anything is timed
            crowd.say(index)
            await asyncio.sleep(1 / PER_SECOND)
        await asyncio.sleep(0.5)
        meter, start = Meter(crowd, core), time.perf_counter()
        for count in range(int(TIMED * seconds * PER_SECOND)):
            await asyncio.sleep(max(0.0, start + count / PER_SECOND - time.perf_counter()))
            # The clock is read before the message is written: building it is part of the sender's time.
            now = time.perf_counter()
            sent_at[crowd.say(count % BIG_ROOM)] = now
        meter.read(figure)
        await crowd.drain()
        figure.complaints = crowd.check()
    finally:
        await crowd.leave()
    figure.messages = PER_SECOND
    if len(delays) > 1:
        cuts = statistics.quantiles(delays, n=100)
        figure.p50, figure.p95, figure.p99 = (1000 * cuts[at - 1] for at in (50, 95, 99))
    figure.value = figure.p99
    return figure


CASES: dict[str, Callable[[Peer, int, float, int], Awaitable[Figure]]] = {
    "fan-out": fan_out,
    "many-rooms": many_rooms,
    "latency": latency,
}
