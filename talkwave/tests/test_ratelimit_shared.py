"""Limits that several server processes count together. A process is a ledger of its own, on the one Valkey."""

import asyncio
import itertools
import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from redis import Redis

from talkwave.web import ledger as ledgers
from talkwave.web.ledger import Ledger
from talkwave.web.ratelimit import Buckets

_names = (f"test{number}" for number in itertools.count())


class Process:
    """A server process, as far as one limit goes."""

    def __init__(self, name: str, rate: float, burst: float) -> None:
        self.ledger = Ledger()
        self.buckets = Buckets(rate, burst, name=name, tells=self.ledger)

    def granted(self, tries: int, key: str = "alice") -> int:
        return sum(self.buckets.take(key) == 0.0 for _ in range(tries))


@pytest.fixture
def name() -> str:
    return next(_names)


@pytest.fixture
def redis(settings: LazySettings) -> Iterator[Redis]:
    with Redis.from_url(settings.REDIS_URLS[0], decode_responses=True) as redis:
        yield redis


def test_two_processes_grant_what_one_would(name: str) -> None:
    here, there = Process(name, 0.01, 20), Process(name, 0.01, 20)
    granted = sum(here.granted(1) + there.granted(1) for _ in range(50))
    assert 20 <= granted <= 21


def test_of_two_processes_that_are_flooded_in_the_same_moment_neither_gives_more_than_its_portion_unasked(
    name: str,
) -> None:
    processes = [Process(name, 0.01, 20), Process(name, 0.01, 20)]
    found: list[int] = []
    threads = [threading.Thread(target=lambda p=p: found.append(p.granted(200))) for p in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 20 <= sum(found) <= 22


def test_what_was_granted_elsewhere_is_missing_here_and_the_refusal_says_for_how_long(name: str) -> None:
    here, there = Process(name, 0.5, 10), Process(name, 0.5, 10)
    assert here.granted(10) == 10
    here.ledger.tell()
    # A first portion is granted unasked; what it asked for then, it knows.
    assert there.granted(10) <= 2
    assert 0 < there.buckets.take("alice") <= 2 * 3


def test_on_the_event_loop_it_is_the_same(name: str) -> None:
    here, there = Process(name, 0.01, 20), Process(name, 0.01, 20)

    async def flood() -> int:
        waits = [await process.buckets.take_soon("alice") for _ in range(30) for process in (here, there)]
        return sum(wait == 0.0 for wait in waits)

    assert 20 <= asyncio.run(flood()) <= 21


def test_each_has_their_own(name: str) -> None:
    here, there = Process(name, 0.01, 5), Process(name, 0.01, 5)
    assert here.granted(9, "alice") == 5
    assert there.granted(9, "bob") == 5


def test_without_redis_each_process_counts_alone_and_nobody_waits(name: str, settings: LazySettings) -> None:
    settings.REDIS_URLS = ["redis://127.0.0.1:1"]
    here = Process(name, 0.01, 20)
    assert here.granted(100) == 20
    assert not here.ledger.answers and here.ledger.failures >= 1


def test_what_was_granted_while_redis_was_away_is_told_when_it_is_back(
    name: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Process(name, 0.01, 20)
    real, settings.REDIS_URLS = settings.REDIS_URLS, ["redis://127.0.0.1:1"]
    here = Process(name, 0.01, 20)
    here.granted(15)
    here.ledger.tell()
    assert not here.ledger.answers
    settings.REDIS_URLS = real
    here.ledger._redis, here.ledger._away_until = None, 0.0
    here.ledger.tell()
    assert here.ledger.answers
    assert there.granted(30) <= 6


def test_a_redis_that_has_forgotten_gives_nothing_back(name: str, redis: Redis, settings: LazySettings) -> None:
    here = Process(name, 0.01, 10)
    assert here.granted(10) == 10
    here.ledger.tell()
    redis.delete(f"{settings.REDIS_PREFIX}:rate:{name}:alice")
    here.ledger.tell()
    assert here.granted(10) == 0


def test_a_bucket_in_redis_lives_until_it_is_full_and_no_longer(
    name: str, redis: Redis, settings: LazySettings
) -> None:
    here = Process(name, 2, 20)
    here.granted(10)
    here.ledger.tell()
    [key] = redis.keys(f"{settings.REDIS_PREFIX}:rate:{name}:*")
    assert 3_000 < redis.pttl(key) <= 5_100


def test_many_people_are_told_in_few_calls(name: str) -> None:
    here = Process(name, 1, 20)
    # Let its own thread start and come to rest.
    here.granted(1, "first")
    here.ledger.tell()
    calls = here.ledger.calls
    with here.ledger._telling:
        for number in range(450):
            here.buckets.take_here(number)
    here.ledger.tell()
    assert here.ledger.calls - calls <= 2 + 450 / ledgers.AT_ONCE


def test_while_redis_is_away_a_flood_of_new_keys_is_bounded(
    name: str, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URLS = ["redis://127.0.0.1:1"]
    monkeypatch.setattr(ledgers, "UNTOLD_MOST", 100)
    here = Process(name, 0.01, 20)
    for number in range(1_000):
        here.buckets.take_here(number)
    here.ledger.tell()
    assert here.ledger.waiting() <= 100


@pytest.mark.parametrize("given", [True, False])
def test_that_redis_is_away_is_said_where_there_is_to_be_one(
    given: bool, name: str, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    # A management command may run while no server does, and none is needed then.
    settings.REDIS_URLS = ["redis://127.0.0.1:1"] if given else []
    alone = Process(name, 1, 5)
    assert alone.granted(3) == 3
    alone.ledger.tell()
    assert alone.ledger.failures > 0
    assert ("Redis away" in caplog.text) is given
