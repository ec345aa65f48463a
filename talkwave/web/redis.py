"""Redis as a server process asks it: clients that do not wait long, and no wait twice for one that is away.

Redis is a help and never the truth here, so whoever asks has an answer of its own for when it does not come. What
must not happen is that each of them waits for it: on the thread that commits, or before somebody's next frame.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from redis import Redis
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError
from redis.retry import Retry

from talkwave.web.redis_pools import async_pool, pool

# Who asks waits so long at most. It answers within a millisecond; what takes longer than this is no answer any more.
ASK_SECONDS: Final = 0.5
# One that did not answer is left alone for so long.
AWAY_SECONDS: Final = 2.0


def address() -> str:
    """Where it is; where nobody is, for commands that run without one."""
    return settings.REDIS_URLS[0] if settings.REDIS_URLS else settings.REDIS_NOWHERE


def patience(seconds: float = ASK_SECONDS) -> dict[str, Any]:
    """Options for a client or a pool of its connections: so long for a connection, as long for an answer, and once."""
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 0)}


def client(seconds: float = ASK_SECONDS, **options: Any) -> Redis:
    """For threads. Raises redis' errors."""
    return Redis.from_pool(pool(address(), **patience(seconds), **options))


def async_client(seconds: float = ASK_SECONDS, **options: Any) -> Any:
    """The same on an event loop; Any: redis-py types its asyncio commands as maybe not awaitable."""
    options = {**patience(seconds), "retry": AsyncRetry(NoBackoff(), 0), **options}
    return aioredis.Redis.from_pool(async_pool(address(), **options))


class Away(ConnectionError):
    """It did not answer a moment ago, and is not asked now."""


class Reach:
    """Whether it answers, by what those who asked last found. One for each kind of work; from any thread."""

    def __init__(self) -> None:
        self._away_until = 0.0

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Ask inside. Raises Away where it did not answer lately, and notes it where it does not now."""
        if time.monotonic() < self._away_until:
            raise Away("not asked: it did not answer a moment ago")
        try:
            yield
        except (RedisError, OSError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise

    def forget(self) -> None:
        """It may be asked at once: for tests."""
        self._away_until = 0.0


# Of all who ask for something small and now: presence, the cache.
reach: Final = Reach()
