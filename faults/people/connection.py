"""One WebSocket of one person, as docs/protocol.md wants it: it comes back, pings, confirms, and asks with a `ref`."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from faults.history import History, digest

Event = dict[str, Any]
FIRST_WAIT, LONGEST_WAIT = 2.0, 30.0
# A connection that answers no ping for so long is dead.
PONG_SECONDS = 10.0
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
class Asked:
    """A command that waits for its `ok`; lost with its connection."""

    answered: asyncio.Future[Event]
    fields: dict[str, Any] = field(default_factory=dict)


class Lost(Exception):
    """The connection ended before the answer came: what was asked may have been done, or not."""


class Connection:
    """Lives from `start` to `stop`. What comes goes to `take`; what else a client does on a connection is in the hooks
    `lost`, `ended` and `beat`.

    `ports`: the servers it may go to, the next one wherever one does not answer. `by_cookie`: connects as a browser's
    page does. `reading` cleared: it reads nothing. `pace`: seconds a frame. `first_wait`: at most so long before the
    first try to come back.
    """

    def __init__(
        self,
        who: Who,
        ports: list[int],
        history: History,
        *,
        by_cookie: bool = False,
        pace: float = 0.0,
        first_wait: float = FIRST_WAIT,
        dice: random.Random | None = None,
    ) -> None:
        self.who, self.ports, self.history = who, list(ports), history
        self.by_cookie, self.pace, self.first_wait = by_cookie, pace, first_wait
        self.dice = dice or random.Random(who.username)
        self.reading = asyncio.Event()
        self.reading.set()
        self.confirms = True
        self.hello: Event = {}
        self.connected = asyncio.Event()
        # How each connection ended, and how long it took to be back after it.
        self.closes: list[int] = []
        self.away: list[float] = []
        self.retry_after = 0.0
        # Called with every object that comes.
        self.listeners: list[Callable[[Event], None]] = []
        self.socket: ClientConnection | None = None
        self._asked: dict[str, Asked] = {}
        self._frames = self._confirmed = self._bytes = self._confirmed_bytes = 0
        self._refs = 0
        self._pinged: float | None = None
        self._gone_at: float | None = None
        self._task: asyncio.Task[None] | None = None

    # --- what a client makes of it ------------------------------------------------------------------------
    async def take(self, event: Event) -> None:
        """An object came that answers nothing."""

    def lost(self) -> None:
        """The connection ended."""

    def ended(self) -> None:
        """It does not come back: it was told so."""

    async def beat(self) -> None:
        """Twice a second, while it is connected."""

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

    async def reconnect(self) -> None:
        """Goes and comes back, as a page that is loaded again."""
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
                self.ended()
                return
            if code is None or code == 1006 or (code == 1012 and time.monotonic() - began < 1):
                self.ports.append(self.ports.pop(0))
            wait = self.dice.uniform(0, min(LONGEST_WAIT, self.first_wait * 2**attempt))
            attempt = min(attempt + 1, 5)
            await asyncio.sleep(max(wait, self.retry_after if code == 4429 else 0.0))

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
                    await self._come(event)
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

    async def _come(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
        if (ref := event.get("ref")) is not None and (asked := self._asked.pop(ref, None)) is not None:
            if not asked.answered.done():
                asked.answered.set_result(event)
            if event["type"] == "error":
                self.history.write("error", ref=ref, code=event["code"])
        elif event["type"] == "pong":
            self._pinged = None
        else:
            await self.take(event)

    def greeted(self, hello: Event) -> None:
        """It is connected again."""
        self.hello = hello
        if self._gone_at is not None:
            self.away.append(time.monotonic() - self._gone_at)
            self._gone_at = None

    def _lose(self) -> None:
        """What waited for an answer on the connection that ended gets none."""
        for ref, asked in list(self._asked.items()):
            if not asked.answered.done():
                asked.answered.set_exception(Lost())
                asked.answered.exception()
            del self._asked[ref]
        self.lost()

    async def _beat(self, socket: ClientConnection) -> None:
        """Pings, and finds dead connections."""
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
                await self.beat()

    async def _ping(self) -> None:
        if self.confirms:
            self._confirmed, self._confirmed_bytes = self._frames, self._bytes
            self._pinged = self._pinged or time.monotonic()
            await self.send({"type": "ping", "received": self._frames})

    async def send(self, command: Event) -> None:
        """As it is; where there is no connection, nothing happens."""
        if self.socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(json.dumps(command))

    # --- commands that are answered -----------------------------------------------------------------------
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
        await self.send({"ref": ref, **command})
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
