"""People who read slowly, or not at all."""

import asyncio
import contextlib
import re
import time

from faults.cases.registry import case
from faults.people import Who, forms
from faults.people.wire import Wire
from faults.stage import Stage
from faults.town.usage import memory_of, sockets_of
from faults.watching import Stopwatch

# What a socket may have out that its client has not confirmed (docs/protocol.md, 4408).
WINDOW_BYTES, WINDOW_FRAMES = 4 << 20, 1_000
CONFIRM_BYTES, CONFIRM_FRAMES = 1 << 20, 200
TOO_SLOW = 4408
SLOW_BYTES = 4 << 10
WORDS = "wave " * 1_600
PATIENCE = 90.0


class Speaker:
    """Says a lot in one room, reads what comes of it, and confirms it: as much reaches everybody else there."""

    def __init__(self, wire: Wire, room: str) -> None:
        self.wire, self.room = wire, room
        self._confirmed = self._confirmed_frames = 0

    async def speak(self, every: float) -> None:
        number = 0
        while True:
            number += 1
            client_id = f"00000000-0000-4000-8000-{time.monotonic_ns() % 10**12:012d}"
            await self.wire.say(type="message.send", client_id=client_id, room=self.room, body=f"{number} {WORDS}")
            await asyncio.sleep(every)

    async def hear(self) -> None:
        while True:
            await self.wire.event()
            frames, size = self.wire.received - self._confirmed_frames, self.wire.bytes - self._confirmed
            if frames >= CONFIRM_FRAMES or size >= CONFIRM_BYTES / 2:
                self._confirmed, self._confirmed_frames = self.wire.bytes, self.wire.received
                await self.wire.say(type="ping", received=self.wire.received)


async def _read_slowly(port: int, who: Who, manner: str, greeted: list[Who]) -> None:
    """4 KiB a second, with a ping every two seconds that confirms nothing, or without; or nothing at all."""
    with contextlib.suppress(OSError, EOFError):
        async with await Wire.open(port, who, receive_buffer=SLOW_BYTES) as wire:
            await wire.event()
            greeted.append(who)
            while True:
                await asyncio.sleep(1)
                if manner != "stuck" and not await wire.reader.read(SLOW_BYTES):
                    return
                if manner == "chatty" and int(time.monotonic()) % 2:
                    await wire.say(type="ping", received=wire.received)


async def _closed(port: int, who: Who) -> int:
    """How many sockets that server has closed so far because their readers were too slow; it tells so at /metrics."""
    _, _, told = await forms.request(port, who, "GET /metrics")
    found = re.findall(rf'^talkwave_sockets_closed_total{{.*code="{TOO_SLOW}".*}} (\S+)$', told.decode(), re.MULTILINE)
    return int(sum(map(float, found)))


@case("F6", "fifty slow readers in a loud room")
async def slow_readers(stage: Stage) -> None:
    """A third of them reads 4 KiB/s and says nothing, a third reads as slowly and pings, a third reads nothing. Once more
    is out than the window allows, 4 MiB or 1,000 frames, each of them is cut with 4408 (as the server counts it: such a
    reader will never read that code); meanwhile others talk on in other rooms of
    the same server, where it was as loud before the slow ones came."""
    readers = 6 if stage.short else 51
    every = 0.02 if stage.short else 0.05
    # So many that a 99th percentile is not the one message that met a checkpoint of the database.
    others = 10 if stage.short else 30
    town = await stage.town(servers=1)
    (server,) = town.servers
    async with stage.crowd(town, people=10, rooms=3) as crowd:
        watch = Stopwatch(crowd)
        who, (room,) = town.settle(readers + 1, [("loud", "private", list(range(readers + 1)))])
        async with await Wire.open(server.port, who[0]) as wire, crowd.living(others, {"say": 1}):
            speaker = Speaker(wire, room)
            work = [asyncio.create_task(speaker.speak(every)), asyncio.create_task(speaker.hear())]
            slow: list[asyncio.Task[None]] = []
            greeted: list[Who] = []
            try:
                began = time.monotonic()
                await asyncio.sleep(2 if stage.short else 15)
                quiet = began, time.monotonic()
                sockets, closed = sockets_of(server), await _closed(server.port, who[0])
                async with memory_of(server) as memory:
                    slow = [
                        asyncio.create_task(
                            _read_slowly(server.port, one, ("silent", "chatty", "stuck")[number % 3], greeted)
                        )
                        for number, one in enumerate(who[1:])
                    ]
                    # Their coming, all in one moment, is not what is looked at here.
                    await crowd.until(lambda: len(greeted) == readers, "the slow ones to be there")
                    came, frames, size = time.monotonic(), wire.received, wire.bytes
                    await crowd.until(
                        lambda: wire.bytes - size > WINDOW_BYTES or wire.received - frames > WINDOW_FRAMES,
                        "more to be out than the window allows",
                        PATIENCE,
                    )
                    full = time.monotonic()
                    await crowd.until(lambda: sockets_of(server) <= sockets + 1, "the slow ones to be cut", PATIENCE)
                    cut = time.monotonic()
                closed = await _closed(server.port, who[0]) - closed
                stage.expect(closed == readers, f"{closed} of {readers} were closed with {TOO_SLOW}")
                stage.expect(not any(task.done() for task in work), "who reads and confirms was cut, too")
            finally:
                for task in [*work, *slow]:
                    task.cancel()
                await asyncio.gather(*work, *slow, return_exceptions=True)
        await stage.converge(crowd, town)
        stage.figure("slow readers", readers)
        stage.figure("cut after their window was full, longest", cut - full, "s", at_most=15)
        stage.figure("memory of the server, growth", memory.grown, "MiB", at_most=60)
        calm, loud = watch.acks_between(*quiet), watch.acks_between(came, cut)
        stage.beside("acks of the others", calm, loud, at_most=1.2)
