"""Presence as one server process sees it: the people connected here, and the states that its readers were told."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.conf import settings
from redis.exceptions import RedisError

from presence import actions
from presence.models import LastSeen
from presence.signals import presence_changed
from presence.store import PresenceStore
from talkwave.realtime import tasks
from talkwave.realtime.database import db

log = logging.getLogger(__name__)


class PresenceTracker:
    """`watched` says whom somebody here watches; `presence_changed` is sent when one of these, or of ours, changed."""

    def __init__(self, watched: Callable[[], Iterable[int]]) -> None:
        self._store = PresenceStore()
        self._watched = watched
        # User id → how many connections in which state.
        self._here: dict[int, Counter[str]] = {}
        # What was last said of somebody, and since when.
        self._said: dict[int, tuple[str, datetime]] = {}
        # Since the last round: who came, and who did something.
        self._seen: set[int] = set()
        self._active: set[int] = set()
        # Who came, went or moved here and was not told of yet.
        self._changed: set[int] = set()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._rounds()), loop.create_task(self._changes())]

    async def stop(self) -> None:
        await tasks.end(self._tasks)
        try:
            await self._store.close()
        except (RedisError, OSError) as error:
            log.debug("presence not taken back, it expires: %s", type(error).__name__)

    # --- connections of this process ------------------------------------------------------------------
    def connected(self, user_id: int, state: str) -> None:
        self._here.setdefault(user_id, Counter())[state] += 1
        self._seen.add(user_id)
        self._change(user_id)

    def moved(self, user_id: int, before: str, after: str) -> None:
        """One connection goes from `active` to `idle`, or back."""
        self._here.setdefault(user_id, Counter()).update({before: -1, after: 1})
        if after == "active":
            self._active.add(user_id)
        self._change(user_id)

    def disconnected(self, user_id: int, state: str) -> None:
        states = self._here.setdefault(user_id, Counter())
        states[state] -= 1
        # Gone again before a round they were here all the same.
        if state == "active":
            self._active.add(user_id)
        if not any(count > 0 for count in states.values()):
            del self._here[user_id]
        self._change(user_id)

    def _local(self, user_id: int) -> str | None:
        states = self._here.get(user_id)
        if not states:
            return None
        return "active" if states["active"] > 0 else "idle"

    def _change(self, user_id: int) -> None:
        self._changed.add(user_id)
        self._wake.set()

    async def _changes(self) -> None:
        """Tells of changes, one look at Redis after the other: were two of one person under way at once, the older
        could be the one that stays."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            changed, self._changed = self._changed, set()
            try:
                await self._store.put({user_id: self._local(user_id) for user_id in changed})
                online = await self._store.read(changed)
            except (RedisError, OSError) as error:
                log.debug("presence waits for Redis: %s", type(error).__name__)
                online = {user_id: state for user_id in changed if (state := self._local(user_id))}
            for user_id in changed:
                try:
                    self._say(user_id, online.get(user_id, "offline"))
                except Exception:
                    # Of one person; the others are told, and the next round of all finds what is so.
                    log.exception("a change of presence could not be told")

    def _say(self, user_id: int, state: str) -> None:
        before = self._said.get(user_id)
        if before is None or before[0] != state:
            now = datetime.now(UTC)
            self._said[user_id] = (state, now)
            presence_changed.send(sender=PresenceTracker, user_id=user_id, state=state, since=now)

    def heard(self, user_id: int, state: str, since: datetime) -> None:
        """What the readers here were just told, by us or by another process. Where it is not so, the next round says
        what is."""
        if user_id in self._said:
            self._said[user_id] = (state, since)

    # --- everybody --------------------------------------------------------------------------------------
    async def states(self, user_ids: Iterable[int]) -> dict[int, tuple[str, datetime | None]]:
        """Each person's state now, and since when; of the offline, when they were last here, where that is known."""
        ids = list(user_ids)
        seen = await db(lambda: dict(LastSeen.objects.filter(user_id__in=ids).values_list("user_id", "at")))
        # Last, with nothing waited for after it: else somebody who comes meanwhile is said to be here, and then, by an
        # older answer, not to be.
        try:
            online = await self._store.read(ids)
        except (RedisError, OSError):
            online = {user_id: state for user_id in ids if (state := self._local(user_id))}
        answer: dict[int, tuple[str, datetime | None]] = {}
        for user_id in ids:
            state = online.get(user_id, "offline")
            said = self._said.get(user_id)
            since = said[1] if said and said[0] == state else seen.get(user_id)
            answer[user_id] = (state, since)
            if said is None or said[0] != state:
                self._said[user_id] = (state, since or datetime.now(UTC))
        return answer

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(settings.PRESENCE_BEAT_SECONDS)
            try:
                await self._round()
            except (RedisError, OSError) as error:
                log.debug("presence waits for Redis: %s", type(error).__name__)
            except Exception as error:
                log.warning("a round of presence failed: %s: %s", type(error).__name__, error)

    async def _round(self) -> None:
        """Renews what this process says of its people, and finds out who vanished without a word elsewhere."""
        here = {user_id: state for user_id in self._here if (state := self._local(user_id))}
        await self._store.write(here)
        watched = set(self._watched())
        online = await self._store.read(watched)
        for user_id in watched:
            if user_id in self._said:
                self._say(user_id, online.get(user_id, "offline"))
        # What nobody here watches and who is not here need not be remembered; asked now, as some came while Redis was.
        for user_id in set(self._said) - set(self._watched()) - set(self._here):
            del self._said[user_id]
        seen = self._seen | set(here)
        # Not who only just came: a page that comes back by itself, where nobody sits, says so in a moment.
        active = self._active | {user_id for user_id, state in here.items() if state == "active"}
        self._seen, self._active = set(), set()
        if seen or active:
            await db(actions.saw, seen, active)
