"""Connections to Redis: at its address, or, with REDIS_SENTINELS, wherever these say that the primary is just now.

The clients of `web/redis.py` and the cache get theirs here; the channel layer makes its own of `layer_host`. A connection
that ends is made anew after asking the Sentinels again, so that a failover is like any other restart of Redis.
"""

import socket
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from redis import ConnectionPool
from redis import asyncio as aioredis
from redis.asyncio import sentinel as async_sentinel
from redis.connection import parse_url
from redis.sentinel import Sentinel, SentinelConnectionPool

# A Sentinel that does not answer for so long is passed over.
SENTINEL_SECONDS: Final = 0.5
# What only listens finds out after some 25 seconds that the machine at the other end is gone.
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}


def layer_host(url: str, sentinels: list[tuple[str, int]], password: str = "") -> str | dict[str, Any]:
    """One of REDIS_URL as channels_redis wants it among its hosts: the address, or how to ask for it by its name."""
    if not sentinels:
        return url
    known: dict[str, Any] = dict(parse_url(url))
    tls = {"ssl": True} if urlsplit(url).scheme == "rediss" else {}
    tls |= {name: value for name, value in known.items() if name.startswith("ssl_")}
    asking: dict[str, Any] = {"socket_timeout": SENTINEL_SECONDS, "socket_connect_timeout": SENTINEL_SECONDS, **tls}
    if password:
        asking["password"] = password
    return {
        **{name: value for name, value in known.items() if name not in ("host", "port", "connection_class")},
        **tls,
        "master_name": primary_name(url),
        "sentinels": sentinels,
        "sentinel_kwargs": asking,
        "socket_keepalive": True,
        "socket_keepalive_options": {
            getattr(socket, name): value for name, value in _KEEPALIVE.items() if hasattr(socket, name)
        },
    }


def primary_name(url: str) -> str:
    """How the Sentinels call the primary: where a host stands in the address, its case kept."""
    return urlsplit(url).netloc.rpartition("@")[2].partition(":")[0]


def _parts(url: str, options: dict[str, Any]) -> tuple[str, Any, Any, dict[str, Any]] | None:
    host = layer_host(url, settings.REDIS_SENTINELS, settings.REDIS_SENTINEL_PASSWORD)
    if isinstance(host, str):
        return None
    return host.pop("master_name"), host.pop("sentinels"), host.pop("sentinel_kwargs"), {**host, **options}


def pool(url: str, **options: Any) -> ConnectionPool:
    """`options` as redis-py's connections take them."""
    if (parts := _parts(url, options)) is None:
        return ConnectionPool.from_url(url, **options)
    name, sentinels, asking, options = parts
    return SentinelConnectionPool(name, Sentinel(sentinels, sentinel_kwargs=asking), **options)


def async_pool(url: str, **options: Any) -> aioredis.ConnectionPool:
    """The same for an event loop."""
    if (parts := _parts(url, options)) is None:
        return aioredis.ConnectionPool.from_url(url, **options)
    name, sentinels, asking, options = parts
    manager = async_sentinel.Sentinel(sentinels, sentinel_kwargs=asking)
    return async_sentinel.SentinelConnectionPool(name, manager, **options)


class CachePool:
    """What Django's cache takes for a class of pools."""

    @staticmethod
    def from_url(url: str, **options: Any) -> ConnectionPool:
        return pool(url, **options)
