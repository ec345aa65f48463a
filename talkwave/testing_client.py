"""A program that speaks docs/protocol.md, for tests: plain, blocking, and impatient."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

Event = dict[str, Any]
# Long enough for a machine with much to do; no test waits for it unless it fails.
PATIENCE = 15.0


class Client:
    """One socket. Events come by `next`, in order; `until` skips to the one that is waited for."""

    def __init__(
        self, port: int, *, token: str | None = None, cookie: str | None = None, origin: str | None = None,
        headers: dict[str, str] | None = None, greet: bool = True,
    ) -> None:  # fmt: skip
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            sent["Cookie"] = cookie
        self.socket = connect(
            f"ws://127.0.0.1:{port}/ws/", additional_headers=sent, origin=origin, compression=None, proxy=None,
            open_timeout=PATIENCE, close_timeout=1, max_size=2**24, legacy=True,
        )  # fmt: skip
        self.frames = 0
        self._events: Iterator[Event] = iter(())
        self.hello: Event = {}
        if greet:
            self.hello = self.next()
            assert self.hello["type"] == "hello", self.hello

    def raw(self, frame: str | bytes) -> None:
        self.socket.send(frame)

    def send(self, **command: Any) -> None:
        self.raw(json.dumps(command))

    def next(self, timeout: float = PATIENCE) -> Event:
        """The next event; raises TimeoutError or ConnectionClosed."""
        while True:
            for event in self._events:
                return event
            frame = json.loads(self.socket.recv(timeout))
            assert isinstance(frame, list), frame
            self.frames += 1
            self._events = iter(frame)

    def until(self, wanted: Callable[[Event], bool] | str, timeout: float = PATIENCE) -> Event:
        """Skips to the first event of a type, or one that `wanted` says yes to."""
        while True:
            event = self.next(timeout)
            if event["type"] == wanted if isinstance(wanted, str) else wanted(event):
                return event

    def ask(self, **command: Any) -> Event:
        """Sends a command with a `ref` and gives its answer."""
        ref = uuid.uuid4().hex
        self.send(ref=ref, **command)
        return self.until(lambda event: event.get("ref") == ref)

    def say(self, room: Any, body: str, client_id: str | None = None) -> Event:
        """Sends a message; gives the `ack` or the `error`."""
        return self.ask(type="message.send", room=str(room.pk), body=body, client_id=client_id or str(uuid.uuid4()))

    def quiet(self) -> list[Event]:
        """Everything that came before the answer to a `ping` sent now: nothing else is on its way to this socket."""
        self.send(type="ping", received=self.frames)
        heard = []
        while (event := self.next())["type"] != "pong":
            heard.append(event)
        return heard

    def closed_with(self) -> int:
        """Reads until the server closes; its close code."""
        try:
            while True:
                self.next()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def close(self) -> None:
        self.socket.close()
