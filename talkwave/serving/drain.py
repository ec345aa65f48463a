"""How a server process ends: no new work, sockets told to come back at moments of their own, requests finished."""

import asyncio
import logging
from typing import Any

from django.conf import settings

from talkwave.realtime import lifecycle
from talkwave.web import health

log = logging.getLogger(__name__)

# Requests that have begun when the server is told to stop are waited for, this long at most.
REQUESTS_SECONDS = 8.0


class Drain:
    """Wraps the ASGI application to know what is under way, and ends it in order."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._requests = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        self._requests += 1
        self._idle.clear()
        try:
            await self._application(scope, receive, send)
        finally:
            self._requests -= 1
            if not self._requests:
                self._idle.set()

    async def finish(self) -> None:
        """Returns when nobody is left to serve. The server must have stopped accepting before."""
        health.draining.set()
        try:
            # Spread over the time: a thousand clients that come back in the same moment are a second outage.
            await lifecycle.drain(settings.DRAIN_SECONDS)
        except Exception:  # whatever happens there, the process is to end
            log.exception("closing the sockets failed")
        try:
            await asyncio.wait_for(self._idle.wait(), REQUESTS_SECONDS)
        except TimeoutError:
            log.warning("%d requests were cut off by the stop", self._requests)
