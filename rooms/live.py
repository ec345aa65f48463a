"""What a server process holds for rooms: the committer, presence, and what the hub asks of the database."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import orjson
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import ApiToken, User
from presence.tracker import PresenceTracker
from rooms import sync
from rooms.committer import Committer
from rooms.models import Membership, Room
from rooms.wire import rooms_of
from talkwave.realtime import lifecycle
from talkwave.realtime.publish import RoomEvent, encode
from talkwave.realtime.socket import SIGNED_OUT, SUSPENDED


class RoomSource:
    """talkwave.realtime.source.Source, answered from this app's tables."""

    def versions(self, room_ids: list[int]) -> Mapping[int, int]:
        return dict(Room.objects.filter(pk__in=room_ids).values_list("pk", "version"))

    def missed(self, room_id: int, version: int) -> tuple[int, list[RoomEvent]]:
        return sync.missed_events(room_id, version, settings.SYNC_RESET)

    def members(self, room_id: int, user_ids: list[int]) -> set[int]:
        return set(Membership.objects.filter(room=room_id, user_id__in=user_ids).values_list("user_id", flat=True))

    def barred(self, within: timedelta) -> Mapping[int, int]:
        changed = User.objects.filter(access_changed_at__gt=Now() - within)
        return {user.pk: SUSPENDED if user.suspended_at else SIGNED_OUT for user in changed if not user.can_take_part}

    def ended_sessions(self, session_keys: Iterable[str]) -> set[str]:
        keys = set(session_keys)
        alive = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        return keys - set(alive.values_list("session_key", flat=True))

    def ended_tokens(self, token_ids: Iterable[int]) -> set[int]:
        ids = set(token_ids)
        return ids - set(ApiToken.objects.filter(pk__in=ids, revoked_at=None).values_list("pk", flat=True))

    def newcomers(self, after: int | None) -> list[tuple[int, int, int]]:
        seats = Membership.objects.values_list("pk", "user_id", "room_id")
        if after is None:
            return list(seats.order_by("-pk")[:1])
        return list(seats.filter(pk__gt=after).order_by("pk"))

    def joined(self, user_id: int, room_id: int) -> tuple[int, bytes] | None:
        person = User.objects.filter(pk=user_id).first()
        rooms = rooms_of(person, [room_id]) if person else []
        return (rooms[0]["version"], encode({"type": "room.joined", "room": rooms[0]})) if rooms else None


class Live:
    """One a server process, beside its hub."""

    def __init__(self) -> None:
        hub = lifecycle.hub()
        self.committer = Committer()
        self.presence = PresenceTracker(lambda: hub.watchers)
        self.committer.start()
        self.presence.start()
        hub.on_presence = self._heard

    def _heard(self, user_id: int, json: bytes) -> None:
        event = orjson.loads(json)
        if event["type"] == "presence":
            self.presence.heard(user_id, event["state"], datetime.fromisoformat(event["since"]))

    async def stop(self) -> None:
        await self.committer.stop()
        await self.presence.stop()


_lives: "WeakKeyDictionary[asyncio.AbstractEventLoop, Live]" = WeakKeyDictionary()
_latest: tuple[asyncio.AbstractEventLoop, Live] | None = None


def live() -> Live:
    """That of the running event loop."""
    global _latest
    loop = asyncio.get_running_loop()
    # Asked at every message, and there is one loop: a look into the weak dictionary would be 3 µs of it.
    if _latest is not None and _latest[0] is loop:
        return _latest[1]
    if (running := _lives.get(loop)) is None:
        running = _lives[loop] = Live()
        lifecycle.on_stop(loop, stop)
    _latest = loop, running
    return running


async def stop() -> None:
    global _latest
    _latest = None
    if running := _lives.pop(asyncio.get_running_loop(), None):
        await running.stop()
