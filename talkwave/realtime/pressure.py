"""What a process under pressure leaves out, and in which order: first hints, then the haste of its acks.

Three things say that more comes than can be done: the event loop is late, messages wait to be stored, bytes wait to be
read. Above the first bound of any of them, typing and presence are not told (both heal by themselves: a hint ends after
seconds, and pages ask for presence anew each minute). Above the second, acks are held back a moment, so that programs
which wait for them before they go on come slower. Nothing accepted is ever dropped, and `ping` is always answered.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from django.conf import settings

from talkwave.web import counting
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# How often the loop is asked how late it is, and how long it must have been calm before hints are told again.
TICK_SECONDS: Final = 0.1
CALM_SECONDS: Final = 1.0
# So many ticks in a row were late before the loop counts as late: a single pause is no pressure.
LATE_TICKS: Final = 3
# What waits in all sockets is added up each so many ticks.
BYTES_TICKS: Final = 10

CALM, HINTS_OFF, ACKS_SLOW = 0, 1, 2

_lags = counting.histogram("talkwave_loop_lag_seconds", "How late the event loop came, asked ten times a second.")


class Pressure:
    """One a process. `measure` says how things are; who writes hints and acks asks the two properties."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.level = CALM
        self.lag = 0.0
        self.commits = self.bytes = 0
        self._clock = clock
        self._until = 0.0
        self._ticks = 0
        self._lags: deque[float] = deque([0.0] * LATE_TICKS, maxlen=LATE_TICKS)
        self._timer: asyncio.TimerHandle | None = None
        self._count_commits: Callable[[], int] = lambda: 0
        self._count_bytes: Callable[[], int] = lambda: 0

    @property
    def sheds_hints(self) -> bool:
        """Typing and presence are left out."""
        return self.level >= HINTS_OFF

    @property
    def ack_delay(self) -> float:
        """Seconds that acks are held back."""
        return settings.PRESSURE_ACK_SECONDS if self.level >= ACKS_SLOW else 0.0

    def measure(self, *, lag: float, commits: int, waiting: int) -> None:
        """`lag` in seconds, `commits` messages that wait to be stored, `waiting` bytes that are to be read."""
        self.lag, self.commits, self.bytes = lag, commits, waiting
        now = self._clock()
        found = max(
            _level(lag, settings.PRESSURE_LAG_SECONDS),
            _level(commits, settings.PRESSURE_COMMITS),
            _level(waiting, settings.PRESSURE_BYTES),
        )
        if found >= self.level:
            self._until = now + CALM_SECONDS
        elif now < self._until:
            return
        if found != self.level:
            say = log.warning if found > self.level else log.info
            say("pressure %d → %d: lag %.3f s, %d to store, %d bytes unread", self.level, found, lag, commits, waiting)
            self.level = found

    # --- by the loop ------------------------------------------------------------------------------------
    def watch(self, *, commits: Callable[[], int] | None = None, waiting: Callable[[], int] | None = None) -> None:
        """Where the numbers come from: whoever has them says so as it starts."""
        self._count_commits = commits or self._count_commits
        self._count_bytes = waiting or self._count_bytes

    def start(self) -> None:
        self.level = CALM
        self.measure(lag=0.0, commits=self._count_commits(), waiting=self._count_bytes())
        self._tick_at(asyncio.get_running_loop())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick_at(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + TICK_SECONDS
        self._timer = loop.call_at(due, self._tick, loop, due)

    def _tick(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        lag = max(0.0, loop.time() - due)
        _lags.note(lag)
        self._lags.append(lag)
        self._ticks += 1
        waiting = self._count_bytes() if self._ticks % BYTES_TICKS == 0 else self.bytes
        self.measure(lag=min(self._lags), commits=self._count_commits(), waiting=waiting)
        self._tick_at(loop)


def _level(value: float, bounds: tuple[float, float]) -> int:
    return sum(value >= bound for bound in bounds)


pressure: Final = Pressure()

counting.gauge("talkwave_pressure", "0 calm, 1 hints are left out, 2 acks are slow as well.", lambda: pressure.level)
counting.gauge("talkwave_unread_bytes", "Bytes that sockets have out or ready, unconfirmed.", lambda: pressure.bytes)


def shed_typing() -> bool:
    """Whether a typing hint is to be left out just now; counts it."""
    if shed := pressure.sheds_hints:
        counts.hints_shed += 1
    return shed


def shed_presence() -> bool:
    """The same of a word about somebody's coming or going."""
    if shed := pressure.sheds_hints:
        counts.presence_shed += 1
    return shed
