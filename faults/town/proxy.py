"""A piece of bad network in front of a server: delay, narrow, lose, swallow, cut."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

CHUNK = 16_384
# So long after it was lost a piece comes again: the least time TCP waits on a line of 300 ms.
AGAIN_SECONDS = 0.5


@dataclass
class Line:
    """One direction of everything that goes through a proxy; change it at any time.

    `delay` and `jitter` in seconds, `bandwidth` in bytes a second for each connection (0: no bound), `again`: the chance,
    a piece, that it is lost and has to be sent again, `swallow`: what is sent goes nowhere, and nobody is told.
    """

    delay: float = 0.0
    jitter: float = 0.0
    bandwidth: float = 0.0
    again: float = 0.0
    swallow: bool = False


@dataclass
class Proxy:
    """Listens on `port`, hands on to `target`, a port or the path of a unix socket. `up`: to the server; `down`: to the client.

    `loss`: the chance, a piece, that its connection is cut (a TCP under loss is only slow; a cut is the worst of it).
    """

    target: int | str
    up: Line = field(default_factory=Line)
    down: Line = field(default_factory=Line)
    loss: float = 0.0
    port: int = 0
    # Refuses new connections while true.
    closed: bool = False
    swallowed: int = 0

    async def __aenter__(self) -> "Proxy":
        self._dice = random.Random(1)
        self._connections: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, limit=CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self.cut()

    async def cut(self) -> int:
        """Ends all connections at this moment, without a word; gives how many."""
        ending = list(self._connections)
        for connection in ending:
            connection.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        return len(ending)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if self.closed or task is None:
            writer.transport.abort()
            return
        self._connections.add(task)
        try:
            if isinstance(self.target, str):
                there = await asyncio.open_unix_connection(self.target, limit=CHUNK)
            else:
                there = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            self._connections.discard(task)
            return
        pumps = [
            asyncio.create_task(self._pump(reader, there[1], self.up)),
            asyncio.create_task(self._pump(there[0], writer, self.down)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            pass
        finally:
            self._connections.discard(task)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in (writer, there[1]):
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line) -> None:
        """Pieces in order, each at its time."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

        async def send() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if line.swallow:
                    self.swallowed += len(data)
                    continue
                writer.write(data)
                await writer.drain()
                if line.bandwidth:
                    await asyncio.sleep(len(data) / line.bandwidth)
                if not data:
                    return

        sending = loop.create_task(send())
        try:
            with contextlib.suppress(OSError):
                while data := await reader.read(
                    min(CHUNK, int(line.bandwidth / 10) or CHUNK) if line.bandwidth else CHUNK
                ):
                    if self.loss and self._dice.random() < self.loss:
                        return
                    late = line.delay + self._dice.uniform(-line.jitter, line.jitter)
                    late += AGAIN_SECONDS * (self._dice.random() < line.again)
                    await waiting.put((loop.time() + max(0.0, late), data))
                # The end travels behind what was sent before it.
                while not waiting.empty() and not sending.done():
                    await asyncio.sleep(0.01)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
