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


def test_memory_stays_bounded_and_who_owes_most_is_remembered(clock):
    buckets = Buckets(rate=1, burst=2, keys_max=100, clock=clock)
    assert [buckets.take("busy"), buckets.take("busy")] == [0.0, 0.0]
    for number in range(1_000):
        buckets.take(number)
        assert buckets.take("busy") > 0
    assert len(buckets) <= 100


def test_who_is_full_again_is_forgotten(clock):
    buckets = Buckets(rate=1, burst=2, clock=clock)
    buckets.take("alice")
    buckets.take("bob", 2)
    clock.now += 1.5
    buckets.sweep()
    assert len(buckets) == 1


def test_by_two_ways_one_has_one_budget_of_which_each_takes_its_share(clock):
    people = Buckets(rate=1, burst=10, clock=clock)
    programs = people.twin(rate=10, burst=100)
    assert programs.take("alice", 50) == 0.0
    assert people.take("alice", 5) == 0.0
    assert people.take("alice") > 0 and programs.take("alice") > 0
    clock.now += 1
    assert programs.take("alice", 10) == 0.0


def test_a_bucket_that_never_fills_is_a_mistake_of_ours():
    with pytest.raises(ValueError):
        Buckets(rate=0, burst=1)
    with pytest.raises(ValueError):
        Buckets(rate=1, burst=0)
