"""What a server process has to say: told here at once; to the others gathered, bundled, given to the channel layer."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

from talkwave.realtime import publish
from talkwave.realtime.publish import Envelope
from talkwave.web import counting
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# A layer that has not answered by then is away.
LAYER_SECONDS = 2.0
# What an envelope weighs beside the JSON in it, about.
_ENVELOPE_BYTES = 200
# A hub says that it is here every HUB_CHECK_SECONDS; one not heard for so many of them is not there.
HERE_MISSED = 10


class Sending:
    """The hub's way out; `deliver` tells our own sockets. What comes back from the layer under `name` is our own.

    While no other hub is there, hubs are told nothing by way of Redis: it was a tenth of what a message cost. Each hub
    says again and again that it is here (hub_watch.py), and one that starts says so at once.
    """

    def __init__(self, layer: Any, loop: asyncio.AbstractEventLoop, deliver: Callable[[dict[str, Any]], None]) -> None:
        self._layer = layer
        self._loop = loop
        self._deliver = deliver
        self.name = uuid.uuid4().hex
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._bytes = 0
        # For others than hubs, who only want to know that there is something: the last word is enough.
        self._calls: dict[str, dict[str, Any]] = {}
        self._others_at = loop.time()
        # Whether the layer took what it was last given: of one that is away it is said once.
        self._taken = True
        self._wake = asyncio.Event()
        counting.gauge("talkwave_publish_queue", "Groups with something to be published.", lambda: len(self._waiting))

    def outlet(self, envelopes: list[Envelope]) -> None:
        """publish.outlet: takes envelopes from any thread."""
        self._loop.call_soon_threadsafe(self._put, envelopes)

    @property
    def alone(self) -> bool:
        """No other hub was heard lately."""
        return self._loop.time() - self._others_at > HERE_MISSED * settings.HUB_CHECK_SECONDS

    def others(self) -> None:
        """Another hub said something."""
        self._others_at = self._loop.time()

    def here(self) -> None:
        """Tells the other hubs that this one is there."""
        self._waiting.setdefault(publish.EVERYWHERE, []).append({"type": "hub", "op": "here"})
        self._wake.set()

    def _put(self, envelopes: list[Envelope]) -> None:
        alone = self.alone
        for group, message in envelopes:
            if message["type"] != "hub":
                self._calls[group] = message
                continue
            try:
                # Here at once: by way of the layer it would be late, and read and decoded for nothing.
                self._deliver(message)
            except Exception:
                log.exception("an envelope could not be delivered")
            if alone or self._is_full(message):
                continue
            waiting = self._waiting.setdefault(group, [])
            if waiting and message["op"] == "events" and waiting[-1]["op"] == "events":
                # What waits for one room goes out as one.
                waiting[-1]["events"].extend(message["events"])
            else:
                waiting.append(message)
        if self._waiting or self._calls:
            self._wake.set()

    def _is_full(self, message: dict[str, Any]) -> bool:
        """Whether too much waits for the layer to take this as well; counts it, where not."""
        if self._bytes >= settings.HUB_UNSENT_BYTES:
            counts.layer_errors += 1
            return True
        self._bytes += (
            _ENVELOPE_BYTES
            + sum(len(event.json) for event in message.get("events", ()))
            + len(message.get("json", b""))
        )
        return False

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            ready, self._waiting = self._waiting, {}
            self._bytes = 0
            calls, self._calls = self._calls, {}
            envelopes = [Envelope(group, message) for group, waiting in ready.items() for message in waiting]
            try:
                for group, message in [*publish.bundled(envelopes), *calls.items()]:
                    async with asyncio.timeout(LAYER_SECONDS):
                        await self._layer.group_send(group, {**message, "from": self.name})
                self._taken = True
            except Exception as error:  # whatever a layer raises
                # The hubs of other processes find it in the database.
                if self._taken:
                    log.warning("not published, until the layer is back: %s", type(error).__name__)
                self._taken = False
                counts.layer_errors += 1
