"""What the channel layer brings a hub, bounded."""

import asyncio
import logging
from typing import Any

from django.conf import settings

from talkwave.web import counting
from talkwave.web.counting import counts

log = logging.getLogger(__name__)


class Arrivals(asyncio.Queue[Any]):
    """A hub that cannot keep up forgets what is newest, and finds it in the database like anything the layer lost."""

    def put_nowait(self, item: Any) -> None:
        if self.qsize() >= settings.HUB_ARRIVALS_MOST:
            counts.arrivals_dropped += 1
            return
        super().put_nowait(item)


def bound(layer: Any, channel: str) -> None:
    """Bounds what waits for that channel, which must be new: channels_redis keeps it in a queue without an end, and has
    no setting for it. Of another layer nothing is touched: the in-memory one has a capacity."""
    inside = getattr(layer, "_get_layer", lambda: None)()
    if inside is not None:
        inside.channels[channel] = Arrivals()


counting.counter(
    "talkwave_arrivals_dropped_total",
    "Messages of the channel layer that a hub could not take in time, and finds in the database.",
    lambda: counts.arrivals_dropped,
)
