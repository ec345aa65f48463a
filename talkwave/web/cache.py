"""The cache: Redis, but never a reason for a page to fail."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from talkwave.web.redis import Away, patience, reach

log = logging.getLogger(__name__)


def _forgiving(name: str, otherwise: Any) -> Any:
    method = getattr(RedisCache, name)

    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            with reach.asking():
                return method(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            if not isinstance(error, Away):
                log.warning("cache away: %s", type(error).__name__)
            if name == "get":
                return kwargs.get("default", args[1] if len(args) > 1 else None)
            return otherwise

    return call


class ForgivingRedisCache(RedisCache):
    """A RedisCache that answers "not there" while Redis is away: limits loosen, the chat goes on."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        # Without, a Redis that swallows what it is asked holds up whoever signs in for good.
        self._options: dict[str, Any] = {**patience(), **params.get("OPTIONS", {})}

    get = _forgiving("get", None)
    set = _forgiving("set", None)
    add = _forgiving("add", True)
    delete = _forgiving("delete", False)
    touch = _forgiving("touch", False)
    get_many = _forgiving("get_many", {})
    set_many = _forgiving("set_many", [])
    has_key = _forgiving("has_key", False)
    delete_many = _forgiving("delete_many", None)
    clear = _forgiving("clear", False)
