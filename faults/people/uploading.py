"""A file on its way, in pieces (docs/protocol.md, "Files")."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from faults.people import forms
from faults.people.connection import Who

PIECE = b"x" * 100_000
PATIENCE_SECONDS, AGAIN_SECONDS = 60.0, 0.5


class Upload:
    """So many pieces of one person; `ports`: the servers it may go to, the next one wherever one cannot take it."""

    def __init__(self, ports: list[int], who: Who, pieces: int = 3) -> None:
        self._ports, self._who = list(ports), who
        self.size = pieces * len(PIECE)
        self.id = ""
        self.offset = 0
        # Where the file is, once it is whole.
        self.url = ""

    async def begin(self, room: str) -> int:
        fields = {"room": room, "name": "words.txt", "size": str(self.size)}
        status, told = await forms.ask(self._ports[0], self._who, "/uploads/", **fields)
        self.id = told["id"] if status == 201 else ""
        return status

    async def piece(self) -> int:
        """The next piece; it counts only where it was taken."""
        headers = {"Upload-Offset": str(self.offset)}
        status, _, _ = await forms.request(self._ports[0], self._who, f"PATCH /uploads/{self.id}/", headers, PIECE)
        if status == 200:
            self.offset += len(PIECE)
        return status

    async def look(self) -> int:
        """Where it stands, for who does not know whether the last piece came."""
        status, told = await forms.ask(self._ports[0], self._who, f"/uploads/{self.id}/", method="GET")
        if status == 200:
            self.offset = told["offset"]
        return status

    async def finish(self) -> int:
        status, told = await forms.ask(self._ports[0], self._who, f"/uploads/{self.id}/done/")
        self.url = told["file"]["url"] if status == 200 else ""
        return status

    async def content(self) -> bytes:
        """The file, as the server has it."""
        _, _, body = await forms.request(self._ports[0], self._who, f"GET {self.url}")
        return body

    async def whole(self, room: str, every: float) -> bool:
        """All of it, a piece every so many seconds, whatever happens meanwhile; False where that failed."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS + every * self.size / len(PIECE)):
                await self._insist(lambda: self.begin(room), 201)
                while self.offset < self.size:
                    if await self._try(self.piece) != 200:
                        await self._insist(self.look, 200)
                    await asyncio.sleep(every)
                await self._insist(self.finish, 200)
        except (TimeoutError, ValueError):
            return False
        return True

    async def _insist(self, work: Callable[[], Awaitable[int]], wanted: int) -> None:
        """Until it is done; raises ValueError where it is refused, rather than not possible now."""
        while (status := await self._try(work)) != wanted:
            if 400 <= status < 500:
                raise ValueError(f"answered with {status}")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _try(self, work: Callable[[], Awaitable[int]]) -> int:
        """Its status; 0 where no answer came. After either the next one goes to another server."""
        status = 0
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            status = await work()
        if status == 0 or status >= 500:
            self._ports.append(self._ports.pop(0))
        return status


class Uploads:
    """People who upload one file after the other, from `start` to `stop`; then how many there were, and which failed."""

    def __init__(self, people: list[Who], ports: list[int], room: str, *, pieces: int, every: float) -> None:
        self._people, self._ports, self._room, self._pieces, self._every = people, ports, room, pieces, every
        self.done = self.failed = 0
        self._over = False
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Uploads":
        # Half of them begin at each server.
        self._tasks = [
            asyncio.create_task(self._go(who, self._ports[number % len(self._ports) :] + self._ports))
            for number, who in enumerate(self._people)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Those under way are brought to their end."""
        self._over = True
        await asyncio.gather(*self._tasks)

    async def _go(self, who: Who, ports: list[int]) -> None:
        while not self._over:
            began = time.monotonic()
            if await Upload(list(dict.fromkeys(ports)), who, self._pieces).whole(self._room, self._every):
                self.done += 1
            else:
                self.failed += 1
            # One that is refused at once is not tried a thousand times.
            await asyncio.sleep(max(0.0, 1.0 - (time.monotonic() - began)))
