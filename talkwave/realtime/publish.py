"""The only way anything leaves for sockets.

Everything waits for the commit of the transaction it is called in, goes through the Redis channel layer to the hub
of every server process, and never fails its caller: the layer is a hint, the database is the truth, and the hubs
look there for what a lost hint left out (docs/protocol.md, "Order, versions, catching up").
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)

# What a server process puts here takes envelopes from any thread; without it (a management command) they are
# sent from here.
outlet: "Callable[[list[Envelope]], None] | None" = None


class Envelope(NamedTuple):
    """A message for the hubs that joined `group`; every value is msgpack's own type, keys are strings."""

    group: str
    message: dict[str, Any]


class RoomEvent(NamedTuple):
    """A durable event of a room, ready for the wire.

    `json` is just that, in UTF-8. Where it carries a message, that is its last member, and `author` gets the message's
    `client_id` too. `leaver` is somebody who hears this room no longer, from this event on.
    """

    version: int
    json: bytes
    author: int | None = None
    client_id: str | None = None
    leaver: int | None = None


def room_group(room_id: int) -> str:
    return f"room.{room_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


# The group of every hub.
EVERYWHERE = "everywhere"

# So many envelopes at once are sent as they are; more, as bundles of at most so many parts.
_BUNDLE_ABOVE = 4
_BUNDLE_PARTS = 64


def encode(event: Mapping[str, Any]) -> bytes:
    """JSON for the wire; raises TypeError for what JSON cannot say (lone surrogates).

    In UTF-8 from here to the socket: text would be coded back and forth, on every process and for every frame.
    """
    return orjson.dumps(event)


def room_event(
    room_id: int,
    version: int,
    event: Mapping[str, Any],
    *,
    author_id: int | None = None,
    client_id: str | None = None,
    leaver_id: int | None = None,
) -> None:
    """A durable event of one room, to all who are in it."""
    room_events({room_id: [RoomEvent(version, encode(event), author_id, client_id, leaver_id)]})


def room_events(events: Mapping[int, Iterable[RoomEvent]]) -> None:
    """Durable events of several rooms, in order of version in each: one envelope a room."""
    _after_commit(
        [
            Envelope(room_group(room_id), {"type": "hub", "op": "events", "room": room_id, "events": list(batch)})
            for room_id, batch in events.items()
        ]
    )


def room_hint(room_id: int, event: Mapping[str, Any], *, except_user: int | None = None) -> None:
    """Something about a room that may be lost: typing. Waits for no commit, so it can be said on the event loop."""
    _send(
        [
            Envelope(
                room_group(room_id),
                {"type": "hub", "op": "hint", "room": room_id, "json": encode(event), "except": except_user},
            )
        ]
    )


def user_event(user_id: int, event: Mapping[str, Any]) -> None:
    """To all sockets of one person."""
    _to_user(user_id, op="event", json=encode(event))


def subscribe(user_id: int, room_id: int, version: int) -> None:
    """That person's sockets hear the room from `version` on."""
    _to_user(user_id, op="subscribe", room=room_id, version=version)


def unsubscribe(user_id: int, room_id: int, reason: str) -> None:
    """That person's sockets hear the room no longer, and are told so by `room.left`."""
    _to_user(user_id, op="unsubscribe", room=room_id, reason=reason)


def close_user(user_id: int, code: int, *, session_key: str | None = None, token_id: int | None = None) -> None:
    """Closes a person's sockets, or those of one session or token: 4401 signed out, 4403 suspended."""
    _to_user(user_id, op="close", code=code, session=session_key, token=token_id)


def presence(user_id: int, event: Mapping[str, Any]) -> None:
    """To whoever watches this person; like a hint."""
    _send([Envelope(EVERYWHERE, {"type": "hub", "op": "presence", "user": user_id, "json": encode(event)})])


def to_group(group: str, message: dict[str, Any]) -> None:
    """To whoever of ours joined that group of the layer (talkwave.work): no event, and nothing for sockets."""
    _after_commit([Envelope(group, message)])


def _to_user(user_id: int, **message: Any) -> None:
    _after_commit([Envelope(user_group(user_id), {"type": "hub", "user": user_id, **message})])


def _after_commit(envelopes: list[Envelope]) -> None:
    # robust: a layer that is down must not turn a saved change into a failed request.
    transaction.on_commit(lambda: _send(envelopes), robust=True)


def _send(envelopes: list[Envelope]) -> None:
    if outlet is not None:
        outlet(envelopes)
    elif settings.REDIS_URLS:
        try:
            async_to_sync(_send_from_outside)(envelopes)
        except Exception as error:  # whatever a layer raises: the hubs find the change by themselves
            log.warning("not published, the server will notice by itself: %s", type(error).__name__)


async def _send_from_outside(envelopes: list[Envelope]) -> None:
    layer = get_channel_layer()
    async with asyncio.timeout(5):
        for group, message in envelopes:
            await layer.group_send(group, message)


def bundled(envelopes: list[Envelope]) -> list[Envelope]:
    """The same, but many as a few larger ones that every hub gets and picks its own from.

    An envelope costs Redis and each hub some hundred microseconds, a part of one ten; and under the load where that
    counts, every process has readers in most of the rooms that are busy.
    """
    if len(envelopes) <= _BUNDLE_ABOVE:
        return envelopes
    bundles = []
    for start in range(0, len(envelopes), _BUNDLE_PARTS):
        parts = [message for _, message in envelopes[start : start + _BUNDLE_PARTS]]
        bundles.append(Envelope(EVERYWHERE, {"type": "hub", "op": "bundle", "parts": parts}))
    return bundles
