"""One room that fills up, 10 to 10,000 sockets: memory of each, one message at all of them, and what it costs."""

from __future__ import annotations

import asyncio
import statistics
import time

from benchmarks import machine
from benchmarks.community import Community
from benchmarks.crowd import Crowd
from benchmarks.goals import amount
from benchmarks.outcome import Curve, Outcome, Plot, Table
from benchmarks.peers.talkwave import TalkWave, TalkWaveDaphne, TalkWaveUvicorn
from benchmarks.wire import Handshake

SIZES = [10, 100, 1_000, 5_000, 10_000]
QUICK_SIZES = [10, 100, 500]
# Beyond this the second server shows nothing new, and connecting takes a minute.
UVICORN_MOST = 5_000
# Open files beyond the sockets: the database, the layer, the logs.
SPARE_FILES = 500
# Deliveries that one size is measured over, within these bounds of messages.
DELIVERIES, MESSAGES_LEAST, MESSAGES_MOST = 50_000, 11, 200
SETTLE_SECONDS = 1.0


class Step:
    """What one size of the room gave. Times in seconds, memory in bytes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.connecting = 0.0
        self.memory = 0
        self.spans: list[float] = []
        self.cost = 0.0
        self.load = 0.0  # the benchmark's own processor time a message

    @property
    def usual(self) -> float:
        return statistics.median(self.spans)


def run(core: int, *, quick: bool) -> Outcome:
    outcome = Outcome("members")
    sizes = QUICK_SIZES if quick else SIZES
    allowed = machine.descriptors(sizes[-1] + SPARE_FILES) - SPARE_FILES
    if allowed < sizes[-1]:
        sizes = [size for size in sizes if size < allowed] + [allowed]
        outcome.complaints.append(
            f"Only {allowed:,} sockets were opened: the limit of open files here (`ulimit -Hn`) allows no more."
        )
    spans, costs, tables = [], [], []
    for kind in (TalkWaveDaphne, TalkWaveUvicorn):
        if kind is TalkWaveUvicorn:
            sizes = [size for size in sizes if size <= UVICORN_MOST]
        peer = kind(Community(sizes[-1], [list(range(sizes[-1]))]))
        print(f"\n{peer.title}, one room", flush=True)
        try:
            peer.start(core)
            with asyncio.Runner(loop_factory=new_loop) as runner:
                first, steps, complaints = runner.run(_fill(peer, sizes))
        finally:
            peer.stop()
        outcome.complaints += [f"{peer.title}: {said}" for said in complaints]
        spans.append(Curve(peer.title, [(step.size, 1_000 * step.usual) for step in steps]))
        costs.append(Curve(peer.title, [(step.size, 1e6 * step.cost / step.size) for step in steps]))
        tables.append((peer.title, _table(first, steps)))
        suffix = "" if kind is TalkWaveDaphne else " uvicorn"
        for step in steps:
            if step.size == 5_000:
                outcome.reached["big room" + suffix] = 1_000 * step.usual
        if not suffix and not quick and len(steps) == len(sizes):
            outcome.reached["idle"] = (steps[-1].memory - first) / (steps[-1].size - 1) / 1_000
    outcome.said.append(
        "One room, in which more and more people open a socket. Memory is that of the server process and its Valkey, "
        "above what they need with one socket, for each. Then one message at a time: until the last socket has it, "
        "and the processor time of all of the server, for each of the members."
    )
    for title, table in tables:
        outcome.said += [f"**{title}**", table]
    outcome.said.append(Plot("members-time", "One message at every member", "members", "milliseconds", spans))
    outcome.said.append(
        Plot("members-cost", "Processor time of one message, for each member", "members", "microseconds", costs)
    )
    return outcome


def new_loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


async def _fill(peer: TalkWave, sizes: list[int]) -> tuple[int, list[Step], list[str]]:
    """Memory with the first socket, and the steps."""
    crowd = Crowd(peer, [(member, 0) for member in range(sizes[-1])])
    steps: list[Step] = []
    complaints: list[str] = []
    await crowd.begin()
    try:
        await crowd.join(1)
        await asyncio.sleep(SETTLE_SECONDS)
        first = server_memory(peer)
        for size in sizes:
            try:
                steps.append(await _step(crowd, peer, size, first))
            except (Handshake, TimeoutError) as problem:
                # What smaller rooms gave stays.
                complaints.append(f"{size:,} members were not measured: {str(problem) or 'no answer in time'}")
                break
        await crowd.drain()
        complaints += crowd.check()
        for said in complaints:
            print(f"  ! {said}", flush=True)
    finally:
        await crowd.leave()
    return first, steps, complaints


async def _step(crowd: Crowd, peer: TalkWave, size: int, first: int) -> Step:
    """The room filled up to `size`, and spoken in."""
    step = Step(size)
    began = time.perf_counter()
    more = size - len(crowd.sockets)
    await crowd.join(more)
    step.connecting = (time.perf_counter() - began) / more
    await asyncio.sleep(SETTLE_SECONDS)
    step.memory = server_memory(peer)
    await _speak(crowd, step)
    print(
        f"  {size:>6,} members: {1_000 * step.usual:.1f} ms to all, worst {1_000 * max(step.spans):.1f}; "
        f"{1_000 * step.cost:.2f} ms of processor time a message, the load's {1_000 * step.load:.2f}; "
        f"{(step.memory - first) / (size - 1) / 1_000:.1f} KB a socket; {1_000 * step.connecting:.1f} ms to connect one",
        flush=True,
    )
    return step


async def _speak(crowd: Crowd, step: Step) -> None:
    """One message at a time: until it is at every socket."""
    loop = asyncio.get_running_loop()
    lacking, done = 0, loop.create_future()

    def arrived(count: int) -> None:
        nonlocal lacking
        lacking -= count
        if not lacking and not done.done():
            done.set_result(time.perf_counter())

    for socket in crowd.sockets:
        socket.on_deliveries = arrived
    spoken = min(MESSAGES_MOST, max(MESSAGES_LEAST, DELIVERIES // step.size))
    before = load = 0.0
    for count in range(spoken + 1):
        if count == 1:  # the first one warms up
            before, load = crowd.peer.cpu_seconds(), machine.cpu_seconds()
            step.spans.clear()
        lacking, done = len(crowd.sockets), loop.create_future()
        began = time.perf_counter()
        crowd.say(count % min(10, len(crowd.sockets)))
        step.spans.append(await asyncio.wait_for(done, 30) - began)
        await asyncio.sleep(0.02)
    step.cost = (crowd.peer.cpu_seconds() - before) / spoken
    step.load = (machine.cpu_seconds() - load) / spoken
    for socket in crowd.sockets:
        socket.on_deliveries = None


def server_memory(peer: TalkWave) -> int:
    """Resident bytes of the server processes and of Valkey: what grows with sockets and rooms."""
    return sum(machine.memory(pid) for pid, part in peer.parts().items() if part in ("server", "valkey"))


def _table(first: int, steps: list[Step]) -> Table:
    head = [
        "members",
        "memory each, KB",
        "one message at all, ms",
        "worst, ms",
        "processor time a message, ms",
        "a member, µs",
    ]
    rows = [
        [
            f"{step.size:,}",
            amount((step.memory - first) / (step.size - 1) / 1_000),
            amount(1_000 * step.usual),
            amount(1_000 * max(step.spans)),
            amount(1_000 * step.cost),
            amount(1e6 * step.cost / step.size),
        ]
        for step in steps
    ]
    return Table(head, rows)
