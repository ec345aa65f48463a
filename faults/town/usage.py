"""What a server process uses, as the kernel tells (Linux)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from faults.town.town import Server, Town

MIB = 1 << 20
_EVERY = 0.05


@dataclass
class Memory:
    """Resident memory while something happened, in MiB."""

    before: float
    peak: float

    @property
    def grown(self) -> float:
        return self.peak - self.before


@contextlib.asynccontextmanager
async def memory_of(server: Server) -> AsyncIterator[Memory]:
    """Watches it all the while, so that what is taken and given back is seen, too."""
    now = server.memory() / MIB
    memory = Memory(now, now)

    async def look() -> None:
        while True:
            memory.peak = max(memory.peak, server.memory() / MIB)
            await asyncio.sleep(_EVERY)

    looking = asyncio.get_running_loop().create_task(look())
    try:
        yield memory
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        with contextlib.suppress(OSError):
            memory.peak = max(memory.peak, server.memory() / MIB)


def sockets_of(server: Server) -> int:
    """How many sockets it has open: listening, to Valkey and a database, and one for each connection."""
    count = 0
    for descriptor in Path(f"/proc/{server.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            count += str(descriptor.readlink()).startswith("socket:")
    return count


def threads_of(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/task").iterdir()))


def descriptors_of(server: Server) -> int:
    return len(list(Path(f"/proc/{server.pid}/fd").iterdir()))


def clients_of(town: Town, *only: str) -> set[str]:
    """The connections to Valkey, each by the number it has there; `TYPE`, `pubsub`: only those that listen."""
    told = town.valkey.ask("CLIENT", "LIST", *only)
    lines = told if isinstance(told, list) else bytes(told).decode().splitlines()
    return {str(line["id"] if isinstance(line, dict) else line.split()[0]) for line in lines}
