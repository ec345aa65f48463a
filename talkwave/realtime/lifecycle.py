"""The end of a server process, as its sockets see it."""

import asyncio
import random
from collections.abc import Awaitable, Callable

RESTARTING = 1012

# Every open socket's way to close itself with a code; the consumer adds and discards its own.
closers: set[Callable[[int], Awaitable[None]]] = set()


async def drain(seconds: float) -> None:
    """Closes all sockets with 1012, each at a moment of its own within `seconds`, so that they do not return at once."""

    async def close_later(close: Callable[[int], Awaitable[None]]) -> None:
        await asyncio.sleep(random.uniform(0, seconds))  # noqa: S311  (spreading load, not a secret)
        await close(RESTARTING)

    await asyncio.gather(*(close_later(close) for close in list(closers)), return_exceptions=True)
