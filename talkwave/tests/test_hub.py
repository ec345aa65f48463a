"""The hub and the groups of the layer: who comes, goes, and comes back is heard, however many do so at once."""

import asyncio
from types import SimpleNamespace

from asgiref.sync import async_to_sync

from talkwave.realtime.hub import Hub
from talkwave.realtime.hub_watch import HubWatch
from talkwave.realtime.publish import room_group, user_group
from talkwave.realtime.socket import Socket


def test_who_comes_back_while_others_are_forgotten_is_heard():
    """Leaving a group takes a moment: a room that was empty when the round began may have somebody in it by its turn."""

    class Layer:
        left: list[str] = []

        async def group_add(self, group, channel): ...

        async def group_discard(self, group, channel):
            self.left.append(group)
            if group == room_group(1):
                # Meanwhile somebody comes to the second room.
                await self.hub.add(self.back, [2])

    async def story():
        hub = Layer.hub = Hub()
        hub._layer, hub._channel = Layer(), "hub.one"
        gone, back, again = (Socket(None, SimpleNamespace(pk=1), send_now=lambda socket: None) for _ in range(3))
        hub._layer.back = back
        await hub.add(gone, [1, 2])
        hub.remove(gone)
        for room in hub.rooms.values():
            room.empty_since -= 3_600
        await HubWatch(hub, None)._empty()
        assert set(hub.rooms) == {2} and hub.rooms[2].sockets == {back}
        # A page that is loaded anew: its person's own group is not left behind it.
        hub.remove(back)
        await hub.add(again, [])
        await asyncio.sleep(0)
        assert Layer.left == [room_group(1)]
        hub.remove(again)
        await asyncio.sleep(0)
        assert Layer.left == [room_group(1), user_group(1)]

    async_to_sync(story)()


def test_however_many_come_at_once_none_of_them_takes_it_for_away(monkeypatch):
    """Each join waits for its turn, and only then for the layer: the last of a crowd has as long as the first."""
    monkeypatch.setattr("talkwave.realtime.hub.LAYER_SECONDS", 0.2)

    class Layer:
        joined: list[str] = []

        async def new_channel(self, prefix):
            return f"{prefix}one"

        async def group_add(self, group, channel):
            await asyncio.sleep(0.01)
            self.joined.append(group)

    async def story():
        hub = Hub()
        hub._layer = Layer()
        hub._channel = "hub.one"
        groups = [f"user.{number}" for number in range(60)]
        await asyncio.gather(*(hub.join([group, "room.1"]) for group in groups))
        assert hub._joined == {"room.1", *groups}
        assert sorted(Layer.joined) == sorted(hub._joined), "each of them once"

    async_to_sync(story)()
