"""One room as a server process holds it: who listens here, how far they were told, what came too early."""

import heapq
import itertools
import time
from collections.abc import Iterator

from django.conf import settings

from talkwave.realtime.line import spliced
from talkwave.realtime.publish import RoomEvent
from talkwave.realtime.socket import Socket
from talkwave.web.counting import counts

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
            self._bound()
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
        self._bound()

    def _bound(self) -> None:
        """Forgets what came too early where it is very much: all of it is in the database, which is asked soon anyway,
        by who mends the gap, or, where no version is known yet, by the next look at the versions (hub_watch.py)."""
        if len(self.early) > settings.HUB_EARLY_MOST:
            self.early.clear()

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

    def push(self) -> None:
        """What is in order goes to everybody here, each author's own with its client_id."""
        events, self.out = self.out, []
        if not events:
            return
        counts.events_out += len(events) * len(self.sockets)
        shared = b",".join([event.json for event in events])
        # Where in there each author's own messages get their client_id.
        places: dict[int, list[tuple[int, bytes]]] = {}
        end = -1
        for event in events:
            end += 1 + len(event.json)
            if event.author is not None and event.client_id is not None:
                # Before the two braces that close the message, which is the event's last member, and the event.
                places.setdefault(event.author, []).append((end - 2, b',"client_id":"%b"' % event.client_id.encode()))
        for socket in list(self.sockets):
            if socket.user_id in places:
                socket.push_parts(spliced(shared, places[socket.user_id]))
            else:
                socket.push_json(shared)
