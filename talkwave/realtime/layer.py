"""The Redis channel layer, publishing what is ready in one go."""

from collections.abc import Iterable
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer


class LiveChannelLayer(RedisPubSubChannelLayer):
    """channels_redis' pub/sub layer. Sixty rooms with news are one round trip to Redis here, and sixty there."""

    async def group_send_many(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """`group_send` for each (group, message), in order. Raises what redis raises; none or some may have gone out."""
        layer = self._get_layer()
        shards: dict[Any, list[tuple[str, bytes]]] = {}
        for group, message in messages:
            channel = layer._get_group_channel_name(group)
            shards.setdefault(layer._get_shard(channel), []).append((channel, self.serialize(message)))
        for shard, batch in shards.items():
            # The shard's lock guards making its connection, and closing it; the pipeline takes one of its own.
            async with shard._lock:
                shard._ensure_redis()
            async with shard._redis.pipeline(transaction=False) as pipe:
                for channel, payload in batch:
                    pipe.publish(channel, payload)
                await pipe.execute()
