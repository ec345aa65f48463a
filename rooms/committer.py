"""Commits together what arrived together: the sends that wait while a transaction runs go into the next one."""

import asyncio
import logging
import time
from collections import deque
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from rooms.actions.posting import Draft, post_messages
from rooms.models import Message
from rooms.wire import when
from talkwave.errors import DATABASE_AWAY, DATABASE_FAILED, Refused
from talkwave.realtime import tasks
from talkwave.realtime.consumer import LiveConsumer
from talkwave.realtime.database import db_commits
from talkwave.realtime.pressure import pressure
from talkwave.web import counting

log = logging.getLogger(__name__)

_seconds = counting.histogram("talkwave_commit_seconds", "How long it took to store a batch of messages.")
_sizes = counting.histogram("talkwave_commit_batch", "Messages stored in one transaction.", counting.AMOUNTS)

Sent = tuple[Draft, LiveConsumer, dict[str, Any]]


class Committer:
    """One a server process. With nothing waiting, a message goes into its transaction at once."""

    def __init__(self) -> None:
        self._waiting: deque[Sent] = deque()
        counting.gauge("talkwave_commit_queue", "Messages that wait to be stored.", lambda: len(self._waiting))
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())
        pressure.watch(commits=lambda: len(self._waiting))

    async def stop(self) -> None:
        """Commits what waits, then ends."""
        await self._idle.wait()
        if self._task:
            await tasks.end([self._task])

    def submit(self, draft: Draft, consumer: LiveConsumer, command: dict[str, Any]) -> None:
        """The consumer gets an `ack` after commit, or an `error`. Raises Refused (`unavailable`) where too much waits."""
        if len(self._waiting) >= settings.COMMIT_QUEUE:
            raise Refused("unavailable", _("The server is very busy. Your message will be tried again."), retry_after=2)
        self._waiting.append((draft, consumer, command))
        self._idle.clear()
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), settings.COMMIT_BATCH))]
                begun = time.perf_counter()
                results = await self._commit([draft for draft, _, _ in batch])
                _seconds.note(time.perf_counter() - begun)
                _sizes.note(len(batch))
                if delay := pressure.ack_delay:
                    asyncio.get_running_loop().call_later(delay, _answer, batch, results)
                else:
                    _answer(batch, results)
            self._idle.set()

    async def _commit(self, drafts: list[Draft]) -> list[Message | Refused]:
        try:
            try:
                return await db_commits(post_messages, drafts)
            except DATABASE_FAILED as error:
                # The same client_id at once on another process, or a connection that broke: once more finds the row,
                # or makes it. Safe, because every draft has its client_id.
                log.warning("a batch of %d is committed again: %s", len(drafts), type(error).__name__)
                return await db_commits(post_messages, drafts)
        except DATABASE_AWAY as error:
            # The database is away, or has no connection for us: one by one, each would wait for that anew.
            log.warning("database away: %s", type(error).__name__)
            return [_unavailable(draft) for draft in drafts]
        except Exception as error:
            if len(drafts) > 1:
                # One of them may be to blame; the others must not pay for it.
                return [(await self._commit([draft]))[0] for draft in drafts]
            if not isinstance(error, DATABASE_FAILED):
                log.exception("a message could not be committed")
            else:
                log.warning("not stored: %s", type(error).__name__)
            return [_unavailable(draft) for draft in drafts]


def _unavailable(draft: Draft) -> Refused:
    with override(draft.language or None):
        return Refused("unavailable", _("The server cannot save right now. Try again."), retry_after=1)


def _answer(batch: list[Sent], results: list[Message | Refused]) -> None:
    for (_draft, consumer, command), result in zip(batch, results, strict=True):
        try:
            if isinstance(result, Refused):
                consumer.refuse(result, command)
            else:
                consumer.socket.push_json(ack(result, command.get("ref")))
        except Exception:
            # It is one's own: the others are answered, and the committer goes on. This one asks again.
            log.exception("a message was stored, and its sender could not be told")


def ack(message: Message, ref: str | None = None) -> bytes:
    """The answer to `message.send` as JSON, the same however often the same `client_id` comes, but for the `ref`."""
    return b'{"type":"ack","client_id":"%b","id":"%d","room":"%d","seq":%d,"version":%d,"created_at":"%b"%b}' % (
        str(message.client_id).encode(),
        # Not `pk`: a property that looks into the model's description each time.
        message.id,
        message.room_id,
        message.seq,
        message.version,
        (when(message.created_at) or "").encode(),
        b"" if ref is None else b',"ref":' + orjson.dumps(ref),
    )
