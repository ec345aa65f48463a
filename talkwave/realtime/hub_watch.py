"""What a hub does without being told: finds what the layer lost, and ends what should have ended.

Everything here is a few queries a second for the whole process, however many sockets it has.
"""

import asyncio
import logging
import random
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings

from talkwave.batches import batches
from talkwave.errors import DATABASE_AWAY
from talkwave.realtime import tasks
from talkwave.realtime.database import db
from talkwave.realtime.hub import Hub
from talkwave.realtime.room import LiveRoom
from talkwave.realtime.socket import SIGNED_OUT, Socket
from talkwave.realtime.source import Source
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# A sign-out or a revoked token that the layer lost is found within five seconds at the latest.
_ENDED_EVERY = 3.0
_EMPTY_FOR = 30.0
# How far back to look for people who came, or whose access ended: longer than a transaction or a check may take. No
# other server's clock is asked: by our own monotonic one, or by the database's.
_NEWS_SECONDS = 30.0
# Rooms, sessions and tokens in one question to the database.
ASKED_AT_ONCE = 1_000

# What a socket came in by: a session's key, or a token's id.
Key = TypeVar("Key", str, int)


class HubWatch:
    """The hub's own rounds."""

    def __init__(self, hub: Hub, source: Source) -> None:
        self._hub = hub
        self._source = source
        self._mending: set[int] = set()
        self._ended_at = time.monotonic() + _ENDED_EVERY
        # When we looked, and the newest seat there was by then: the oldest is the one from which on we look again.
        self._looks: deque[tuple[float, int]] = deque()
        self._seats: set[int] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [
            loop.create_task(self._every(settings.HUB_GAP_SECONDS / 2, self._gaps)),
            loop.create_task(self._every(settings.HUB_CHECK_SECONDS, self._round)),
            # Beside the rounds: these wait for the database, and others must not take us for gone meanwhile.
            loop.create_task(self._every(settings.HUB_CHECK_SECONDS, self._here)),
        ]

    async def stop(self) -> None:
        await tasks.end(self._tasks)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            # Jitter: the processes of one machine do not ask the database in step.
            await asyncio.sleep(seconds * random.uniform(0.8, 1.1))  # noqa: S311
            try:
                await work()
            except Exception as error:
                log.warning("a round of the hub failed, the next one tries again: %s: %s", type(error).__name__, error)

    async def _here(self) -> None:
        self._hub.here()

    async def _gaps(self) -> None:
        """Rooms where an event is missing for longer than it may be on its way."""
        late = time.monotonic() - settings.HUB_GAP_SECONDS
        for room in [r for r in self._hub.rooms.values() if r.gap_since is not None and r.gap_since < late]:
            await self._mend(room)

    async def _round(self) -> None:
        await self._hub.join_all()
        failed: list[Exception] = []
        for check in (self._silent, self._versions, self._seat, self._bar, self._empty, self._ended):
            try:
                await check()
            except DATABASE_AWAY:
                raise  # the database is away: each of the others would wait for it anew
            except Exception as error:  # the others are looked at all the same
                failed.append(error)
        if failed:
            raise failed[0]

    async def _versions(self) -> None:
        """Rooms of which the database knows more than was told here, or which are gone."""
        rooms = {room.id: room for room in self._hub.rooms.values() if room.sockets and room.version is not None}
        for ids in batches(rooms, ASKED_AT_ONCE):
            versions = await db(self._source.versions, ids)
            for room_id in ids:
                room = rooms[room_id]
                if room_id not in versions:
                    for socket in list(room.sockets):
                        self._hub.drop_member(room_id, socket.user_id)
                elif versions[room_id] > (room.version or 0):
                    await self._mend(room)

    async def _mend(self, room: LiveRoom) -> None:
        if room.id in self._mending or room.version is None:
            return
        self._mending.add(room.id)
        counts.gaps += 1
        try:
            version, events = await db(self._source.missed, room.id, room.version)
            # Somebody may have been removed by one of the lost events: look before telling the rest.
            here = {socket.user_id for socket in room.sockets}
            members = await db(self._source.members, room.id, list(here))
            for user_id in here - members:
                self._hub.drop_member(room.id, user_id)
            self._hub.mend(room, version, events)
        finally:
            self._mending.discard(room.id)

    async def _seat(self) -> None:
        """People who came into a room hear it, also where the word of that was lost.

        A seat may be committed after others with higher numbers: what was new in the last half minute is looked at again.
        """
        now = time.monotonic()
        if not self._looks:
            newest = await db(self._source.newcomers, None)
            self._looks.append((now, newest[-1][0] if newest else 0))
        found = await db(self._source.newcomers, self._looks[0][1])
        self._looks.append((now, max([self._looks[-1][1], *(seat for seat, _, _ in found)])))
        while len(self._looks) > 1 and self._looks[1][0] < now - _NEWS_SECONDS:
            self._looks.popleft()
        # What was not there a round ago is told by the layer in a moment.
        before, self._seats = self._seats, {seat for seat, _, _ in found}
        for _, user_id, room_id in (each for each in found if each[0] in before):
            while any(room_id not in socket.rooms for socket in self._hub.people.get(user_id, ())):
                joined = await db(self._source.joined, user_id, room_id)
                if joined is None or self._hub.seat(user_id, room_id, *joined):
                    await self._hub.join_all()
                    break

    async def _bar(self) -> None:
        if self._hub.people:
            for user_id, code in (await db(self._source.barred, timedelta(seconds=_NEWS_SECONDS))).items():
                for socket in list(self._hub.people.get(user_id, ())):
                    self._hub.end(socket, code)

    async def _silent(self) -> None:
        """A connection that said nothing for three heartbeats is dead, whatever TCP thinks."""
        limit = time.monotonic() - 3 * settings.HEARTBEAT_SECONDS
        for socket in self._hub.sockets:
            if socket.last_heard < limit:
                self._hub.end(socket, 1001)

    async def _empty(self) -> None:
        limit = time.monotonic() - _EMPTY_FOR
        for room in [r for r in self._hub.rooms.values() if r.empty_since is not None and r.empty_since < limit]:
            await self._hub.forget(room)

    async def _ended(self) -> None:
        if time.monotonic() < self._ended_at:
            return
        self._ended_at = time.monotonic() + _ENDED_EVERY
        sessions: dict[str, list[Socket]] = defaultdict(list)
        tokens: dict[int, list[Socket]] = defaultdict(list)
        for socket in self._hub.sockets:
            if socket.session_key is not None:
                sessions[socket.session_key].append(socket)
            if socket.token_id is not None:
                tokens[socket.token_id].append(socket)
        await self._end_what_ended(sessions, self._source.ended_sessions)
        await self._end_what_ended(tokens, self._source.ended_tokens)

    async def _end_what_ended(self, keyed: dict[Key, list[Socket]], ended: Callable[[Iterable[Key]], set[Key]]) -> None:
        for keys in batches(keyed, ASKED_AT_ONCE):
            for key in await db(ended, keys):
                for socket in keyed[key]:
                    self._hub.end(socket, SIGNED_OUT)
