"""The Channels consumer: takes a connection, finds who it is, hands its commands on, answers.

Stock Channels gives each consumer a channel of its own and hops to a thread at every frame; here the hub holds the
one channel of the process, and the loop below does nothing but receive.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

from channels.consumer import AsyncConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _

from talkwave.errors import Refused
from talkwave.realtime import frames, lifecycle
from talkwave.realtime.admission import TurnedAway, admission
from talkwave.realtime.frames import Malformed
from talkwave.realtime.hub import Hub
from talkwave.realtime.parts import PARTS
from talkwave.realtime.publish import encode
from talkwave.realtime.socket import FLOODING, NOT_A_FRAME, RESTARTING, Socket
from talkwave.web import limits
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# Read once: each look into the settings costs a third of a microsecond, and this is asked at every frame.
_FRAME_MAX: int = settings.WEBSOCKET_FRAME_MAX

# A frame counts once for each so many characters begun: a flood of large ones ends as soon as one of small ones.
FRAME_WEIGHT: Final = 8_192
# So many looks of one socket may wait for their turn.
LOOKS_WAITING: Final = 20

Answer = dict[str, Any] | None
Command = Callable[["LiveConsumer", dict[str, Any]], Awaitable[Answer]]


class LiveConsumer(AsyncConsumer):
    """Subclasses say who a connection is (`identify`), what a socket starts with (`greet`), and its `commands`.

    A command answers with an object, or None where the answer comes later or not at all; it raises Refused.
    """

    commands: ClassVar[dict[str, Command]] = {}
    # Those that only look: answered in turn, but beside the others. A slow page of history holds up no ping and no message.
    looks: ClassVar[frozenset[str]] = frozenset()
    socket: Socket
    hub: Hub
    # Of the person, for what they are refused: `identify` finds it.
    language: str = settings.LANGUAGE_CODE

    async def identify(self, scope: dict[str, Any]) -> tuple[Any, str | None]:
        """The person, and the session's key or None for a program. Raises Refused: `forbidden` for the suspended."""
        raise NotImplementedError

    async def greet(self) -> None:
        """Subscribes the socket and sends `hello`."""
        raise NotImplementedError

    async def bye(self) -> None:
        """The connection has ended."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope
        if (await receive())["type"] != "websocket.connect":
            return
        # Accepted before anything is asked: a browser can read a close code, but not a refused handshake.
        await send({"type": "websocket.accept"})
        try:
            user, session_key = await admission.admit(scope, self.identify)
        except TurnedAway as turned:
            counts.close(turned.code)
            if turned.refusal is not None:
                await send({"type": "websocket.send", "text": f"[{encode(turned.refusal.as_wire()).decode()}]"})
            await send({"type": "websocket.close", "code": turned.code})
            return
        try:
            await self._serve(user, session_key, receive, send)
        finally:
            admission.left()

    async def _serve(self, user: Any, session_key: str | None, receive: Any, send: Any) -> None:
        # A connection is a task of its own: this reaches no other.
        translation.activate(self.language)
        self.hub = lifecycle.hub()
        self.socket = Socket(
            send,
            user,
            session_key=session_key,
            send_now=self.hub.flusher.socket_ready,
            takes_parts=PARTS in (self.scope.get("extensions") or {}),
        )
        self._buckets = limits.asking_programs if self.socket.is_program else limits.asking
        self._looking: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        try:
            if len(self.hub.people.get(user.pk, ())) >= settings.SOCKETS_PER_USER:
                self.socket.close(FLOODING)
            else:
                async with asyncio.timeout(settings.IDENTIFY_SECONDS):
                    await self.greet()
                if lifecycle.draining:
                    # Let in before the others were told to go: nobody would tell this one.
                    self.hub.end(self.socket, RESTARTING)
            while (message := await receive())["type"] != "websocket.disconnect":
                if not self.socket.closed:
                    await self._take(message)
        except (DatabaseError, TimeoutError) as error:
            log.warning("database away, a connection is sent back: %s", type(error).__name__)
            self.socket.close(RESTARTING)
        finally:
            for look in self._looking:
                look.cancel()
            self.hub.remove(self.socket)
            # Shielded: an ending server cancels this task, and leaving must still be said.
            await asyncio.shield(self.bye())

    async def _take(self, message: dict[str, Any]) -> None:
        text = message.get("text")
        limit = _FRAME_MAX
        # Characters first: their bytes are counted only where they could matter.
        if text is None or len(text) > limit or (len(text) > limit // 4 and len(text.encode(errors="replace")) > limit):
            self.hub.end(self.socket, NOT_A_FRAME)
            return
        self.socket.last_heard = time.monotonic()
        counts.frames_in += 1
        command: dict[str, Any] = {}
        weight = 1 + len(text) // FRAME_WEIGHT
        try:
            # Read before it is limited: a refusal has to name what it refuses.
            command = frames.parse(text)
            wait = self._buckets.take_known(self.socket.user_id, weight)
            if wait is None:
                wait = await self._buckets.take_soon(self.socket.user_id, weight)
            if wait:
                raise self.too_fast(wait)
            if self.socket.refusals:
                self.socket.refusals -= 1
        except Malformed as refusal:
            # Also what is no command counts: ten thousand of them are a flood.
            wait = await self._buckets.take_soon(self.socket.user_id, weight)
            self.refuse(self.too_fast(wait) if wait else refusal, command)
        except Refused as refusal:
            self.refuse(refusal, command)
        else:
            if command["type"] in self.looks:
                await self._look(command)
            else:
                await self._do(command)

    async def _do(self, command: dict[str, Any]) -> None:
        try:
            answer = await self._run(command)
        except Refused as refusal:
            self.refuse(refusal, command)
        else:
            if answer is not None:
                self.answer(answer, command)

    async def _look(self, command: dict[str, Any]) -> None:
        """Has it answered after those before it. With too many waiting, this one is waited for: the socket is not read."""

        async def in_turn() -> None:
            async with self._turn:
                await self._do(command)

        look = asyncio.get_running_loop().create_task(in_turn())
        self._looking.add(look)
        look.add_done_callback(self._looking.discard)
        if len(self._looking) > LOOKS_WAITING:
            await asyncio.wait([look])

    def too_fast(self, wait: float) -> Refused:
        """The refusal to raise; where it goes on and on, the socket is closed with 4429."""
        self.socket.refusals += 1
        if self.socket.refusals > settings.RATE_PATIENCE:
            self.hub.end(self.socket, FLOODING)
        return Refused("rate_limited", _("That is a little fast. Wait a moment."), retry_after=wait)

    async def _run(self, command: dict[str, Any]) -> dict[str, Any] | None:
        handler = self.commands.get(command["type"])
        if handler is None:
            raise Malformed(_("There is no such command."))
        try:
            return await handler(self, command)
        except DatabaseError as error:
            log.warning("%s: database away: %s", command["type"], type(error).__name__)
            raise Refused("unavailable", _("The server cannot save right now. Try again."), retry_after=1) from error
        except (Refused, asyncio.CancelledError):
            raise
        except Exception as error:
            # One bug in one command must not end everybody's conversation.
            log.exception("%s failed", command["type"])
            raise Refused("unavailable", _("Something went wrong here. Try again."), retry_after=1) from error

    def refuse(self, refusal: Refused, command: dict[str, Any]) -> None:
        """Sends an `error` for this command."""
        answer = refusal.as_wire()
        if isinstance(client_id := command.get("client_id"), str) and len(client_id) <= frames.REF_MAX:
            answer["client_id"] = client_id
        ref = getattr(refusal, "ref", None)
        self.answer(answer, command if ref is None else {"ref": ref})

    def answer(self, answer: dict[str, Any], command: dict[str, Any]) -> None:
        """Sends an answer, with the command's `ref`."""
        if (ref := command.get("ref")) is not None:
            answer["ref"] = ref
        self.socket.push(answer)
