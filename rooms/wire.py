"""Rooms and messages as the wire shows them (docs/protocol.md, "Objects")."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import F

from accounts.models import User
from accounts.wire import person
from rooms.models import Membership, Message, Room
from rooms.queries import direct_members, mentions_of_membership


@lru_cache(maxsize=256)  # the messages of a batch, and their acks, share their moment
def when(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, milliseconds: what JavaScript keeps."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message_wire(message: Message, *, reader_id: int | None = None, sender: User | None = None) -> dict[str, Any]:
    """A Message. The same for every member, but for `client_id`, which only its author is shown.

    Needs the prefetched `mentions`, and `sender` of the message or given.
    """
    gone = message.deleted_at is not None
    wire: dict[str, Any] = {
        "id": str(message.pk),
        "room": str(message.room_id),
        "seq": message.seq,
        "version": message.version,
        "kind": message.kind,
        "sender": person(sender or message.sender),
        "body": "" if gone else message.body,
        "html": "" if gone else message.html,
        "created_at": when(message.created_at),
        "edited_at": when(message.edited_at),
        "deleted": gone,
        "reply_to": None,
        "thread": None,
        "reactions": [],
        "attachments": [],
        "mentions": [] if gone else [str(mention.user_id) for mention in message.mentions.all()],
    }
    if message.system is not None:
        wire["system"] = message.system
    if reader_id is not None and reader_id == message.sender_id and message.client_id:
        wire["client_id"] = str(message.client_id)
    return wire


def room_wire(
    room: Room,
    membership: Membership | None,
    *,
    mentions: int = 0,
    members: list[User] | None = None,
) -> dict[str, Any]:
    """A Room as one member sees it; with no membership, as somebody who only looks at a public one.

    `mentions` counts the unread messages that name the reader; `members` are the people of a direct room.
    """
    read_seq = membership.read_seq if membership else room.last_seq
    wire: dict[str, Any] = {
        "id": str(room.pk),
        "name": room.name,
        "kind": room.kind,
        "topic": room.topic,
        "version": room.version,
        "last_seq": room.last_seq,
        "read_seq": read_seq,
        "unread": max(0, room.last_seq - read_seq),
        "mentions": mentions,
        "role": membership.role if membership else None,
        "notify": membership.notify if membership else None,
        "pinned": bool(membership and membership.pinned_at),
        "member_count": room.member_count,
        "archived": room.archived_at is not None,
        "last_message_at": when(room.last_message_at),
    }
    if members is not None:
        wire["members"] = [person(user) for user in members]
    return wire


def rooms_of(user: User, room_ids: list[int] | None = None) -> list[dict[str, Any]]:
    """The Rooms a person is in (or those of them in `room_ids`), the latest first; two queries, however many."""
    memberships = (
        Membership.objects.filter(user=user).select_related("room").annotate(mentions=mentions_of_membership())
    )
    if room_ids is not None:
        memberships = memberships.filter(room_id__in=room_ids)
    found = list(memberships.order_by(F("room__last_message_at").desc(nulls_last=True), "-room_id"))
    people: Mapping[int, list[User]] = direct_members([m.room_id for m in found if m.room.is_direct])
    return [
        room_wire(
            membership.room,
            membership,
            mentions=membership.mentions,
            members=people.get(membership.room_id) if membership.room.is_direct else None,
        )
        for membership in found
    ]
