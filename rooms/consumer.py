"""The one consumer of the application: rooms over the live path."""

from http.cookies import CookieError, SimpleCookie
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.credentials import token_for, user_for_session
from accounts.models import User
from accounts.wire import person
from rooms.commands import COMMANDS, LOOKS
from rooms.live import live
from rooms.models import Membership
from rooms.models.life import epoch
from rooms.wire import rooms_of, when
from talkwave.errors import Refused
from talkwave.realtime.admission import Identity
from talkwave.realtime.consumer import LiveConsumer
from talkwave.realtime.database import db
from talkwave.web.language import language_from
from talkwave.web.origin import origin_allowed

PROTOCOL = 1


class ChatConsumer(LiveConsumer):
    commands = COMMANDS
    looks = LOOKS
    _present = False

    async def identify(self, scope: dict[str, Any]) -> Identity:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        scheme, _, token = headers.get(b"authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            held = await db(token_for, token.strip())
            identity = Identity(held.user, token_id=held.pk) if held else None
        else:
            if not origin_allowed(headers.get(b"origin"), headers.get(b"host", "")):
                raise Refused("not_found", "")
            session_key = _cookie(headers.get(b"cookie", ""), settings.SESSION_COOKIE_NAME)
            user = await db(user_for_session, session_key) if session_key else None
            identity = Identity(user, session_key=session_key) if user else None
        if identity is None:
            raise Refused("not_found", "")
        if identity.user.suspended_at is not None:
            raise Refused("forbidden", "")
        self.language = identity.user.language or language_from(headers.get(b"accept-language", ""))
        return identity

    async def greet(self) -> None:
        """Subscribed first, read second: what happens in between comes twice, and the client drops the second."""
        socket = self.socket
        await self.hub.add(socket, await db(_room_ids, socket.user))
        rooms, life = await db(_snapshot, socket.user)
        self.hub.begin({int(room["id"]): room["version"] for room in rooms})
        socket.greet(
            {
                "type": "hello",
                "protocol": PROTOCOL,
                "user": person(socket.user),
                "server_time": when(timezone.now()),
                "heartbeat": settings.HEARTBEAT_SECONDS,
                "epoch": life,
                "rooms": rooms,
            }
        )
        live().presence.connected(socket.user_id, socket.state)
        self._present = True

    async def bye(self) -> None:
        if self._present:
            live().presence.disconnected(self.socket.user_id, self.socket.state)


def _room_ids(user: User) -> list[int]:
    return list(Membership.objects.filter(user=user).values_list("room_id", flat=True))


def _snapshot(user: User) -> tuple[list[dict[str, Any]], str]:
    return rooms_of(user), epoch()


def _cookie(header: str, name: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None
