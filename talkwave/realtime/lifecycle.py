"""The hub of this server process: made with the first connection, drained before the process ends."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from talkwave.realtime import database
from talkwave.realtime.hub import Hub
from talkwave.realtime.hub_watch import HubWatch
from talkwave.realtime.socket import RESTARTING
from talkwave.realtime.source import Source

_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Hub, HubWatch]]" = WeakKeyDictionary()
_endings: "WeakKeyDictionary[asyncio.AbstractEventLoop, list[Callable[[], Awaitable[None]]]]" = WeakKeyDictionary()
_source: Source | None = None
draining = False


def register(source: Source) -> None:
    """Says how the hub asks the database; called once, by the app that has rooms."""
    global _source
    _source = source


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        assert _source is not None, "no app has registered its rooms"
        made = Hub()
        made.start()
        watch = HubWatch(made, _source)
        watch.start()
        _hubs[loop] = made, watch
    return _hubs[loop][0]


def on_stop(loop: asyncio.AbstractEventLoop, end: Callable[[], Awaitable[None]]) -> None:
    """`end` is awaited before the hub of this loop stops: what it still has to publish goes out."""
    _endings.setdefault(loop, []).append(end)


async def drain(seconds: float) -> None:
    """Closes all sockets with 1012, spread over `seconds` so that they do not come back all at once."""
    global draining
    draining = True
    if (running := _hubs.get(asyncio.get_running_loop())) is None:
        return
    made, _ = running
    if sockets := made.sockets:
        # Each at a moment of its own within the time.
        delays = sorted(random.uniform(0, seconds) for _ in sockets)  # noqa: S311
        for delay, socket in zip(delays, sockets, strict=True):
            made.loop.call_later(delay, made.end, socket, RESTARTING)
        await asyncio.sleep(delays[-1] + 0.05)
    await stop()


async def stop() -> None:
    """Ends the hub of this loop and the database threads."""
    for end in _endings.pop(asyncio.get_running_loop(), []):
        await end()
    if running := _hubs.pop(asyncio.get_running_loop(), None):
        made, watch = running
        await watch.stop()
        await made.stop()
    await database.close()
