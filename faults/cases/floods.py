"""Too much at once: frames at line rate, frames too large, requests that never end."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from faults.cases.registry import case
from faults.people import Crowd, Who, forms
from faults.people.wire import CONTINUED, Wire, frame
from faults.stage import Stage
from faults.town import Town
from faults.town.usage import memory_of, sockets_of
from faults.watching import Stopwatch

KIB, MIB = 1 << 10, 1 << 20
FLOODING, TOO_LARGE = 4429, 4413
# What an operator has who sets nothing, and room for people who say more than anybody does.
RATES = {"RATE_COMMANDS": "20/200", "RATE_COMMANDS_API": "400/2000"}
PATIENCE = 60.0
# What is looked at of a flood that is over sooner.
MEANWHILE_SECONDS = 8.0
# How long one who was closed goes on sending at most.
STUBBORN_SECONDS = 5.0


@case("F7", "twenty sockets send frames of 64 KiB as fast as the line takes them")
async def flood_of_frames(stage: Stage) -> None:
    """With the limits an operator has who sets nothing. Twenty people send without a pause, do not read what comes, and
    do not stop when they are told to. They are closed with 4429; others on the same server talk on."""
    sockets = 4 if stage.short else 20
    town = await stage.town(servers=1, **RATES)
    (server,) = town.servers
    data = frame(json.dumps({"type": "x", "pad": "x" * (64 * KIB - 40)}).encode())
    async with stage.crowd(town, people=6, rooms=2) as crowd:
        watch = Stopwatch(crowd)
        people, _ = town.settle(sockets, [])
        ends: list[tuple[int, float]] = []
        async with crowd.living(acts_a_second=30):
            await asyncio.sleep(1 if stage.short else 5)
            began = time.monotonic()
            async with memory_of(server) as memory:
                ends = await asyncio.gather(*(_flood(server.port, who, data) for who in people))
            # It is over sooner than there are acks to judge by.
            await asyncio.sleep(max(0.0, began + (1 if stage.short else MEANWHILE_SECONDS) - time.monotonic()))
            ended = time.monotonic()
        await stage.converge(crowd, town)
        codes = Counter(code for code, _ in ends)
        stage.expect(codes[FLOODING] == sockets, f"closed with {dict(codes)}")
        stage.figure("closed with 4429, longest", max(took for _, took in ends), "s", at_most=2)
        stage.figure("memory of the server, growth", memory.grown, "MiB", at_most=50)
        stage.spread("acks of the others meanwhile", watch.acks_between(began, ended), 99, at_most=1)


async def _flood(port: int, who: Who, data: bytes) -> tuple[int, float]:
    """As a person in a browser, as fast as it goes; the code that came, and when."""
    async with await Wire.open(port, who, by_cookie=True) as wire:
        await wire.event()

        async def pour() -> None:
            with contextlib.suppress(OSError):
                while True:
                    await wire.send(data)

        pouring = asyncio.create_task(pour())
        try:
            closed = await wire.closed_with(PATIENCE)
            # It does not care that it was closed.
            await asyncio.wait([pouring], timeout=STUBBORN_SECONDS)
            return closed
        finally:
            pouring.cancel()
            await asyncio.gather(pouring, return_exceptions=True)


async def _pieces(wire: Wire, first: bytes, piece: bytes, count: int) -> None:
    """`first`, and so many pieces behind it, as long as the other end takes them."""
    with contextlib.suppress(OSError):
        await wire.send(first)
        for _ in range(count):
            await wire.send(piece)


OVERSIZED: dict[str, tuple[bytes, bytes, int]] = {
    "64 KiB and a byte": (frame(b" " * (64 * KIB + 1)), b"", 0),
    "1 MiB": (frame(b" " * MIB), b"", 0),
    "1 MiB and a byte": (frame(b" " * (MIB + 1)), b"", 0),
    "100 MiB": (frame(b"", said=100 * MIB), b" " * MIB, 100),
    # A thousand pieces are sent together.
    "a million pieces of a byte": (frame(b"{", last=False), frame(b" ", CONTINUED, last=False) * 1_000, 1_000),
}


@case("F9", "frames that are too large", short=True)
async def oversized_frames(stage: Stage) -> None:
    """64 KiB and a byte, 1 MiB, 100 MiB, and a message in a million pieces of one byte, each on a connection of its own.
    Each connection is closed with 4413 before what it sends fills the server's memory."""
    town = await stage.town(servers=1)
    (server,) = town.servers
    async with stage.crowd(town, people=4, rooms=1) as crowd:
        (who,), _ = town.settle(1, [])
        async with crowd.living(acts_a_second=5):
            for name, (first, piece, count) in OVERSIZED.items():
                async with memory_of(server) as memory, await Wire.open(server.port, who) as wire:
                    await wire.event()
                    sending = asyncio.create_task(_pieces(wire, first, piece, count))
                    try:
                        code, took = await wire.closed_with(PATIENCE)
                    finally:
                        sending.cancel()
                        await asyncio.gather(sending, return_exceptions=True)
                stage.expect(code == TOO_LARGE, f"{name} was closed with {code}")
                stage.figure(f"{name}: closed after", took, "s", at_most=1)
                stage.figure(f"{name}: memory of the server, growth", memory.grown, "MiB", at_most=10)
        await stage.converge(crowd, town)


@contextlib.asynccontextmanager
async def many(count: int, one: Callable[[int], Awaitable[None]]) -> AsyncIterator[None]:
    """Inside, so many of them are at it; what ends them is theirs alone."""

    async def quietly(number: int) -> None:
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            await one(number)

    tasks = [asyncio.create_task(quietly(number)) for number in range(count)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _drip(port: int, head: bytes, piece: bytes, every: float) -> None:
    """Sends a beginning, and then a little now and then, for as long as the server listens."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head)
        while not reader.at_eof():
            await writer.drain()
            await asyncio.sleep(every)
            writer.write(piece)
    finally:
        writer.transport.abort()


@case("F23", "2,000 half requests, and 200 uploads at 1 kB/s")
async def slow_requests(stage: Stage) -> None:
    """While people talk, two thousand connections send a header every few seconds and never come to an end, and two
    hundred send a file's piece at 1 kB/s. The talk goes on as before; once they have gone nothing of them is left."""
    halves, uploads, seconds = (40, 10, 3.0) if stage.short else (2_000, 200, 30.0)
    town = await stage.town(servers=1)
    (server,) = town.servers
    async with stage.crowd(town, people=10, rooms=3) as crowd:
        watch = Stopwatch(crowd)
        sockets = sockets_of(server)
        async with crowd.living(acts_a_second=10, habits={"say": 1}):
            began = time.monotonic()
            await asyncio.sleep(seconds)
            quiet = began, time.monotonic()
            places = [await _upload(crowd, server.port, number) for number in range(min(uploads, 20))]

            async def half(number: int) -> None:
                await asyncio.sleep(number / 1_000)
                await _drip(server.port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-More: x\r\n", 5.0)

            async def upload(number: int) -> None:
                await _drip(server.port, places[number % len(places)], b"x" * 1_000, 1.0)

            async with memory_of(server) as memory, many(halves, half), many(uploads, upload):
                await asyncio.sleep(halves / 1_000)
                began = time.monotonic()
                await asyncio.sleep(seconds)
                busy = began, time.monotonic()
                held = sockets_of(server) - sockets
        took = await _gone(town, sockets)
        await stage.converge(crowd, town)
        stage.expect(held > 0, "nobody was there")
        stage.figure("connections held", held)
        stage.beside("acks", watch.acks_between(*quiet), watch.acks_between(*busy), at_most=1.2)
        stage.figure("memory of the server, growth", memory.grown, "MiB")
        stage.figure("all of them forgotten after", took, "s", at_most=5)


async def _upload(crowd: Crowd, port: int, number: int) -> bytes:
    """Begins an upload, and gives the head of the request that brings its first piece."""
    who = crowd.people[number % len(crowd.people)].client.who
    size = str(4 * MIB)
    _, begun = await forms.ask(port, who, "/uploads/", room=crowd.rooms[0], name="slow.bin", size=size)
    return forms.head(port, who, f"PATCH /uploads/{begun['id']}/", {"Upload-Offset": "0", "Content-Length": size})


async def _gone(town: Town, sockets: int) -> float:
    """Waits until the server holds no more connections than before; the seconds that took."""
    (server,) = town.servers
    began = time.monotonic()
    while sockets_of(server) > sockets + 5 and time.monotonic() - began < PATIENCE:
        await asyncio.sleep(0.1)
    return time.monotonic() - began
