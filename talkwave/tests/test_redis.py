"""A Redis that swallows what it is asked: who asks goes on without it, and the next one does not wait again."""

import socket
from collections.abc import Callable, Iterator

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from redis.exceptions import RedisError

from presence.store import PresenceStore, active_now
from rooms.actions.posting import post_message
from talkwave.realtime.hub import Hub
from talkwave.web import redis as asked
from talkwave.web.redis import Away, Reach, reach


@pytest.fixture
def swallowing(settings) -> Iterator[Callable[[], int]]:
    """Takes every connection and answers none; says how many there were."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        settings.REDIS_URLS = [f"redis://127.0.0.1:{listening.getsockname()[1]}"]
        taken: list[socket.socket] = []

        def count() -> int:
            while True:
                try:
                    taken.append(listening.accept()[0])
                except BlockingIOError:
                    return len(taken)

        yield count
        for connection in taken:
            connection.close()
        reach.forget()


def test_one_waits_for_it_and_the_others_do_not(swallowing):
    assert active_now([1, 2]) == set()
    assert swallowing() == 1
    assert active_now([1, 2]) == set()
    assert active_now([3]) == set()
    assert swallowing() == 1


def test_presence_and_who_is_active_share_what_they_know(swallowing):
    store = PresenceStore()
    with pytest.raises(RedisError):
        async_to_sync(store.read)([1])
    with pytest.raises(Away):
        async_to_sync(store.put)({1: "active"})
    assert active_now([1]) == set()
    assert swallowing() == 1


def test_after_a_while_it_is_asked_again(monkeypatch):
    now = 100.0
    monkeypatch.setattr(asked.time, "monotonic", lambda: now)
    one = Reach()
    with pytest.raises(OSError, match="gone"), one.asking():
        raise OSError("gone")
    with pytest.raises(Away), one.asking():
        pytest.fail("it was asked")
    now += asked.AWAY_SECONDS
    with one.asking():
        pass


@pytest.mark.django_db
def test_here_calls_nobody_and_the_message_is_stored(swallowing, room, bob):
    assert post_message(bob, room.pk, "anybody @here?").seq == room.last_seq + 1


def test_a_server_that_starts_beside_it_greets_without_it():
    async def greet() -> list[bool]:
        hub = Hub()
        asking: list[bool] = []

        class Layer:
            async def new_channel(self, prefix: str) -> str:
                asking.append(True)
                raise TimeoutError

        hub._layer = Layer()
        await hub.join(["room.1"])
        await hub.join(["room.2"])
        return asking

    assert async_to_sync(greet)() == [True]


def test_the_cache_has_limits_of_its_own():
    options = cache._options
    assert options["socket_timeout"] == options["socket_connect_timeout"] == asked.ASK_SECONDS
