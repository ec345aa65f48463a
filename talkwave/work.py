"""Work that nobody waits for at a socket: chores, done beside the servers by one process (`manage.py work`).

A chore looks for rows that are due and handles some of them. What is to be done is always in rows, never in memory: a
worker that is killed leaves it to the next one. Two workers may run at once, so a chore claims what it takes.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import close_old_connections, connection

from talkwave.errors import DATABASE_AWAY
from talkwave.realtime import publish
from talkwave.realtime.hearing import hear
from talkwave.web import counting

log = logging.getLogger(__name__)

GROUP = "work"
# After a chore failed it is left alone for a while, longer each time: a broken one must not fill the log.
REST_FIRST = 1.0
REST_MOST = 60.0
# How long a chore may go on after the worker was told to stop.
FINISH_SECONDS = 5.0

Run = Callable[[], bool]


@dataclass(slots=True)
class Chore:
    """`run` does a part of what is due, and says whether there is more. It is called every `every` seconds at least."""

    run: Run
    every: float
    wanted: threading.Event = field(default_factory=threading.Event)
    # What the metrics tell: runs, the time they took, those that failed, and since when there has been more to do.
    runs: int = 0
    seconds: float = 0.0
    failures: int = 0
    behind_since: float | None = None

    @property
    def name(self) -> str:
        return self.run.__name__


_chores: dict[str, Chore] = {}


def chore(*, every: float) -> Callable[[Run], Run]:
    """Registers a function as a chore of the worker; it stays a plain function, which a test can call."""

    def register(run: Run) -> Run:
        _chores[run.__name__] = Chore(run, every)
        return run

    return register


def chores() -> list[Chore]:
    """All that are registered: those of modules that were imported."""
    return list(_chores.values())


def wake() -> None:
    """After the commit, the worker looks at once; without this (or without Redis), within a chore's `every`."""
    publish.to_group(GROUP, {"type": "work"})


class Worker:
    """Does every chore in a thread of its own: one that takes long holds up no other."""

    def __init__(self, found: list[Chore]) -> None:
        self._chores = found
        self._stopping = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="wake", daemon=True)
        self._deafen: Callable[[], object] = lambda: None
        self._threads = [
            threading.Thread(target=self._keep, args=(each,), name=each.name, daemon=True) for each in found
        ]

    def start(self) -> None:
        self._listener.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """No chore begins any more; those that run may finish."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake()
        self._deafen()
        for thread in (*self._threads, self._listener):
            thread.join(FINISH_SECONDS)

    def _wake(self) -> None:
        for each in self._chores:
            each.wanted.set()

    def _keep(self, each: Chore) -> None:
        rest = REST_FIRST
        while not self._stopping.is_set():
            each.wanted.clear()
            begun = time.monotonic()
            try:
                more = each.run()
                rest = REST_FIRST
            except Exception as error:
                each.failures += 1
                if isinstance(error, DATABASE_AWAY):
                    log.warning("the chore %s waits, the database is away: %s", each.name, type(error).__name__)
                else:
                    log.exception("the chore %s failed and is tried again", each.name)
                self._stopping.wait(rest)
                rest, more = min(rest * 2, REST_MOST), False
            each.runs += 1
            each.seconds += time.monotonic() - begun
            each.behind_since = (each.behind_since or begun) if more else None
            close_old_connections()
            if not more:
                # An idle thread keeps no connection from others.
                connection.close()
                each.wanted.wait(each.every)

    def _listen(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._hear())

    async def _hear(self) -> None:
        hearing = asyncio.current_task()
        loop = asyncio.get_running_loop()
        self._deafen = lambda: loop.call_soon_threadsafe(hearing.cancel) if hearing else None
        await hear(GROUP, self._wake)


def _of_each(read: Callable[[Chore], float]) -> Callable[[], dict[str, float]]:
    return lambda: {each.name: read(each) for each in chores() if each.runs}


counting.counter("talkwave_chore_runs_total", "Times a chore was done.", _of_each(lambda c: c.runs), label="chore")
counting.counter("talkwave_chore_seconds_total", "Time it took.", _of_each(lambda c: c.seconds), label="chore")
counting.counter("talkwave_chore_failures_total", "Times it failed.", _of_each(lambda c: c.failures), label="chore")
counting.gauge(
    "talkwave_chore_behind_seconds",
    "For how long a chore has had more to do than it got done.",
    _of_each(lambda c: 0.0 if c.behind_since is None else time.monotonic() - c.behind_since),
    label="chore",
)
