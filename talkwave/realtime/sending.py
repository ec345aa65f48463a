"""What a server process has to say: told here at once; to the others gathered, bundled, given to the channel layer."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

from talkwave.realtime import publish
from talkwave.realtime.publish import Envelope
from talkwave.web import counting
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# A layer that has not answered by then is away.
LAYER_SECONDS = 2.0


class Sending:
    """The hub's way out; `deliver` tells our own sockets. What comes back from the layer under `name` is our own."""

    def __init__(self, layer: Any, loop: asyncio.AbstractEventLoop, deliver: Callable[[dict[str, Any]], None]) -> None:
        self._layer = layer
        self._loop = loop
        self._deliver = deliver
        self.name = uuid.uuid4().hex
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._wake = asyncio.Event()
        counting.gauge("talkwave_publish_queue", "Groups with something to be published.", lambda: len(self._waiting))

    def outlet(self, envelopes: list[Envelope]) -> None:
        """publish.outlet: takes envelopes from any thread."""
        self._loop.call_soon_threadsafe(self._put, envelopes)

    def _put(self, envelopes: list[Envelope]) -> None:
        for group, message in envelopes:
            try:
                # Here at once: by way of the layer it would be late, and read and decoded for nothing.
                self._deliver(message)
            except Exception:
                log.exception("an envelope could not be delivered")
            waiting = self._waiting.setdefault(group, [])
            if waiting and message["op"] == "events" and waiting[-1]["op"] == "events":
                # What waits for one room goes out as one.
                waiting[-1]["events"].extend(message["events"])
            else:
                waiting.append(message)
        self._wake.set()

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            ready, self._waiting = self._waiting, {}
            envelopes = [Envelope(group, message) for group, waiting in ready.items() for message in waiting]
            try:
                for group, message in publish.bundled(envelopes):
                    async with asyncio.timeout(LAYER_SECONDS):
                        await self._layer.group_send(group, {**message, "from": self.name})
            except Exception as error:  # whatever a layer raises
                # The hubs of other processes find it in the database.
                log.warning("not published: %s", type(error).__name__)
                counts.layer_errors += 1
