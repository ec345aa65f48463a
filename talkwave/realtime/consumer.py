"""The Channels consumer: takes a connection, finds who it is, hands its commands on, answers.

Stock Channels gives each consumer a channel of its own and hops to a thread at every frame; here the hub holds the
one channel of the process, and the loop below does nothing but receive.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, Final

from channels.consumer import AsyncConsumer
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from talkwave.errors import DATABASE_FAILED, Refused
from talkwave.realtime import frames, lifecycle
from talkwave.realtime.admission import Identity, TurnedAway, admission
from talkwave.realtime.frames import Malformed
from talkwave.realtime.hub import Hub
from talkwave.realtime.line import LINE
from talkwave.realtime.publish import encode
from talkwave.realtime.socket import FLOODING, NOT_A_FRAME, RESTARTING, Socket
from talkwave.web import limits
from talkwave.web.counting import counts

log = logging.getLogger(__name__)

# Read once: each look into the settings costs a third of a microsecond, and this is asked at every frame.
_FRAME_MAX: int = settings.WEBSOCKET_FRAME_MAX

# A frame counts once for each so many characters begun: a flood of large ones ends as soon as one of small ones.
FRAME_WEIGHT: Final = 8_192
# One with more characters counts like everything else.
PING_MOST: Final = 400
# So many looks of one socket may wait for their turn.
LOOKS_WAITING: Final = 20

Answer = dict[str, Any] | None
# One that has nothing to wait for is a plain function: it is done with where its frame is read.
Command = Callable[["LiveConsumer", dict[str, Any]], Answer | Awaitable[Answer]]
# What is left to be waited for, or None where it is done.
Later = Coroutine[Any, Any, None] | None


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

    async def identify(self, scope: dict[str, Any]) -> Identity:
        """Whose connection it is. Raises Refused: `forbidden` for the suspended."""
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
            identity = await admission.admit(scope, self.identify)
        except TurnedAway as turned:
            counts.close(turned.code)
            if turned.refusal is not None:
                await send({"type": "websocket.send", "text": f"[{encode(turned.refusal.as_wire()).decode()}]"})
            await send({"type": "websocket.close", "code": turned.code})
            return
        try:
            await self._serve(identity, receive, send)
        finally:
            admission.left()

    async def _serve(self, identity: Identity, receive: Any, send: Any) -> None:
        # A connection is a task of its own: this reaches no other.
        translation.activate(self.language)
        self.hub = lifecycle.hub()
        line = (self.scope.get("extensions") or {}).get(LINE, {})
        self.socket = Socket(
            send,
            identity.user,
            session_key=identity.session_key,
            token_id=identity.token_id,
            send_now=self.hub.flusher.socket_ready,
            write=line.get("write"),
        )
        self._buckets = limits.asking_programs if self.socket.is_program else limits.asking
        self._looking: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        # Whether frames have to wait in the queue: one of those that came by it is under way.
        self._queued = False
        # What waits of a frame that was heard at once.
        self._waiting: asyncio.Task[None] | None = None
        # A connection's language, where its frames are heard from outside its task.
        self._context = contextvars.copy_context()
        try:
            if len(self.hub.people.get(identity.user.pk, ())) >= settings.SOCKETS_PER_USER:
                self.socket.close(FLOODING)
            else:
                async with asyncio.timeout(settings.IDENTIFY_SECONDS):
                    await self.greet()
                if lifecycle.draining:
                    # Let in before the others were told to go: nobody would tell this one.
                    self.hub.end(self.socket, RESTARTING)
            if line:
                line["listen"](self._hear)
            while (message := await receive())["type"] != "websocket.disconnect":
                self._queued = True
                if self._waiting is not None:
                    await asyncio.wait([self._waiting])
                if (later := self._take(message.get("text"))) is not None:
                    await later
                self._queued = False
            if self._waiting is not None:
                await asyncio.wait([self._waiting])
        except (DATABASE_FAILED, TimeoutError) as error:
            log.warning("database away, a connection is sent back: %s", type(error).__name__)
            self.socket.close(RESTARTING)
        finally:
            self._queued = True
            for under_way in filter(None, (*self._looking, self._waiting)):
                under_way.cancel()
            self.hub.remove(self.socket)
            # Shielded: an ending server cancels this task, and leaving must still be said.
            await asyncio.shield(self.bye())

    def _hear(self, text: str, behind: bool) -> bool:
        """Takes a frame as it is read (the extension LINE). False: it has to wait for those before it."""
        if behind or self._queued or self._waiting is not None:
            return self._context.run(self._pinged, text)
        if (later := self._context.run(self._take, text)) is not None:
            self._waiting = self._context.run(asyncio.get_running_loop().create_task, later)
            self._waiting.add_done_callback(self._heard)
        return True

    def _pinged(self, text: str) -> bool:
        """A ping waits for nothing, however long what came before it takes: it says that this connection lives."""
        if len(text) > PING_MOST or '"ping"' not in text or self.socket.closed:
            return False
        try:
            command = frames.parse(text)
        except Malformed:
            return False
        if command["type"] != "ping" or limits.pinging.take_here(self.socket.user_id):
            return False
        self.socket.last_heard = time.monotonic()
        self._do(command)
        return True

    def _heard(self, task: asyncio.Task[None]) -> None:
        self._waiting = None
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a frame could not be answered", exc_info=error)
            self.socket.close(RESTARTING)

    def _take(self, text: str | None) -> Later:
        """Does what a frame asks for, or what can be done of it now."""
        if self.socket.closed:
            return None
        limit = _FRAME_MAX
        # Characters first: their bytes are counted only where they could matter.
        if text is None or len(text) > limit or (len(text) > limit // 4 and len(text.encode(errors="replace")) > limit):
            self.hub.end(self.socket, NOT_A_FRAME)
            return None
        self.socket.last_heard = time.monotonic()
        counts.frames_in += 1
        weight = 1 + len(text) // FRAME_WEIGHT
        command: dict[str, Any] = {}
        malformed = None
        try:
            # Read before it is limited: a refusal has to name what it refuses.
            command = frames.parse(text)
        except Malformed as refusal:
            malformed = refusal
        if (
            command.get("type") == "ping"
            and len(text) <= PING_MOST
            and not limits.pinging.take_here(self.socket.user_id)
        ):
            # Also of whoever asks too much otherwise.
            return self._do(command)
        wait = self._buckets.take_known(self.socket.user_id, weight)
        return self._weigh(command, malformed, weight) if wait is None else self._go_on(command, malformed, wait)

    async def _weigh(self, command: dict[str, Any], malformed: Malformed | None, weight: int) -> None:
        wait = await self._buckets.take_soon(self.socket.user_id, weight)
        if (later := self._go_on(command, malformed, wait)) is not None:
            await later

    def _go_on(self, command: dict[str, Any], malformed: Malformed | None, wait: float) -> Later:
        if wait:
            # Also what is no command counts: ten thousand of them are a flood.
            self.refuse(self.too_fast(wait), command)
            return None
        if malformed is not None:
            self.refuse(malformed, command)
            return None
        if self.socket.refusals:
            self.socket.refusals -= 1
        return self._look(command) if command["type"] in self.looks else self._do(command)

    def _do(self, command: dict[str, Any]) -> Later:
        try:
            handler = self.commands.get(command["type"])
            if handler is None:
                raise Malformed(_("There is no such command."))
            answer = handler(self, command)
        except Exception as error:
            self.refuse(_refusal(error, command), command)
            return None
        if answer is None:
            return None
        if not isinstance(answer, dict):
            return self._answer_later(answer, command)
        self.answer(answer, command)
        return None

    async def _answer_later(self, answering: Awaitable[Answer], command: dict[str, Any]) -> None:
        try:
            answer = await answering
        except Exception as error:
            self.refuse(_refusal(error, command), command)
        else:
            if answer is not None:
                self.answer(answer, command)

    def _look(self, command: dict[str, Any]) -> Later:
        """Has it answered after those before it. With too many waiting, this one is waited for: the socket is not read."""

        async def in_turn() -> None:
            async with self._turn:
                if (later := self._do(command)) is not None:
                    await later

        look = asyncio.get_running_loop().create_task(in_turn())
        self._looking.add(look)
        look.add_done_callback(self._looking.discard)
        return _ended(look) if len(self._looking) > LOOKS_WAITING else None

    def too_fast(self, wait: float) -> Refused:
        """The refusal to raise; where it goes on and on, the socket is closed with 4429."""
        self.socket.refusals += 1
        if self.socket.refusals > settings.RATE_PATIENCE:
            self.hub.end(self.socket, FLOODING)
        return Refused("rate_limited", _("That is a little fast. Wait a moment."), retry_after=wait)

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


async def _ended(task: asyncio.Task[None]) -> None:
    await asyncio.wait([task])


def _refusal(error: Exception, command: dict[str, Any]) -> Refused:
    """What whoever gave this command is told. Not theirs is logged: one bug in one command must not end everybody's talk."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, DATABASE_FAILED):
        log.warning("%s: database away: %s", command["type"], type(error).__name__)
        return Refused("unavailable", _("The server cannot save right now. Try again."), retry_after=1)
    log.error("%s failed", command["type"], exc_info=error)
    return Refused("unavailable", _("Something went wrong here. Try again."), retry_after=1)
