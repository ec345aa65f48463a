"""Presence in a real Valkey: however many people are asked for, each call asks for a bounded number of them."""

import pytest
from redis import Redis
from redis.asyncio.client import Pipeline

from presence import store as stores
from presence.store import PresenceStore, active_now

# Above whoever else may be here in this Valkey.
FIRST = 10**12


@pytest.fixture
def asked(monkeypatch):
    """How many people each call asked for."""
    sizes = []
    for kind in (Pipeline, Redis):
        plain = kind.hmget

        def hmget(self, name, keys, plain=plain):
            sizes.append(len(keys))
            return plain(self, name, keys)

        monkeypatch.setattr(kind, "hmget", hmget)
    return sizes


async def test_many_people_are_asked_for_in_slices_and_none_is_lost_between_them(asked, monkeypatch):
    monkeypatch.setattr(stores, "READ_AT_ONCE", 3)
    people = range(FIRST, FIRST + 8)
    here = {number: ("active", "idle")[number % 2] for number in people[:-1]}
    store, other = PresenceStore(), PresenceStore()
    try:
        await store.write(here)
        await other.write({people[1]: "active", people[2]: "idle"})
        assert await store.read(people) == here | {people[1]: "active"}
        assert set(asked) == {2, 3}
        assert await store.read([]) == {}
        asked.clear()
        assert active_now(people) == {people[0], people[1], people[2], people[4], people[6]}
        assert set(asked) == {2, 3}
    finally:
        await store.close()
        await other.close()
