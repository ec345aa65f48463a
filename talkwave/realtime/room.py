"""One room as a server process holds it: who listens here, how far they were told, what came too early."""

import heapq
import itertools
import time
from collections.abc import Iterator

from talkwave.realtime.publish import RoomEvent
from talkwave.realtime.socket import Socket

_tie = itertools.count()


class LiveRoom:
    """Puts events in order. Until `start` says from which version on, everything counts as too early."""

    __slots__ = ("early", "empty_since", "gap_since", "id", "out", "sockets", "version")

    def __init__(self, room_id: int) -> None:
        self.id = room_id
        self.sockets: set[Socket] = set()
        # The last version given to `out`; None until known.
        self.version: int | None = None
        self.early: list[tuple[int, int, RoomEvent]] = []
        self.gap_since: float | None = None
        self.empty_since: float | None = None
        # In order, to be written at the next flush.
        self.out: list[RoomEvent] = []

    def start(self, version: int) -> Iterator[RoomEvent]:
        """Events above `version` are to be told: yields those that came already."""
        if self.version is None:
            self.version = version
        return self.take(())

    def take(self, events: "list[RoomEvent] | tuple[()]") -> Iterator[RoomEvent]:
        """Takes events as they come; yields what is now in order, each version once, with no gap."""
        for event in events:
            if self.version is None or event.version > self.version:
                heapq.heappush(self.early, (event.version, next(_tie), event))
        if self.version is None:
            return
        while self.early and self.early[0][0] <= self.version + 1:
            version, _, event = heapq.heappop(self.early)
            if version == self.version + 1:
                self.version = version
                yield event
        if not self.early:
            self.gap_since = None
        elif self.gap_since is None:
            self.gap_since = time.monotonic()

    def mend(self, version: int, events: list[RoomEvent]) -> Iterator[RoomEvent]:
        """Takes what the database says was missed, up to `version`; yields what is new, in order.

        Versions superseded since are left out: clients see the hole and `sync`.
        """
        for event in events:
            if self.version is None or event.version > self.version:
                self.version = event.version
                yield event
        self.version = max(self.version or 0, version)
        yield from self.take(())
