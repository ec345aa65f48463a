"""Redis behind Sentinels: whoever talks to it goes on with the one that was promoted."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from redis.exceptions import RedisError

from faults.town.sentinels import NAME, Sentinels
from talkwave.web.cache import ForgivingRedisCache
from talkwave.web.redis import async_client, client
from talkwave.web.redis_pools import layer_host, primary_name

AGAIN_SECONDS = 0.05
PLACES = [("10.0.0.1", 26379), ("10.0.0.2", 26379)]


def test_without_sentinels_an_address_stays_as_it_is() -> None:
    assert layer_host("redis://:hush@10.0.0.9:6380/2", []) == "redis://:hush@10.0.0.9:6380/2"


def test_with_them_the_host_is_a_name_and_the_rest_goes_along() -> None:
    host = layer_host("rediss://ann:hush@Chat/2?ssl_cert_reqs=none", PLACES, "secret")
    assert isinstance(host, dict)
    assert (host["master_name"], host["sentinels"], host["db"]) == ("Chat", PLACES, 2)
    assert (host["username"], host["password"], host["ssl"]) == ("ann", "hush", True)
    assert host["sentinel_kwargs"].items() >= {"password": "secret", "ssl": True, "ssl_cert_reqs": "none"}.items()
    assert "host" not in host and "connection_class" not in host


def test_the_name_of_a_primary_keeps_its_case() -> None:
    assert primary_name("redis://ann:hush@myPrimary:6379/0") == primary_name("redis://myPrimary") == "myPrimary"


@pytest.mark.process
def test_a_failover_is_followed_by_clients_layer_and_cache(tmp_path: Path, settings) -> None:
    with Sentinels(tmp_path, sentinels=1, down_after=0.2) as sentinels:
        _, port = sentinels.settings["REDIS_SENTINELS"].split(":")
        settings.REDIS_URLS, settings.REDIS_SENTINELS = [f"redis://{NAME}/0"], [("127.0.0.1", int(port))]
        asyncio.run(_followed(sentinels))


async def _followed(sentinels: Sentinels) -> None:
    plain, soon = client(), async_client()
    cache = ForgivingRedisCache(f"redis://{NAME}/0", {"OPTIONS": {"pool_class": "talkwave.web.redis_pools.CachePool"}})
    layer = RedisPubSubChannelLayer(
        hosts=[layer_host(f"redis://{NAME}/0", [("127.0.0.1", sentinels.sentinels[0].port)])]
    )
    channel = await layer.new_channel()
    await layer.group_add("room", channel)
    first = sentinels.primary
    for life in ("before", "after"):
        if life == "after":
            first.kill()
            await asyncio.to_thread(sentinels.replaced, first)
        await _until_done(lambda life=life: asyncio.to_thread(plain.set, "plain", life))
        await _until_done(lambda life=life: soon.set("soon", life))
        await _heard(layer, channel, life)
        await _until_cached(cache, life)
        new = sentinels.primary
        assert (new is first) == (life == "before")
        assert [new.ask("GET", key) for key in ("plain", "soon")] == [life, life]
    plain.close()
    await soon.aclose()
    await layer.flush()


async def _until_done(work) -> None:
    """A connection that ended fails once, and is made anew."""
    async with asyncio.timeout(10):
        while True:
            try:
                await work()
                return
            except (RedisError, OSError):
                await asyncio.sleep(AGAIN_SECONDS)


async def _until_cached(cache: ForgivingRedisCache, life: str) -> None:
    """It fails quietly, and leaves a Redis that did not answer alone for a moment."""
    async with asyncio.timeout(10):
        while cache.get("cached") != life:
            cache.set("cached", life)
            await asyncio.sleep(AGAIN_SECONDS)


async def _heard(layer: RedisPubSubChannelLayer, channel: str, life: str) -> None:
    """Said again until it is heard: what listens comes back a moment later than what says."""
    async with asyncio.timeout(10):
        told = ""
        while told != life:
            await _until_done(lambda: layer.group_send("room", {"life": life}))
            with suppress(TimeoutError):
                told = (await asyncio.wait_for(_next(layer, channel), AGAIN_SECONDS))["life"]


async def _next(layer: RedisPubSubChannelLayer, channel: str) -> dict[str, str]:
    """Of the layer's queue itself: `receive` gives up its channel where it is cancelled."""
    layer_here = layer._get_layer()
    return layer.deserialize(await layer_here.channels[channel].get())
