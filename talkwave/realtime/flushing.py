"""When what is ready is written: everything at once, as one frame a socket."""

import asyncio
import logging
from collections.abc import Callable

from django.conf import settings

from talkwave.realtime.room import LiveRoom
from talkwave.realtime.socket import Socket
from talkwave.web import counting

log = logging.getLogger(__name__)

# A flush that took long is followed by a longer wait, up to this: bigger frames are what makes a loaded hub cheaper.
_LONGEST_WAIT = 0.05
# A flush of no more sockets and no room (an answer to a ping, an ack) is followed by none, where it went out at once: the
# next message need not wait for it. Under load it had to wait itself, and what comes is gathered.
_FEW_SOCKETS = 3

_flushes = counting.histogram("talkwave_fanout_seconds", "How long it took to write what was ready to all sockets.")


class Flusher:
    """One a hub. After an idle time what is ready goes out at once, under load a little later."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._least_wait: float = settings.HUB_FLUSH_SECONDS
        self._rooms: set[LiveRoom] = set()
        self._sockets: list[Socket] = []
        self._timer: asyncio.TimerHandle | None = None
        self._not_before = 0.0
        self._waits = False

    def room_ready(self, room: LiveRoom) -> None:
        """The room has events to tell."""
        self._rooms.add(room)
        if self._timer is None:
            self._schedule(self._loop.time())

    def socket_ready(self, socket: Socket) -> None:
        """The socket has something to write; to be said once until it is flushed."""
        self._sockets.append(socket)
        if self._timer is None:
            self._schedule(self._loop.time())

    def _schedule(self, now: float) -> None:
        self._waits = self._not_before > now
        self._timer = self._loop.call_at(max(now, self._not_before), self._flush)

    def _flush(self) -> None:
        begun = self._loop.time()
        rooms, self._rooms = self._rooms, set()
        for room in rooms:
            _alone(room.push)
        sockets, self._sockets = self._sockets, []
        for socket in sockets:
            _alone(socket.flush)
        ended = self._loop.time()
        _flushes.note(ended - begun)
        if rooms or self._waits or len(sockets) > _FEW_SOCKETS:
            self._not_before = ended + min(_LONGEST_WAIT, max(self._least_wait, (ended - begun) / 2))
        self._timer = None
        if self._rooms or self._sockets:
            # Something was pushed while writing.
            self._schedule(ended)


def _alone(write: Callable[[], None]) -> None:
    """What goes wrong with one room or socket must not silence all others."""
    try:
        write()
    except Exception:
        log.exception("something could not be written")
