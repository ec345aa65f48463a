"""One socket of one person, as docs/protocol.md wants it: it comes back, catches up, repeats what got no answer."""

import asyncio
import contextlib
import json
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from faults.history import History, digest
from faults.people.holding import Held

Event = dict[str, Any]
FIRST_WAIT, LONGEST_WAIT = 2.0, 30.0
# A connection that answers no ping for so long is dead, and a message that gets no answer is sent again.
PONG_SECONDS = 10.0
ACK_SECONDS = 10.0
CONFIRM_FRAMES, CONFIRM_BYTES = 200, 1 << 20
# After these a client does not come back by itself.
FOR_GOOD = {4401, 4403, 4413}


@dataclass(frozen=True)
class Who:
    """A person, and what they may connect with."""

    id: str
    username: str
    token: str
    cookie: str


@dataclass
class Said:
    """A message on its way."""

    command: Event
    sha: str
    answered: asyncio.Future[Event | None]
    # When its person sent it, and when it last went out.
    begun: float = field(default_factory=time.monotonic)
    attempts: int = 0
    sent_at: float = 0.0


@dataclass
class Asked:
    """A command that waits for its `ok`; lost with its connection."""

    answered: asyncio.Future[Event]
    fields: dict[str, Any] = field(default_factory=dict)


class Lost(Exception):
    """The connection ended before the answer came: what was asked may have been done, or not."""


class Client:
    """Lives from `start` to `stop`. `ports`: the servers it may go to, the next one wherever one does not answer.

    `recovers` False: it takes whatever comes and never syncs, as a client without recovery of gaps would.
    `by_cookie`: connects as a browser's page does. `reading` cleared: it reads nothing. `pace`: seconds a frame.
    `first_wait`: at most so long before the first try to come back.
    """

    def __init__(
        self,
        who: Who,
        ports: list[int],
        history: History,
        *,
        recovers: bool = True,
        by_cookie: bool = False,
        pace: float = 0.0,
        first_wait: float = FIRST_WAIT,
        dice: random.Random | None = None,
    ) -> None:
        self.who, self.ports, self.history, self.recovers, self.pace = who, list(ports), history, recovers, pace
        self.by_cookie, self.first_wait = by_cookie, first_wait
        self.dice = dice or random.Random(who.username)
        self.reading = asyncio.Event()
        self.reading.set()
        self.confirms = True
        self.rooms: dict[str, Held] = {}
        self.outbox: dict[str, Said] = {}
        self.presence: dict[str, str] = {}
        self.watching: list[str] = []
        self.hello: Event = {}
        self.connected = asyncio.Event()
        self.epoch = ""
        # How each connection ended, and how long it took to be back after it.
        self.closes: list[int] = []
        self.away: list[float] = []
        self.quiet = False
        # When it last applied anything.
        self.last_applied = 0.0
        # Called with every object that comes.
        self.listeners: list[Callable[[Event], None]] = []
        self.socket: ClientConnection | None = None
        self._asked: dict[str, Asked] = {}
        self._frames = self._confirmed = self._bytes = self._confirmed_bytes = 0
        self._refs = 0
        self._pinged: float | None = None
        self._gone_at: float | None = None
        self._retry_after = 0.0
        self._task: asyncio.Task[None] | None = None
        history.write("client", user=who.id, username=who.username, recovers=recovers)

    # --- life ---------------------------------------------------------------------------------------------
    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._live())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            (ended,) = await asyncio.gather(self._task, return_exceptions=True)
            if self.connected.is_set():
                self.connected.clear()
                self.history.write("close", code=1001)
                self._lose()
            if isinstance(ended, Exception):
                raise ended

    async def depart(self) -> None:
        """Goes for good, before the others: nothing has to reach it any more."""
        self.history.write("gone")
        await self.stop()

    async def reconnect(self, *, quiet: bool = False) -> None:
        """Goes and comes back, as a page that is loaded again. `quiet`: counters of this hello are to be right."""
        self.quiet = quiet
        self.connected.clear()
        if self.socket is not None:
            await self.socket.close()
        await self.connected.wait()

    @property
    def stopped(self) -> bool:
        """It was told not to come back."""
        return self._task is not None and self._task.done()

    async def _live(self) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            code = await self._connection()
            self.connected.clear()
            self.socket = None
            if code is not None:
                self.closes.append(code)
                self.history.write("close", code=code)
                self._gone_at = self._gone_at or time.monotonic()
                self._lose()
                attempt = 0
            if code in FOR_GOOD:
                # Whether what was not answered is stored, they will not learn.
                for said in self.outbox.values():
                    if not said.answered.done():
                        said.answered.set_result(None)
                return
            if code is None or code == 1006 or (code == 1012 and time.monotonic() - began < 1):
                self.ports.append(self.ports.pop(0))
            wait = self.dice.uniform(0, min(LONGEST_WAIT, self.first_wait * 2**attempt))
            attempt = min(attempt + 1, 5)
            await asyncio.sleep(max(wait, self._retry_after if code == 4429 else 0.0))

    async def _connection(self) -> int | None:
        """One connection, from its beginning to its end; its close code, or None where none came about."""
        headers = {"Authorization": f"Bearer {self.who.token}"}
        if self.by_cookie:
            headers = {"Cookie": f"sessionid={self.who.cookie}", "Origin": f"http://127.0.0.1:{self.ports[0]}"}
        try:
            socket = await connect(
                f"ws://127.0.0.1:{self.ports[0]}/ws/", additional_headers=headers, compression=None, proxy=None,
                ping_interval=None, max_size=2**24, open_timeout=10, close_timeout=0.5,
            )  # fmt: skip
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, ConnectionClosed, EOFError):
            return None
        self.socket = socket
        self._frames = self._confirmed = self._bytes = self._confirmed_bytes = 0
        self._pinged = None
        beating = asyncio.get_running_loop().create_task(self._beat(socket))
        try:
            while True:
                await self.reading.wait()
                frame = await socket.recv()
                # It may have stopped reading while it waited for this one.
                await self.reading.wait()
                self._frames += 1
                self._bytes += len(frame)
                for event in json.loads(frame):
                    await self._take(event)
                if (
                    self._frames - self._confirmed >= CONFIRM_FRAMES
                    or self._bytes - self._confirmed_bytes >= CONFIRM_BYTES
                ):
                    await self._ping()
                if self.pace:
                    await asyncio.sleep(self.pace)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            if self.socket is socket:
                self.socket = None
            socket.transport.abort()

    def _lose(self) -> None:
        """What waited for an answer on the connection that ended gets none. Messages stay, and are sent again."""
        for ref, asked in list(self._asked.items()):
            if not asked.answered.done():
                asked.answered.set_exception(Lost())
                asked.answered.exception()
            del self._asked[ref]
        for held in self.rooms.values():
            held.syncing = False

    async def _beat(self, socket: ClientConnection) -> None:
        """Pings, finds dead connections, and repeats messages that got no answer."""
        next_ping = time.monotonic() + self.dice.uniform(0.3, 1.0) * self.hello.get("heartbeat", 25)
        while True:
            await asyncio.sleep(0.5)
            now = time.monotonic()
            if self._pinged is not None and now - self._pinged > PONG_SECONDS and self.reading.is_set():
                socket.transport.abort()
                return
            if now >= next_ping:
                next_ping = now + self.hello.get("heartbeat", 25)
                await self._ping()
            if self.connected.is_set():
                for said in list(self.outbox.values()):
                    if now - said.sent_at > ACK_SECONDS:
                        await self._post(said)

    async def _ping(self) -> None:
        if self.confirms:
            self._confirmed, self._confirmed_bytes = self._frames, self._bytes
            self._pinged = self._pinged or time.monotonic()
            await self._send({"type": "ping", "received": self._frames})

    async def _send(self, command: Event) -> None:
        if self.socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(json.dumps(command))

    # --- what a person does -------------------------------------------------------------------------------
    def post(self, room: str, body: str, client_id: str = "") -> "asyncio.Future[Event | None]":
        """A message, sent until it is answered: its `ack`, or None where it was refused for good."""
        client_id = client_id or str(uuid.UUID(int=self.dice.getrandbits(128), version=4))
        command = {"type": "message.send", "client_id": client_id, "room": room, "body": body}
        said = Said(command, digest(body), asyncio.get_running_loop().create_future())
        self.outbox[client_id] = said
        if self.connected.is_set():
            asyncio.get_running_loop().create_task(self._post(said))
        return said.answered

    async def repeat(self, client_id: str) -> None:
        """Sends a message once more that is not answered yet, as a double click does."""
        await self._post(self.outbox[client_id])

    async def _post(self, said: Said) -> None:
        said.attempts += 1
        said.sent_at = time.monotonic()
        known = {key: said.command[key] for key in ("room", "client_id")}
        self.history.write("send", **known, sha=said.sha, attempt=said.attempts)
        await self._send(said.command)

    async def ask(self, what: str = "", **command: Any) -> Event:
        """A command with a `ref`, and its answer; raises Lost. `what`: how a change is called in the history."""
        self._refs += 1
        ref = f"r{self._refs}"
        fields = {
            "ref": ref,
            "what": what,
            **{key: command.get(key) for key in ("id", "message", "room", "seq", "emoji")},
        }
        if "body" in command:
            fields["sha"] = digest(command["body"])
        asked = self._asked[ref] = Asked(asyncio.get_running_loop().create_future(), fields)
        if what:
            self.history.write("ask", **{key: value for key, value in fields.items() if value is not None})
        if self.socket is None:
            del self._asked[ref]
            raise Lost
        await self._send({"ref": ref, **command})
        answer = await asked.answered
        if what and answer["type"] == "ok":
            self.history.write("done", ref=ref, what=what)
        return answer

    async def ping(self) -> float:
        """A ping, and how long its answer took; raises Lost."""
        began = time.monotonic()
        await self.ask(type="ping", received=self._frames)
        return time.monotonic() - began

    async def check(self) -> None:
        """Asks whether anybody is there; where no answer comes, the connection is given up (`_beat`)."""
        await self._ping()

    async def watch(self, users: list[str]) -> None:
        """Hears of the coming and going of these people, also after a reconnect."""
        self.watching = users
        self.history.write("watch", users=users)
        await self._send({"type": "presence.watch", "users": users})

    # --- what comes ---------------------------------------------------------------------------------------
    async def _take(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        kind = event["type"]
        if (ref := event.get("ref")) is not None and (asked := self._asked.pop(ref, None)) is not None:
            if not asked.answered.done():
                asked.answered.set_result(event)
            if kind == "error":
                self.history.write("error", ref=ref, code=event["code"])
            return
        if kind == "hello":
            await self._greeted(event)
        elif kind == "pong":
            self._pinged = None
        elif kind == "ack":
            self._acked(event)
        elif kind == "error":
            await self._refused(event)
        elif kind == "presence":
            told = event.get("users", [event])
            for one in told:
                self.presence[one["user"]] = one["state"]
                self.history.write("presence", user=one["user"], state=one["state"])
        elif kind == "room.joined":
            room = event["room"]
            if room["id"] not in self.rooms:
                self._begin(room)
        elif kind == "room.left":
            self._end(event["room"])
        elif kind == "read.updated":
            if (held := self.rooms.get(event["room"])) is not None:
                held.read_seq = event["read_seq"]
        elif "version" in event and "room" in event:
            await self._durable(event)

    async def _greeted(self, hello: Event) -> None:
        self.hello = hello
        rooms = {room["id"]: room for room in hello["rooms"]}
        counted = ("version", "last_seq", "read_seq", "unread", "mentions")
        self.history.write(
            "connect",
            epoch=hello["epoch"],
            quiet=self.quiet,
            rooms={room_id: {key: room[key] for key in counted} for room_id, room in rooms.items()},
        )
        self.quiet = False
        if self._gone_at is not None:
            self.away.append(time.monotonic() - self._gone_at)
            self._gone_at = None
        if self.epoch and hello["epoch"] != self.epoch:
            for room_id in list(self.rooms):
                self._end(room_id)
        self.epoch = hello["epoch"]
        for room_id in set(self.rooms) - set(rooms):
            self._end(room_id)
        for room_id, room in rooms.items():
            if (held := self.rooms.get(room_id)) is None:
                self._begin(room)
            elif room["version"] > held.version:
                held.ahead = max(held.ahead, room["version"])
                await self._sync(held)
        self.connected.set()
        if self.watching:
            await self._send({"type": "presence.watch", "users": self.watching})
        for said in list(self.outbox.values()):
            await self._post(said)

    def _begin(self, room: Event) -> None:
        held = Held(room["id"], room["version"], room["last_seq"], room["version"])
        held.read_seq, held.last_seq = room["read_seq"], room["last_seq"]
        self.rooms[room["id"]] = held
        self.history.write("begin", room=room["id"], version=room["version"], seq=room["last_seq"])

    def _end(self, room_id: str) -> None:
        if self.rooms.pop(room_id, None) is not None:
            self.history.write("end", room=room_id)

    async def _durable(self, event: Event) -> None:
        member = event.get("member", {}).get("id")
        self.history.write("receive", room=event["room"], version=event["version"], kind=event["type"], user=member)
        held = self.rooms.get(event["room"])
        self.last_applied = time.monotonic()
        if held is not None and held.take(self.history, event, recovers=self.recovers):
            await self._sync(held)

    async def _sync(self, held: Held) -> None:
        """Asks for what is missing; the answer is taken in a task, so that events go on being read."""
        if self.recovers and not held.syncing:
            held.syncing = True
            asyncio.get_running_loop().create_task(self._synchronise(held))

    async def _synchronise(self, held: Held) -> None:
        try:
            while held.ahead > held.version and self.rooms.get(held.room) is held:
                answer = await self.ask(type="sync", room=held.room, version=held.version)
                if self.rooms.get(held.room) is not held:
                    return
                if answer["type"] == "error":
                    if answer["code"] in ("not_found", "forbidden"):
                        return
                    await asyncio.sleep(answer.get("retry_after") or 1)
                elif answer["reset"]:
                    held.reset(self.history, answer["version"])
                    await self._load(held)
                else:
                    held.synced(self.history, answer)
        except Lost:
            pass
        finally:
            held.syncing = False

    async def _load(self, held: Held) -> None:
        """By pages, from the newest back to where this client began to hold the room."""
        before: int | None = None
        while True:
            point = {} if before is None else {"before": before}
            page = await self.ask(type="history", room=held.room, limit=100, **point)
            if page["type"] == "error":
                await asyncio.sleep(page.get("retry_after") or 1)
                continue
            for message in page["messages"]:
                held.load(self.history, message)
            if not page["messages"] or not page["has_older"] or page["messages"][0]["seq"] <= held.begun + 1:
                return
            before = page["messages"][0]["seq"]

    def _acked(self, ack: Event) -> None:
        known = {key: ack[key] for key in ("room", "client_id", "id", "seq", "version")}
        self.history.write("ack", **known)
        if (said := self.outbox.pop(ack["client_id"], None)) is not None and not said.answered.done():
            said.answered.set_result(ack)

    async def _refused(self, error: Event) -> None:
        again = error["code"] in ("rate_limited", "unavailable")
        client_id = error.get("client_id")
        self.history.write("error", code=error["code"], client_id=client_id, final=not again)
        self._retry_after = error.get("retry_after") or 0.0
        said = self.outbox.get(client_id or "")
        if said is None:
            return
        if again:
            # It is repeated by `_beat`, after as long as was asked for.
            said.sent_at = time.monotonic() - ACK_SECONDS + self._retry_after + self.dice.uniform(0, 0.5)
        else:
            del self.outbox[client_id or ""]
            if not said.answered.done():
                said.answered.set_result(None)
