"""Hearing a group of the channel layer outside of the hub: for processes without sockets (talkwave.work)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from channels.layers import get_channel_layer

AGAIN_SECONDS = 1.0


async def hear(group: str, then: Callable[[], None]) -> None:
    """Calls `then` for every message to `group` (publish.to_group), until cancelled; a Redis that is away is waited for."""
    layer = get_channel_layer()
    while True:
        with suppress(Exception):  # whatever a layer raises: what is heard here is a hint
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
            while True:
                await layer.receive(channel)
                then()
        await asyncio.sleep(AGAIN_SECONDS)
