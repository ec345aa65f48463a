"""Who gets a socket: asked before anything is held for them, and bounded while nobody knows who they are."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from django.conf import settings

from talkwave.errors import DATABASE_FAILED, Refused
from talkwave.realtime import lifecycle
from talkwave.realtime.socket import FLOODING, RESTARTING, SIGNED_OUT, SUSPENDED
from talkwave.web import counting, limits
from talkwave.web.address import network_of, scope_address

log = logging.getLogger(__name__)


class Identity(NamedTuple):
    """Whose connection it is, and by what they came in: a page by its session, a program by its token."""

    user: Any
    session_key: str | None = None
    token_id: int | None = None


Identify = Callable[[dict[str, Any]], Awaitable[Identity]]


class TurnedAway(Exception):
    """No socket for this connection: the close code, and where it is about rate, the refusal to say before."""

    def __init__(self, code: int, refusal: Refused | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.refusal = refusal


class Admission:
    """One a process: counts the connections that are being looked at, and those that are in."""

    def __init__(self) -> None:
        self.unknown = self.open = 0

    async def admit(self, scope: dict[str, Any], identify: Identify) -> Identity:
        """Whose connection this is. Raises TurnedAway.

        Who is let in counts until `left`.
        """
        if lifecycle.draining or self.open >= settings.SOCKETS_MAX or self.unknown >= settings.SOCKETS_UNKNOWN_MAX:
            # They come back, to another process or at a quieter moment.
            raise TurnedAway(RESTARTING)
        network = network_of(scope_address(scope))
        if limits.unknown_connecting.spent(network):
            raise TurnedAway(FLOODING)
        self.unknown += 1
        try:
            async with asyncio.timeout(settings.IDENTIFY_SECONDS):
                identity = await identify(scope)
        except Refused as refusal:
            limits.unknown_connecting.take_here(network)
            raise TurnedAway(SUSPENDED if refusal.code == "forbidden" else SIGNED_OUT) from None
        except (DATABASE_FAILED, TimeoutError) as error:
            log.warning("database away, a connection is sent back: %s", type(error).__name__)
            raise TurnedAway(RESTARTING) from None
        finally:
            self.unknown -= 1
        connecting = limits.connecting if identity.token_id is None else limits.connecting_programs
        if wait := await connecting.take_soon(identity.user.pk):
            raise TurnedAway(FLOODING, limits.too_fast(wait))
        self.open += 1
        return identity

    def left(self) -> None:
        """One that was let in has ended."""
        self.open -= 1


admission = Admission()

counting.gauge("talkwave_sockets", "Sockets that are open.", lambda: admission.open)
counting.gauge("talkwave_sockets_unknown", "Connections whose person is being looked up.", lambda: admission.unknown)
