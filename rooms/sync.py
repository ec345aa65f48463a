"""What a client that was away is missing, and pages of history."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access
from rooms.events import message_event, room_state_event, shared_room
from rooms.models import Message, Room
from rooms.wire import message_wire, rooms_of
from talkwave.errors import Refused
from talkwave.realtime.publish import RoomEvent


def synced(user: User, room_id: object, version: int) -> dict[str, Any]:
    """The answer to `sync`: each message changed after `version` in its present state, at most a page.

    `reset` where too much has changed, or where the client is ahead of us: it holds another database's data.
    Raises Refused.
    """
    seat = access.room_for(user, room_id)
    room = seat.room
    answer: dict[str, Any] = {"type": "synced", "room": str(room.pk), "messages": [], "state": None,
                              "more": False, "reset": False}  # fmt: skip
    if version > room.version or room.version - version > settings.SYNC_RESET:
        return {**answer, "version": room.version, "reset": True, "state": _state(user, room)}
    changed = list(_changed(room, version)[: settings.SYNC_PAGE + 1])
    more = len(changed) > settings.SYNC_PAGE
    changed = changed[: settings.SYNC_PAGE]
    # Held once applied: all of it, or, with more to come, up to the last message of this page.
    held = changed[-1].version if more else room.version
    # With every page that may pass over a change of the room: the next answer can be older than what came meanwhile.
    if version < room.state_version:
        answer["state"] = _state(user, room)
    answer["messages"] = [message_wire(message, reader_id=user.pk) for message in changed]
    return {**answer, "version": held, "more": more}


def _state(user: User, room: Room) -> dict[str, Any] | None:
    mine = rooms_of(user, [room.pk])
    return mine[0] if mine else shared_room(room)


def _changed(room: Room, version: int) -> Any:
    changed = Message.objects.filter(room=room, version__gt=version, version__lte=room.version)
    return changed.for_wire().order_by("version")


def missed_events(room_id: int, version: int, most: int) -> tuple[int, list[RoomEvent]]:
    """For a hub that missed something: the room's version, and the events that lead there from `version`, ascending.

    An event superseded by a later change of the same message is not among them; nor is anything where more than
    `most` changed. Clients see the hole and `sync`.
    """
    room = Room.objects.filter(pk=room_id).first()
    if room is None or room.version <= version:
        return (room.version if room else version), []
    if room.version - version > most:
        return room.version, [room_state_event(room)._replace(version=room.version)]
    found = [message_event(message) for message in _changed(room, version)]
    if room.state_version > version:
        found.append(room_state_event(room))
    return room.version, sorted(found, key=lambda event: event.version)


def history(
    user: User,
    room_id: object,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int | None = None,
    view: str | None = None,
    thread: object = None,
) -> dict[str, Any]:
    """A page of messages by ascending seq: the newest, or those just before, after or around a seq. Raises Refused.

    `view` `room` leaves out the answers that stand only in a thread; `thread`, its root, leaves out all others.
    """
    if view not in (None, "room"):
        raise Refused("bad_request", _("A view is room, or not given."))
    if sum(point is not None for point in (before, after, around)) > 1:
        raise Refused("bad_request", _("Give one of before, after and around."))
    seat = access.room_for(user, room_id)
    limit = settings.PAGE_SIZE if limit is None else max(1, min(limit, settings.HISTORY_MAX))
    root = None if thread is None else access.parse_id(thread)
    messages = page(seat.room, before=before, after=after, around=around, limit=limit, view=view, thread=root)
    has_older, has_newer = beyond(seat.room, messages, view, root)
    return {
        "type": "history",
        "room": str(seat.room.pk),
        "version": seat.room.version,
        "messages": [message_wire(message, reader_id=user.pk) for message in messages],
        "has_older": has_older,
        "has_newer": has_newer,
        "last_seq": seat.room.last_seq,
    }


def beyond(room: Room, messages: list[Message], view: str | None, thread: int | None = None) -> tuple[bool, bool]:
    """Is there anything older, and newer, than this page? No question to the database where seqs say it."""
    if not messages:
        return False, False
    first, last = messages[0].seq, messages[-1].seq
    rows = Message.objects.filter(room=room).in_view(view, thread)
    every = view is None and thread is None
    # In order, so that PostgreSQL goes by the index to the next one. Asked whether there is any at all, it prefers to read
    # the table from its beginning once the statement is prepared: a tenth of a second in a room of a million.
    older = first > 1 and (every or any(rows.filter(seq__lt=first).order_by("-seq").values_list("seq")[:1]))
    newer = last < room.last_seq and (every or any(rows.filter(seq__gt=last).order_by("seq").values_list("seq")[:1]))
    return older, newer


def page(
    room: Room,
    *,
    before: int | None = None,
    after: int | None = None,
    around: int | None = None,
    limit: int,
    view: str | None = None,
    thread: int | None = None,
) -> list[Message]:
    """The rows of a page of history, ascending, with all that the wire needs. Access was checked by the caller."""
    rows = Message.objects.filter(room=room).in_view(view, thread).for_wire()
    if after is not None:
        return rows.after(after, limit)
    if around is not None:
        # Where the page begins, so that all of it, and what stands beside, is asked for once. The message itself opens
        # the second half.
        shown = Message.objects.filter(room=room, seq__lt=around).in_view(view, thread)
        older = shown.order_by("-seq").values_list("seq", flat=True)[: limit // 2]
        return rows.after(min(older, default=around) - 1, limit)
    return rows.before(2**62 if before is None else before, limit)
