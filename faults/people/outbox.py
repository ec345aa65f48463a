"""Messages on their way: sent until they are answered, always under the same `client_id`."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from faults.history import History, digest

Event = dict[str, Any]
# A message that gets no answer for so long is sent again.
ACK_SECONDS = 10.0


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

    def settle(self, ack: Event | None) -> None:
        if not self.answered.done():
            self.answered.set_result(ack)


class Outbox(dict[str, Said]):
    """By `client_id`, what is not answered yet. `send` brings a command to the server, or to nobody."""

    def __init__(self, history: History, send: Callable[[Event], Awaitable[None]], dice: random.Random) -> None:
        self._history, self._send, self._dice = history, send, dice

    def add(self, room: str, body: str, client_id: str) -> Said:
        command = {"type": "message.send", "client_id": client_id, "room": room, "body": body}
        said = Said(command, digest(body), asyncio.get_running_loop().create_future())
        self[client_id] = said
        return said

    async def post(self, said: Said) -> None:
        """Once more, or for the first time."""
        said.attempts += 1
        said.sent_at = time.monotonic()
        known = {key: said.command[key] for key in ("room", "client_id")}
        self._history.write("send", **known, sha=said.sha, attempt=said.attempts)
        await self._send(said.command)

    async def post_all(self, *, older: float = 0.0) -> None:
        """Those that went out so long ago, and have no answer."""
        before = time.monotonic() - older
        for said in list(self.values()):
            if said.sent_at <= before:
                await self.post(said)

    def acked(self, ack: Event) -> None:
        known = {key: ack[key] for key in ("room", "client_id", "id", "seq", "version")}
        self._history.write("ack", **known)
        if (said := self.pop(ack["client_id"], None)) is not None:
            said.settle(ack)

    def refused(self, error: Event) -> None:
        """For good, or until it is sent again: after as long as was asked for."""
        again = error["code"] in ("rate_limited", "unavailable")
        client_id = error.get("client_id")
        self._history.write("error", code=error["code"], client_id=client_id, final=not again)
        if (said := self.get(client_id or "")) is None:
            return
        if again:
            later = (error.get("retry_after") or 0.0) + self._dice.uniform(0, 0.5)
            said.sent_at = time.monotonic() - ACK_SECONDS + later
        else:
            del self[client_id or ""]
            said.settle(None)

    def give_up(self) -> None:
        """Whether what was not answered is stored, nobody will learn."""
        for said in self.values():
            said.settle(None)
