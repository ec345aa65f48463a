"""Ending tasks."""

import asyncio
import logging
from collections.abc import Iterable

log = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 0.2


async def end(tasks: Iterable["asyncio.Task[None]"]) -> None:
    """Cancels these tasks, and returns when they have ended.

    One that waits for Redis may miss it: where the answer, or a time limit, comes in the same moment, Python 3.11's
    `wait_for` and `timeout` swallow the cancelling, and the task waits for its next work for ever. So it is asked again.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=_ASK_AGAIN_SECONDS)
        for task in ended:
            if not task.cancelled() and (error := task.exception()):
                log.warning("a task ended with %s: %s", type(error).__name__, error)
