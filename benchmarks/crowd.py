"""The members: everybody connected at once, what they send, and whether all of it came back."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from benchmarks import wire
from benchmarks.peers import Peer
from benchmarks.wire import Socket

CONNECT_AT_ONCE = 20
CONNECT_SECONDS = 60.0
HEARTBEAT_SECONDS = 20.0
HEARTBEAT_TURNS = 100
# A sender whose message has not come back by then says the next one; the message may still arrive.
PATIENCE_SECONDS = 15.0
DRAIN_SECONDS = 6.0


class Crowd:
    """Members in their rooms, each on a socket. The first of each room is its witness and decodes everything.

    A member speaks in the room of its place; with `hears` a member is in several rooms, and speaks in each in turn.
    `receive`: bytes of the kernel's for what comes to one socket (wire.connect).
    """

    def __init__(
        self,
        peer: Peer,
        places: Sequence[tuple[int, int]],
        hears: Mapping[int, Sequence[int]] | None = None,
        *,
        receive: int = 0,
    ) -> None:
        self.peer = peer
        self.receive = receive
        self.places = list(places)
        self.hears = {member: (hears or {}).get(member, (room,)) for member, room in places}
        self.sockets: list[Socket] = []
        self.sent: Counter[int] = Counter()  # by room
        self.own = 0  # messages that came back to the one who sent them
        self.given_up = 0
        self.complaints: Counter[str] = Counter()
        self._number = 0
        self._going = False
        self._asked: dict[int, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stored_before = 0
        self._witnessed: set[int] = set()  # rooms
        self._missed: list[int] = []  # by socket: what had been said before it came

    # -- coming and going --------------------------------------------------------------------------
    async def connect(self) -> None:
        await self.begin()
        await self.join(len(self.places))

    async def begin(self) -> None:
        """Before the first `join`."""
        self._stored_before = self.peer.stored() if self.peer.stores else 0
        self._tasks = [asyncio.create_task(self._heartbeats()), asyncio.create_task(self._watch())]

    async def join(self, count: int) -> None:
        """The next `count` of the places are taken. Everything said before has to have arrived (`drain`)."""
        gate = asyncio.Semaphore(CONNECT_AT_ONCE)

        async def one(index: int, witness: bool) -> Socket:
            async with gate:
                return await self._connect(index, witness)

        joining = []
        for index in range(len(self.sockets), len(self.sockets) + count):
            member, room = self.places[index]
            joining.append(one(index, room not in self._witnessed))
            self._witnessed.add(room)
            self._missed.append(self._said_to(member))
        async with asyncio.timeout(CONNECT_SECONDS + count / 20):
            self.sockets += await asyncio.gather(*joining)

    async def _connect(self, index: int, witness: bool) -> Socket:
        peer, (member, room) = self.peer, self.places[index]
        ready = asyncio.get_running_loop().create_future()
        decoded: set[str] = set()
        last: dict[str, int] = {}

        def on_frame(socket: Socket, payload: bytes) -> None:
            if not ready.done():
                if peer.on_frame(socket, payload, member, room):
                    ready.set_result(None)
                return
            if len(payload) < 3 or not witness:
                peer.on_frame(socket, payload, member, room)
                return
            for body, place in peer.bodies(payload):
                if len(body.encode()) != wire.BODY_BYTES:
                    self.complaints["a body of another length"] += 1
                if body in decoded:
                    self.complaints["a message delivered twice"] += 1
                decoded.add(body)
                if place is not None:
                    where, seq = place
                    if seq != last.get(where, seq - 1) + 1:
                        self.complaints["a message out of order"] += 1
                    last[where] = seq
            socket.decoded = len(decoded)

        socket = Socket(peer.mark, on_frame)
        path, headers = peer.request(member, room)
        await wire.connect(socket, peer.port, path, headers, self.receive)
        if peer.greet(socket, member, room):
            ready.set_result(None)
        await asyncio.wait({ready, socket.closed}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise wire.Handshake(f"closed with {socket.close_code} before it was ready")
        socket.collect = witness
        socket.witness = witness
        peer.prepare_window(socket)
        return socket

    async def _heartbeats(self) -> None:
        """Each socket once in that time, and not all at the same moment, as it is with people."""
        for turn in itertools.count():
            await asyncio.sleep(HEARTBEAT_SECONDS / HEARTBEAT_TURNS)
            for socket in self.sockets[turn % HEARTBEAT_TURNS :: HEARTBEAT_TURNS]:
                socket.confirm_now()

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        for socket in self.sockets:
            socket.close()
        if self.sockets:
            await asyncio.wait([socket.closed for socket in self.sockets], timeout=10)

    # -- talking -----------------------------------------------------------------------------------
    def say(self, index: int) -> int:
        """Member `index` sends the next message; returns its number."""
        self._number += 1
        number, (member, _) = self._number, self.places[index]
        rooms = self.hears[member]
        room = rooms[number % len(rooms)]
        socket = self.sockets[index]
        socket.own = self.peer.mark + wire.tag_for(member, number)
        self._asked[index] = time.monotonic()
        self.sent[room] += 1
        socket.send(self.peer.message(member, room, wire.body_for(member, number)))
        return number

    def talk(self, senders: int) -> None:
        """That many members talk in a closed loop: each waits for its own message, then sends the next."""
        self._going = True
        for index in range(senders):
            self.sockets[index].on_own = lambda _, index=index: self._came_back(index)
            self.say(index)

    def _came_back(self, index: int) -> None:
        self.own += 1
        self._asked.pop(index, None)
        if self._going:
            self.say(index)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(1)
            if self._going:
                late = time.monotonic() - PATIENCE_SECONDS
                for index in [index for index, asked in self._asked.items() if asked < late]:
                    self.given_up += 1
                    self.say(index)

    def deliveries(self) -> int:
        return sum(socket.deliveries for socket in self.sockets)

    def expected(self) -> int:
        return sum(self._expected_by(index) for index in range(len(self.sockets)))

    def _expected_by(self, index: int) -> int:
        return self._said_to(self.places[index][0]) - self._missed[index]

    def _said_to(self, member: int) -> int:
        return sum(self.sent[room] for room in self.hears[member])

    async def drain(self) -> None:
        """Stop talking and wait until everything has arrived, or nothing more does."""
        self._going = False
        last, since, expected = -1, time.monotonic(), self.expected()
        while (now := self.deliveries()) != expected:
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > DRAIN_SECONDS:
                break
            await asyncio.sleep(0.05)

    # -- the truth ---------------------------------------------------------------------------------
    def check(self) -> list[str]:
        """What does not add up: every message stored once, every member got every message."""
        found = [f"{count} × {what}" for what, count in self.complaints.items()]
        if self.peer.stores:
            sent, stored = sum(self.sent.values()), self.peer.stored() - self._stored_before
            if stored != sent:
                found.append(f"{sent} messages sent, {stored} stored")
        differences = [self._expected_by(index) - socket.deliveries for index, socket in enumerate(self.sockets)]
        if missing := sum(difference for difference in differences if difference > 0):
            found.append(f"{missing} of {self.expected()} deliveries lost")
        if extra := -sum(difference for difference in differences if difference < 0):
            found.append(f"{extra} deliveries too many")
        if self.given_up:
            found.append(f"{self.given_up} senders waited {PATIENCE_SECONDS:.0f} s in vain")
        for socket in self.sockets:
            if socket.witness and socket.decoded != socket.deliveries:
                found.append(f"counted {socket.deliveries} deliveries, decoded {socket.decoded}")
        closed = Counter(str(s.close_code) for s in self.sockets if s.closed.done())
        if closed:
            found.append("sockets closed by the server: " + ", ".join(f"{n} with {c}" for c, n in closed.items()))
        errors = [error for socket in self.sockets for error in socket.errors]
        if errors:
            found.append(f"{len(errors)} errors, the first: {errors[0][:200].decode(errors='replace')}")
        return found + self.peer.complaints()
