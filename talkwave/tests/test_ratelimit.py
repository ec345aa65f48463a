"""Token buckets: who may how often."""

import pytest

from talkwave.web.ratelimit import Buckets


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_is_granted_and_the_next_one_is_told_how_long_to_wait(clock):
    buckets = Buckets(rate=2, burst=3, clock=clock)
    assert [buckets.take("alice") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_tokens_come_back_with_time_but_never_beyond_the_burst(clock):
    buckets = Buckets(rate=2, burst=3, clock=clock)
    for _ in range(3):
        buckets.take("alice")
    clock.now += 0.5
    assert buckets.take("alice") == 0.0
    assert buckets.take("alice") > 0
    clock.now += 3600
    assert [buckets.take("alice") for _ in range(4)][3] > 0


def test_a_refusal_takes_nothing(clock):
    buckets = Buckets(rate=1, burst=1, clock=clock)
    buckets.take("alice")
    for _ in range(100):
        assert buckets.take("alice") == 1.0
    clock.now += 1
    assert buckets.take("alice") == 0.0


def test_each_key_has_a_bucket_of_its_own(clock):
    buckets = Buckets(rate=1, burst=1, clock=clock)
    buckets.take("alice")
    assert buckets.take("bob") == 0.0


def test_several_tokens_at_once_count_each(clock):
    buckets = Buckets(rate=1, burst=10, clock=clock)
    assert buckets.take("alice", 8) == 0.0
    assert buckets.take("alice", 5) == 3.0


def test_more_than_a_full_bucket_is_granted_once_and_paid_for_afterwards(clock):
    buckets = Buckets(rate=1, burst=10, clock=clock)
    assert buckets.take("alice", 30) == 0.0
    assert buckets.take("alice") == 21.0


def test_memory_stays_bounded_and_the_busy_are_remembered(clock):
    buckets = Buckets(rate=1, burst=1, keys_max=100, clock=clock)
    buckets.take("busy")
    for number in range(1_000):
        buckets.take(number)
        assert buckets.take("busy") > 0
    assert len(buckets) == 100


def test_a_bucket_that_never_fills_is_a_mistake_of_ours():
    with pytest.raises(ValueError):
        Buckets(rate=0, burst=1)
    with pytest.raises(ValueError):
        Buckets(rate=1, burst=0)
