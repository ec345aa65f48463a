"""How the number of rooms costs: the same fifty people in 10 to 5,000 rooms; and what a room and a waiting frame weigh."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from benchmarks.cases import WARM_UP, Figure, Meter
from benchmarks.community import Community, spread
from benchmarks.crowd import Crowd
from benchmarks.goals import amount
from benchmarks.members import SETTLE_SECONDS, new_loop, server_memory
from benchmarks.outcome import Curve, Outcome, Plot, Table
from benchmarks.peers.talkwave import TalkWave, TalkWaveDaphne, TalkWaveUvicorn

PEOPLE, SEATS = 50, 5
SIZES = [10, 100, 1_000, 5_000]
QUICK_SIZES = [10, 100, 500]
# Stuck readers, and messages for each of them: below what a server lets stand unconfirmed (1,000 frames).
STUCK, FRAMES = 200, 600
FRAME_SECONDS = 0.015
# So little of the kernel's memory for what a stuck reader does not read; the kernel doubles it.
KERNEL_BYTES = 4_096


def run(core: int, *, quick: bool, seconds: float = 5.0) -> Outcome:
    outcome = Outcome("rooms")
    sizes = QUICK_SIZES if quick else SIZES
    rows = []
    # Each size has fifty people of its own, so that those before it do not hear it.
    rooms = [room for at, size in enumerate(sizes) for room in spread(PEOPLE, size, SEATS, first=at * PEOPLE)]
    peer = TalkWaveDaphne(Community(PEOPLE * len(sizes), rooms))
    print(f"\n{peer.title}, {PEOPLE} people in many rooms", flush=True)
    rate, cost = Curve(peer.title, []), Curve(peer.title, [])
    try:
        peer.start(core)
        first = 0
        for at, size in enumerate(sizes):
            with asyncio.Runner(loop_factory=new_loop) as runner:
                figure, each, connecting = runner.run(_talk(peer, core, first, size, at, seconds))
            first += size
            spent = sum(figure.parts.values())
            rate.points.append((size, figure.value))
            cost.points.append((size, 1e6 * spent))
            rows.append(
                [
                    f"{size:,} rooms",
                    f"{size * SEATS // PEOPLE:,}",
                    amount(figure.value),
                    amount(1e6 * spent),
                    amount(1_000 * connecting),
                    # A few rooms are less than what a server's memory wavers by.
                    amount(each / 1_000) if size >= 1_000 else "–",
                ]
            )
            print("  " + " | ".join(rows[-1]), flush=True)
            outcome.complaints += [f"{size} rooms: {said}" for said in figure.complaints]
    finally:
        peer.stop()
    head = ["", "rooms of each", "messages/s", "processor time a message, µs", "connecting, ms", "memory a room, KB"]
    outcome.said += [
        f"{PEOPLE} people, always as many, in more and more rooms of {SEATS}; all send, in one of their rooms after the "
        "other. Memory is that of the server process and its Valkey.",
        Table(head, rows),
        Plot("rooms-rate", "Stored messages a second", "rooms", "messages a second", [rate]),
        Plot("rooms-cost", "Processor time of one message", "rooms", "microseconds", [cost]),
    ]
    outcome.said += _waiting_frames(core, outcome)
    return outcome


async def _talk(
    peer: TalkWave, core: int, first: int, rooms: int, group: int, seconds: float
) -> tuple[Figure, float, float]:
    """The figure, bytes of memory a room, and seconds to connect one person."""
    members = range(group * PEOPLE, (group + 1) * PEOPLE)
    hears: dict[int, list[int]] = {member: [] for member in members}
    for number, room in enumerate(spread(PEOPLE, rooms, SEATS, first=group * PEOPLE)):
        for member in room:
            hears[member].append(first + number)
    figure = Figure(peer.key, "rooms", 0.0, senders=PEOPLE)
    crowd = Crowd(peer, [(member, hears[member][0]) for member in members], hears)
    before = server_memory(peer)
    await crowd.begin()
    try:
        began = time.perf_counter()
        await crowd.join(PEOPLE)
        connecting = (time.perf_counter() - began) / PEOPLE
        await asyncio.sleep(SETTLE_SECONDS)
        each = (server_memory(peer) - before) / rooms
        crowd.talk(PEOPLE)
        await asyncio.sleep(WARM_UP)
        meter = Meter(crowd, core)
        await asyncio.sleep(seconds)
        _, figure.value = meter.read(figure)
        await crowd.drain()
        figure.complaints = crowd.check()
    finally:
        await crowd.leave()
    return figure, each, connecting


def _waiting_frames(core: int, outcome: Outcome) -> list[str | Table]:
    rows = []
    for kind in (TalkWaveDaphne, TalkWaveUvicorn):
        peer = kind(Community(STUCK + 2, [list(range(STUCK + 2))]))
        try:
            peer.start(core)
            with asyncio.Runner(loop_factory=new_loop) as runner:
                frames, process, kernel, complaints = runner.run(_stuck(peer))
        finally:
            peer.stop()
        outcome.complaints += complaints
        title = peer.title.removeprefix("TalkWave ")
        rows.append([title, f"{frames:,}", amount(process / frames / STUCK), amount(kernel / frames / STUCK)])
        print(f"  a waiting frame {title}: {rows[-1][2]} bytes in the server, {rows[-1][3]} in the kernel", flush=True)
    return [
        f"A frame that waits: {STUCK} sockets that stop reading, and frames of one message sent to all of them. What "
        "they hold is what the server process and the kernel grew by; a reader that lets more than 1,000 frames or "
        "4 MiB stand is closed, so this times 1,000 is the most that one can cost.",
        Table(["", "frames for each", "bytes in the server", "bytes in the kernel"], rows),
    ]


async def _stuck(peer: TalkWave) -> tuple[int, float, float, list[str]]:
    """Frames for each stuck reader, and by how many bytes the server and the kernel grew for all of them."""
    crowd = Crowd(peer, [(member, 0) for member in range(STUCK + 2)], receive=KERNEL_BYTES)
    await crowd.connect()
    try:
        reader = crowd.sockets[1]  # the first speaks, and gets acknowledgements besides
        for _ in range(20):
            crowd.say(0)
            await asyncio.sleep(FRAME_SECONDS)
        await crowd.drain()
        await asyncio.sleep(SETTLE_SECONDS)
        before, kernel_before, frames_before = server_memory(peer), kernel_bytes(), reader.frames
        for socket in crowd.sockets[2:]:
            socket.pause()
        for _ in range(FRAMES):
            crowd.say(0)
            await asyncio.sleep(FRAME_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)
        process, kernel = server_memory(peer) - before, kernel_bytes() - kernel_before
        frames = reader.frames - frames_before
        for socket in crowd.sockets[2:]:
            socket.resume()
        await crowd.drain()
        return frames, max(0, process), max(0, kernel), crowd.check()
    finally:
        await crowd.leave()


def kernel_bytes() -> int:
    """What the kernel holds for all TCP sockets of the machine."""
    for line in Path("/proc/net/sockstat").read_text().splitlines():
        if line.startswith("TCP:"):
            fields = line.split()
            return int(fields[fields.index("mem") + 1]) * 4_096
    return 0
