"""The hub: one in each server process, between the channel layer and all sockets of the process.

It holds one channel of the layer, joins a room's group when the first local socket listens there, encodes nothing
(events come as JSON), puts a room's events in order, and writes what is ready together as one frame a socket.
What its own process says it tells at once (sending.py); the layer carries it to the hubs of the others, and what it loses
they find in the database: hub_watch.py.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from channels.layers import get_channel_layer

from talkwave.realtime import arrivals, publish, tasks
from talkwave.realtime.flushing import Flusher
from talkwave.realtime.pressure import pressure, shed_presence, shed_typing
from talkwave.realtime.publish import EVERYWHERE, RoomEvent, room_group, user_group
from talkwave.realtime.room import LiveRoom
from talkwave.realtime.sending import LAYER_SECONDS, Sending
from talkwave.realtime.socket import Socket
from talkwave.web import counting
from talkwave.web.counting import counts
from talkwave.web.redis import Away, Reach

log = logging.getLogger(__name__)


class Hub:
    """All methods run on the event loop that made it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.rooms: dict[int, LiveRoom] = {}
        self.people: dict[int, set[Socket]] = defaultdict(set)
        self.watchers: dict[int, set[Socket]] = defaultdict(set)
        # Called with every word about somebody's presence, before it is told here.
        self.on_presence: Callable[[int, bytes], None] | None = None
        self.flusher = Flusher(self.loop)
        self._layer = get_channel_layer()
        self._channel = ""
        self._joined: set[str] = set()
        # Groups are joined one after the other, whoever wants them: where thousands come at once, the layer has as long
        # for the last of them as for the first, and is not taken for away because there are many.
        self._turn = asyncio.Lock()
        self._sending = Sending(self._layer, self.loop, self.deliver)
        # Whether the layer joins groups: greeting somebody asks for it, and must not wait for one that is away.
        self._reach = Reach()
        self._tasks: list[asyncio.Task[None]] = []

    # --- life -----------------------------------------------------------------------------------------
    def start(self) -> None:
        self._tasks = [self.loop.create_task(self._receive()), self.loop.create_task(self._sending.run())]
        publish.outlet = self._sending.outlet
        pressure.watch(waiting=lambda: sum(socket.bytes_kept for socket in self.sockets))
        pressure.start()
        counting.gauge("talkwave_people", "People with a socket here.", lambda: len(self.people))
        counting.gauge("talkwave_rooms", "Rooms somebody here listens to.", lambda: len(self.rooms))

    async def stop(self) -> None:
        publish.outlet = None
        pressure.stop()
        await tasks.end(self._tasks)

    @property
    def sockets(self) -> list[Socket]:
        return [socket for sockets in self.people.values() for socket in sockets]

    # --- who listens ------------------------------------------------------------------------------------
    async def add(self, socket: Socket, room_ids: Iterable[int]) -> None:
        """The socket hears its person's events and these rooms. Rooms new here wait for `begin`."""
        self.people[socket.user_id].add(socket)
        for room_id in room_ids:
            self._listen(socket, room_id)
        await self.join([user_group(socket.user_id), *map(room_group, socket.rooms)])

    def _listen(self, socket: Socket, room_id: int) -> None:
        room = self.rooms.get(room_id)
        if room is None:
            room = self.rooms[room_id] = LiveRoom(room_id)
        room.sockets.add(socket)
        room.empty_since = None
        socket.rooms.add(room_id)

    def begin(self, versions: dict[int, int]) -> None:
        """Rooms are told from these versions on, where they were not told before: what their first reader holds."""
        for room_id, version in versions.items():
            if (room := self.rooms.get(room_id)) is not None and room.version is None:
                self._tell(room, room.start(version))

    def remove(self, socket: Socket) -> None:
        """The connection has ended."""
        socket.gone()
        for room_id in list(socket.rooms):
            self._unlisten(socket, room_id)
        self.watch(socket, ())
        if sockets := self.people.get(socket.user_id):
            sockets.discard(socket)
            if not sockets:
                del self.people[socket.user_id]
                self.loop.create_task(self._forget_person(socket.user_id))

    def _unlisten(self, socket: Socket, room_id: int) -> None:
        socket.rooms.discard(room_id)
        if room := self.rooms.get(room_id):
            room.sockets.discard(socket)
            if not room.sockets:
                # Kept for a while: a page that reloads is back within a second.
                room.empty_since = time.monotonic()

    def watch(self, socket: Socket, user_ids: Iterable[int]) -> None:
        """The socket hears of the coming and going of these people, and of no others."""
        for user_id in socket.watching:
            self.watchers[user_id].discard(socket)
            if not self.watchers[user_id]:
                del self.watchers[user_id]
        # One that has gone watches nobody: its last look may end after it.
        socket.watching = frozenset(() if socket.closed else user_ids)
        for user_id in socket.watching:
            self.watchers[user_id].add(socket)

    # --- the layer --------------------------------------------------------------------------------------
    async def join(self, groups: Iterable[str]) -> None:
        """Joins those groups of the layer that are not joined; with Redis away they are joined later (hub_watch.py)."""
        lacking = [group for group in groups if group not in self._joined]
        if not lacking and self._channel:
            return
        try:
            async with self._turn:
                if not self._channel:
                    async with self._asking():
                        self._channel = await self._layer.new_channel("hub.")
                    arrivals.bound(self._layer, self._channel)
                    lacking.append(EVERYWHERE)
                for group in lacking:
                    if group not in self._joined:
                        async with self._asking():
                            await self._layer.group_add(group, self._channel)
                        self._joined.add(group)
                        if group == EVERYWHERE:
                            self.here()
        except Away:
            log.debug("channel layer away, groups are joined later")
        except Exception as error:  # whatever a layer raises
            log.warning("channel layer away, groups are joined later: %s", type(error).__name__)
            counts.layer_errors += 1

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Raises Away where the layer did not answer lately, and whatever it raises; a TimeoutError where it is silent."""
        with self._reach.asking():
            async with asyncio.timeout(LAYER_SECONDS):
                yield

    async def join_all(self) -> None:
        """Joins whatever could not be joined before."""
        await self.join([EVERYWHERE, *map(user_group, self.people), *map(room_group, self.rooms)])

    def here(self) -> None:
        """Tells the hubs of other processes that this one is there."""
        self._sending.here()

    async def _leave(self, group: str) -> None:
        self._joined.discard(group)
        try:
            async with asyncio.timeout(LAYER_SECONDS):
                await self._layer.group_discard(group, self._channel)
        except Exception as error:
            log.debug("could not leave %s: %s", group, type(error).__name__)

    async def forget(self, room: LiveRoom) -> None:
        """Nobody has listened here for a while; or somebody does again, while others were being forgotten."""
        if not room.sockets and self.rooms.get(room.id) is room:
            del self.rooms[room.id]
            await self._leave(room_group(room.id))

    async def _forget_person(self, user_id: int) -> None:
        # Whoever loads a page anew may be back before this.
        if user_id not in self.people:
            await self._leave(user_group(user_id))

    async def _receive(self) -> None:
        while not self._channel:
            await self.join([])
            if not self._channel:
                await asyncio.sleep(0.5)
        while True:
            try:
                message = await self._layer.receive(self._channel)
                if (sender := message.get("from")) != self._sending.name:
                    if sender is not None:
                        self._sending.others()
                    self._hear(message)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("an envelope could not be delivered")
                counts.layer_errors += 1

    # --- what comes ---------------------------------------------------------------------------------------
    def _hear(self, message: dict[str, Any]) -> None:
        """What another process said, as the layer brought it: in bundles, its events as lists."""
        if message.get("op") == "bundle":
            for part in message["parts"]:
                self._hear(part)
            return
        if message.get("op") == "events":
            message["events"] = [RoomEvent(*event) for event in message["events"]]
        self.deliver(message)

    def deliver(self, message: dict[str, Any]) -> None:
        """An envelope's message, told to who listens here."""
        op = message.get("op")
        if op == "events":
            counts.events_in += len(message["events"])
            if (room := self.rooms.get(message["room"])) is not None:
                self._tell(room, room.take(message["events"]))
        elif op == "hint":
            if not shed_typing():
                self._hint(message)
        elif op == "presence":
            if self.on_presence is not None:
                self.on_presence(message["user"], message["json"])
            for socket in () if shed_presence() else self.watchers.get(message["user"], ()):
                socket.push_json(message["json"])
        elif op == "event":
            for socket in self.people.get(message["user"], ()):
                socket.push_json(message["json"])
        elif op == "close":
            session_key, token_id = message["session"], message.get("token")
            for socket in list(self.people.get(message["user"], ())):
                if session_key in (None, socket.session_key) and token_id in (None, socket.token_id):
                    self.end(socket, message["code"])
        elif op == "subscribe":
            self._subscribe(message["user"], message["room"], message["version"])
        elif op == "unsubscribe":
            self.drop_member(message["room"], message["user"], message["reason"])

    def _hint(self, message: dict[str, Any]) -> None:
        if (room := self.rooms.get(message["room"])) is not None:
            for socket in room.sockets:
                if socket.user_id != message["except"]:
                    socket.push_json(message["json"])

    def _subscribe(self, user_id: int, room_id: int, version: int) -> None:
        if sockets := self.people.get(user_id):
            for socket in sockets:
                self._listen(socket, room_id)
            # Nothing may come between: what is told next may be that they are out again.
            self.begin({room_id: version})
            self.loop.create_task(self.join([room_group(room_id)]))

    def seat(self, user_id: int, room_id: int, version: int, joined: bytes) -> bool:
        """That person's sockets hear the room from `version` on and are told so; False: `version` is old by now."""
        room = self.rooms.get(room_id)
        if room is not None and room.version is not None and room.version > version:
            return False
        for socket in self.people.get(user_id, ()):
            if room_id not in socket.rooms:
                self._listen(socket, room_id)
                socket.push_json(joined)
        self.begin({room_id: version})
        return True

    def drop_member(self, room_id: int, user_id: int, reason: str = "removed") -> None:
        """That person hears the room no longer, and is told so, once; what was in order before is still theirs."""
        if (room := self.rooms.get(room_id)) is None:
            return
        leaving = [socket for socket in self.people.get(user_id, ()) if room_id in socket.rooms]
        if leaving:
            room.push()
            for socket in leaving:
                self._unlisten(socket, room_id)
                socket.push({"type": "room.left", "room": str(room_id), "reason": reason})

    def end(self, socket: Socket, code: int) -> None:
        """Closes a socket for good; it hears nothing from this moment on."""
        socket.close(code)
        self.remove(socket)

    def mend(self, room: LiveRoom, version: int, events: list[RoomEvent]) -> None:
        """What the database says this room missed."""
        self._tell(room, room.mend(version, events))

    def _tell(self, room: LiveRoom, events: Iterable[RoomEvent]) -> None:
        for event in events:
            if event.leaver is not None:
                self.drop_member(room.id, event.leaver, orjson.loads(event.json).get("reason", "left"))
            room.out.append(event)
        if room.out:
            self.flusher.room_ready(room)
