"""Database work from the event loop, on threads of its own.

Never `database_sync_to_async`: that shares one thread among all consumers, and one slow query stops every socket.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import connection, reset_queries
from django.utils import translation

from talkwave.errors import DATABASE_AWAY
from talkwave.web import counting

P = ParamSpec("P")
T = TypeVar("T")

# How long work waited for a thread; noted by these threads, so under a lock.
_waits = counting.histogram(
    "talkwave_database_wait_seconds", "How long database work from sockets waited for a thread."
)
_noting = threading.Lock()
_threads: dict[str, ThreadPoolExecutor] = {}


def _pool(name: str) -> ThreadPoolExecutor:
    if name not in _threads:
        size = 1 if name == "commits" else settings.DATABASE_THREADS
        _threads[name] = ThreadPoolExecutor(size, thread_name_prefix=f"db-{name}")
    return _threads[name]


def _work(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    reset_queries()
    try:
        return fn(*args, **kwargs)
    except DATABASE_AWAY:
        # A broken connection must not be the next one's problem.
        connection.close()
        raise
    finally:
        # With PostgreSQL this gives the connection back to the pool; a SQLite file stays open, it is this thread's own.
        if not settings.SQLITE:
            connection.close()


async def db(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs `fn` on one of the database threads; raises what it raises."""
    language = translation.get_language()

    asked = time.perf_counter()

    def work() -> T:
        with _noting:
            _waits.note(time.perf_counter() - asked)
        # A refusal is said in the language of who asks, which no thread knows by itself.
        with translation.override(language):
            return _work(fn, *args, **kwargs)

    return await asyncio.get_running_loop().run_in_executor(_pool("reads"), work)


async def db_commits(fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same on the committer's own thread: sends never wait behind somebody's long look into history."""
    return await asyncio.get_running_loop().run_in_executor(_pool("commits"), lambda: _work(fn, *args, **kwargs))


async def close() -> None:
    """Ends the threads, and with them their connections, once what they do is done: for the end of a server process.

    Something may still ask meanwhile, and be answered: a connection that was taken in the last moment, a goodbye.
    """
    # On the event loop, where they are asked: whoever comes from now on gets others.
    ending = list(_threads.values())
    _threads.clear()
    await asyncio.to_thread(_end, ending)


def _end(pools: list[ThreadPoolExecutor]) -> None:
    for pool in pools:
        for _ in range(pool._max_workers):
            pool.submit(connection.close)
        pool.shutdown(wait=True)


def _queues() -> dict[str, int]:
    return {name: pool._work_queue.qsize() for name, pool in list(_threads.items())}


def _pool_numbers() -> dict[str, float]:
    """Of PostgreSQL's connection pool; of SQLite, which has none, nothing."""
    pool = None if settings.SQLITE else getattr(connection, "pool", None)
    return {} if pool is None else pool.get_stats()


counting.gauge(
    "talkwave_database_queue", "Work from sockets that waits for a thread, by executor.", _queues, label="executor"
)
counting.gauge(
    "talkwave_pool_connections",
    "Connections to PostgreSQL: all, those that are free, and requests that wait for one.",
    lambda: {
        state: _pool_numbers().get(name, 0)
        for state, name in (("all", "pool_size"), ("free", "pool_available"), ("waiting", "requests_waiting"))
    },
    label="state",
)
counting.counter(
    "talkwave_pool_wait_seconds_total",
    "Time that requests for a connection to PostgreSQL waited.",
    lambda: _pool_numbers().get("requests_wait_ms", 0) / 1000,
)
