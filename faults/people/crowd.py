"""Many people at once."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from faults.history import History
from faults.people.client import Client, Who
from faults.people.person import Person, both

CONNECT_SECONDS = 60.0


class NotYet(Exception):
    """What was waited for did not come; the text says what."""


class Crowd:
    """People in a folder of histories. `seed` decides what each of them does, and in which order."""

    def __init__(self, folder: Path, *, seed: int = 1, open_rooms: Iterable[str] = (), recovers: bool = True) -> None:
        self.folder = folder
        self.people: list[Person] = []
        self.lone: list[Client] = []
        # The rooms they were settled in: the first holds everybody.
        self.rooms: list[str] = []
        self._recovers = recovers
        self._dice = random.Random(seed)
        self._open_rooms = list(open_rooms)
        self._histories: list[History] = []
        folder.mkdir(parents=True, exist_ok=True)
        # What somebody outside the crowd did: who was removed, and when.
        self.case = History(folder / "case.jsonl")

    # --- who is there -------------------------------------------------------------------------------------
    def client(self, who: Who, ports: list[int], **options: Any) -> Client:
        """A connection of its own with a history; started, and nobody acts in it."""
        options = {"recovers": self._recovers, "dice": random.Random(self._dice.random()), **options}
        history = History(self.folder / f"{len(self._histories):04d}-{who.username}.jsonl")
        self._histories.append(history)
        client = Client(who, ports, history, **options)
        self.lone.append(client)
        client.start()
        return client

    def person(self, who: Who, ports: list[int], names: list[str], *, tabs: int = 1, **options: Any) -> Person:
        """Somebody who acts."""
        clients = [
            self.client(who, ports[number % len(ports) :] + ports[: number % len(ports)], **options)
            for number in range(tabs)
        ]
        for client in clients:
            self.lone.remove(client)
        person = Person(clients, self._open_rooms, names, random.Random(self._dice.random()))
        self.people.append(person)
        return person

    @property
    def clients(self) -> list[Client]:
        return [tab for person in self.people for tab in person.tabs] + self.lone

    @property
    def living_clients(self) -> list[Client]:
        """Those that were not told to stay away."""
        return [client for client in self.clients if not client.stopped]

    async def connected(self) -> None:
        """Waits until everybody is."""
        await self.until(lambda: all(c.connected.is_set() for c in self.living_clients), "everybody to be connected")

    async def stop(self) -> None:
        try:
            await both(*(client.stop() for client in self.clients))
        finally:
            for history in [*self._histories, self.case]:
                history.close()

    # --- what they do -------------------------------------------------------------------------------------
    async def act(self, times: int, habits: dict[str, int] | None = None) -> None:
        """Everybody does so many things, each awaited to its end."""

        async def some(person: Person) -> None:
            for _ in range(times):
                await person.act(habits)

        await both(*(some(person) for person in self.people))

    @contextlib.asynccontextmanager
    async def living(
        self, acts_a_second: float, habits: dict[str, int] | None = None, people: Sequence[Person] | None = None
    ) -> AsyncIterator[None]:
        """Inside, all of them (or these) together do so many things a second, at moments of chance; nobody waits for
        answers."""
        acting: set[asyncio.Task[None]] = set()
        failed: list[BaseException] = []

        def ended(task: asyncio.Task[None]) -> None:
            acting.discard(task)
            if not task.cancelled() and (error := task.exception()):
                failed.append(error)

        async def go() -> None:
            due = time.monotonic()
            while True:
                due += self._dice.expovariate(acts_a_second)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                task = asyncio.get_running_loop().create_task(self._dice.choice(people or self.people).act(habits))
                acting.add(task)
                task.add_done_callback(ended)

        going = asyncio.get_running_loop().create_task(go())
        try:
            yield
        finally:
            going.cancel()
            await asyncio.gather(going, return_exceptions=True)
            if acting:
                await asyncio.wait(acting, timeout=60)
            for task in list(acting):
                task.cancel()
        if failed:
            raise failed[0]

    # --- the end ------------------------------------------------------------------------------------------
    async def until(self, true: Callable[[], object], what: str, seconds: float = CONNECT_SECONDS) -> None:
        """Waits for a fact; raises NotYet."""
        ends = time.monotonic() + seconds
        while not true():
            if time.monotonic() > ends:
                raise NotYet(f"waited {seconds:.0f} s in vain for {what}")
            await asyncio.sleep(0.02)

    async def converge(
        self,
        heads: Callable[[], Awaitable[Mapping[str, int]]],
        seats: Callable[[], Awaitable[Mapping[str, Set[str]]]],
        seconds: float,
    ) -> float:
        """Waits until every message is answered and every client holds what the database says: the rooms it is in
        (`seats`: person → rooms), no other, and each as far as its head; gives how long that took. Nothing is asked of
        the servers for it. Raises NotYet."""
        began = time.monotonic()
        await self.connected()
        await self.until(
            lambda: not any(c.outbox for c in self.living_clients), "every message to be answered", seconds
        )
        known, seated = await heads(), await seats()

        def behind() -> list[str]:
            astray = [
                f"{client.who.username} in the rooms {sorted(rooms)}: one too many, or one that it does not hold"
                for client in self.living_clients
                if (rooms := client.rooms.keys() ^ seated.get(client.who.id, set()))
            ]
            return astray + [
                f"{client.who.username} in room {held.room}: {held.version} of {known[held.room]}"
                for client in self.living_clients
                for held in client.rooms.values()
                if held.version < known.get(held.room, 0) or not held.whole
            ]

        try:
            await self.until(lambda: not behind(), "", seconds)
        except NotYet:
            raise NotYet(f"after {seconds:.0f} s {len(behind())} are behind, as {behind()[0]}") from None
        return time.monotonic() - began

    async def greet_again(self) -> None:
        """Everybody comes once more, now that nothing happens: what the server counts for them has to be right."""
        await both(*(client.greet_again() for client in self.living_clients))

    async def presence_true(self, seconds: float = 90.0) -> float:
        """Waits until everybody was told the truth about those they watch; gives how long that took. Raises NotYet."""
        began = time.monotonic()

        def untrue() -> list[str]:
            here = {client.who.id for client in self.clients if client.connected.is_set()}
            return [
                f"{client.who.username} holds {user} for {client.presence.get(user)}"
                for client in self.living_clients
                for user in client.watching
                if (client.presence.get(user, "offline") != "offline") != (user in here)
            ]

        try:
            await self.until(lambda: not untrue(), "", seconds)
        except NotYet:
            raise NotYet(f"after {seconds:.0f} s presence is untrue: {untrue()[0]}") from None
        return time.monotonic() - began
