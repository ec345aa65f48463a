"""Who is here, in Redis: one hash a server process, user id → state, under a key that lives half a minute.

A process renews its key while it lives; one that dies takes its people offline by itself. Nothing is counted up and
down, so nothing can stick.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from redis.exceptions import RedisError

from talkwave.batches import batches
from talkwave.web.redis import async_client, client, reach

_PREFIX = f"{settings.REDIS_PREFIX}:presence:"
_PROCESSES = f"{_PREFIX}processes"
_RANK = {"active": 2, "idle": 1}
# People asked for in one call, of each process: those somebody watches may be everybody, and meanwhile Redis, and the
# loop that reads its answer, do nothing else.
READ_AT_ONCE: Final = 1_000


class PresenceStore:
    """One a server process. Raises redis' errors: the caller degrades."""

    def __init__(self) -> None:
        self._redis = async_client(decode_responses=True)
        self._name = uuid.uuid4().hex
        self._key = _PREFIX + self._name

    async def write(self, states: Mapping[int, str]) -> None:
        """Everybody of this process, anew: what was written before is replaced, so a lost write heals."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(self._key)
            if states:
                pipe.hset(self._key, mapping={str(user_id): state for user_id, state in states.items()})
                pipe.expire(self._key, settings.PRESENCE_TTL_SECONDS)
            pipe.sadd(_PROCESSES, self._name)
            with reach.asking():
                await pipe.execute()

    async def put(self, states: Mapping[int, str | None]) -> None:
        """Some people of this process; None: nobody of theirs is connected here any more."""
        async with self._redis.pipeline(transaction=True) as pipe:
            for user_id, state in states.items():
                if state is None:
                    pipe.hdel(self._key, str(user_id))
                else:
                    pipe.hset(self._key, str(user_id), state)
            pipe.expire(self._key, settings.PRESENCE_TTL_SECONDS)
            pipe.sadd(_PROCESSES, self._name)
            with reach.asking():
                await pipe.execute()

    async def read(self, user_ids: Iterable[int]) -> dict[int, str]:
        """User id → `active` or `idle`, the most active of all their connections; who is offline is left out."""
        slices = _slices(user_ids)
        if not slices:
            return {}
        best: dict[int, str] = {}
        with reach.asking():
            processes = sorted(await self._redis.smembers(_PROCESSES))
            for fields in slices:
                async with self._redis.pipeline(transaction=False) as pipe:
                    for name in processes:
                        pipe.hmget(_PREFIX + name, fields)
                    answers = await pipe.execute()
                for states in answers:
                    for field, state in zip(fields, states, strict=True):
                        if state and _RANK.get(state, 0) > _RANK.get(best.get(int(field), ""), 0):
                            best[int(field)] = state
        return best

    async def close(self) -> None:
        """Takes this process's people away, and the connection."""
        await self._redis.delete(self._key)
        await self._redis.srem(_PROCESSES, self._name)
        await self._redis.aclose()


def active_now(user_ids: Iterable[int]) -> set[int]:
    """Those of them who are active at this moment; nobody where Redis cannot be asked. For database threads."""
    slices = _slices(user_ids)
    if not slices:
        return set()
    found: set[int] = set()
    try:
        with reach.asking(), client(decode_responses=True) as redis:
            asked: Any = redis
            for name in asked.smembers(_PROCESSES):
                for fields in slices:
                    states = asked.hmget(_PREFIX + name, fields)
                    found |= {int(field) for field, state in zip(fields, states, strict=True) if state == "active"}
    except (RedisError, OSError):
        return set()
    return found


def _slices(user_ids: Iterable[int]) -> list[list[str]]:
    return list(batches(map(str, user_ids), READ_AT_ONCE))


async def sweep(*, dry_run: bool = False) -> int:
    """Forgets processes whose key has expired; how many there were. For `cleanup`."""
    redis = async_client(seconds=10, decode_responses=True)
    try:
        names = await redis.smembers(_PROCESSES)
        dead = [name for name in names if not await redis.exists(_PREFIX + name)]
        if dead and not dry_run:
            await redis.srem(_PROCESSES, *dead)
        return len(dead)
    finally:
        await redis.aclose()
