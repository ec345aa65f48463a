"""Rooms and messages as the wire shows them (docs/protocol.md, "Objects")."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.db.models import F

from accounts.models import User
from accounts.wire import person
from rooms.files.wire import file_wire
from rooms.models import Membership, Message, Room
from rooms.models.reactions import own_emoji_url
from rooms.previews.wire import preview_wire
from rooms.queries import ASIDE_OF_MEMBERSHIP, MENTIONS_OF_MEMBERSHIP, direct_members, unread_threads
from rooms.text import snippet

# Characters of the message that an inline reply quotes.
QUOTE_LENGTH = 140


@lru_cache(maxsize=256)  # the messages of a batch, and their acks, share their moment
def when(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC, milliseconds: what JavaScript keeps."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message_wire(message: Message, *, reader_id: int | None = None, sender: User | None = None) -> dict[str, Any]:
    """A Message. The same for every member, but for `client_id`, which only its author is shown.

    Of a message that comes from `Message.objects.for_wire()`, or that is `unadorned`. `sender` may be given.
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
        "moved_at": when(message.moved_at),
        "edited_at": when(message.edited_at),
        "deleted": gone,
        "reply_to": str(message.reply_to_id) if _answered(message) else None,
        "quote": None if gone else quote_of(message),
        "thread_root": str(message.thread_id) if message.thread_id else None,
        "in_room": message.in_room,
        "thread": thread_of(message),
        "reactions": [] if gone else reactions_of(message),
        "attachments": [] if gone else attachments_of(message),
        "previews": [] if gone else previews_of(message),
        "poll": None if gone else poll_of(message),
        "pinned": None if gone else pin_of(message),
        "forward": None if gone else message.forward,
        "mentions": [] if gone else [str(mention.user_id) for mention in message.beside("mentions")],
        "mentions_all": None if gone else message.mentions_all or None,
    }
    if message.system is not None and not gone:
        wire["system"] = message.system
    if reader_id is not None and reader_id == message.sender_id and message.client_id:
        wire["client_id"] = str(message.client_id)
    return wire


def plain_created(message: Message, sender: User) -> bytes:
    """The JSON of a `message.created` whose message is `plain`: as encoding its `message_wire` gives, in a sixth of the time.

    Nearly every message is one; and nearly all of what the wire says of it is that nothing stands beside it.
    """
    return (
        b'{"type":"message.created","room":"%d","version":%d,"message":{"id":"%d","room":"%d","seq":%d,"version":%d,'
        b'"kind":"text","sender":%b,"body":%b,"html":%b,"created_at":"%b",%b}}'
        % (
            message.room_id,
            message.version,
            message.id,
            message.room_id,
            message.seq,
            message.version,
            orjson.dumps(person(sender)),
            orjson.dumps(message.body),
            orjson.dumps(message.html),
            (when(message.created_at) or "").encode(),
            _plain_rest(),
        )
    )


@lru_cache(maxsize=1)
def _plain_rest() -> bytes:
    """What follows `created_at`, the same of every plain message."""
    now = datetime.now(UTC)
    message = Message.new(room_id=1, seq=1, version=1, sender_id=1, client_id=None, body="", html="", created_at=now)
    wire = message_wire(message, sender=User(pk=1))
    keys = list(wire)
    return orjson.dumps({key: wire[key] for key in keys[keys.index("created_at") + 1 :]})[1:-1]


def quote_of(message: Message) -> dict[str, Any] | None:
    """Of an inline reply: what it answers, as it is now, in a line."""
    quoted = _answered(message)
    if quoted is None:
        return None
    gone = quoted.deleted_at is not None
    return {
        "id": str(quoted.pk),
        "seq": quoted.seq,
        "sender": person(quoted.sender),
        "excerpt": "" if gone else beginning(quoted, QUOTE_LENGTH),
        "deleted": gone,
    }


def beginning(message: Message, length: int) -> str:
    """How a message begins, in a line; files that stand for themselves are told by their names, and are fetched with it."""
    return snippet(message.body, length) or snippet(
        ", ".join(file.name for file in message.beside("attachments")), length
    )


def _answered(message: Message) -> Message | None:
    """What it answers in line. Where one of the two was moved to another room nothing is told of the other: not
    everybody here may see it."""
    quoted = message.reply_to
    return quoted if quoted is not None and quoted.room_id == message.room_id else None


def thread_of(message: Message) -> dict[str, Any] | None:
    """Of a message that was answered in a thread: how often, when last, and by whom last."""
    state = message.beside("thread_state")
    if state is None or not state.count:
        return None
    return {
        "count": state.count,
        "last_at": when(state.last_at),
        "last_seq": state.last_seq,
        "people": [str(pk) for pk in state.people],
    }


def reactions_of(message: Message) -> list[dict[str, Any]]:
    """How people reacted: each emoji once, in the order they came. Of one of the community's own, its picture.

    Named are the first NAMED_MAX of each (`Message.objects.for_wire()`): every member gets this again with every
    reaction.
    """
    kinds: dict[str, dict[str, Any]] = {}
    for row in message.beside("reactions"):
        kind = kinds.setdefault(row.emoji, {"emoji": row.emoji, "count": row.total, "users": []})
        if row.picture:
            kind["url"] = own_emoji_url(row.picture)
        kind["users"].append(str(row.user_id))
    return list(kinds.values())


def attachments_of(message: Message) -> list[dict[str, Any]]:
    """The files that were sent with it, in its order."""
    return [file_wire(file) for file in message.beside("attachments")]


def previews_of(message: Message) -> list[dict[str, Any]]:
    """What its links lead to: a card for each that had something to show, and that nobody removed."""
    if not settings.LINK_PREVIEWS:
        return []
    return [preview_wire(preview) for preview in message.beside("previews") if preview.is_shown]


def poll_of(message: Message) -> dict[str, Any] | None:
    """The answers to the question it asks, and how people voted; of an anonymous one, not who."""
    poll = message.beside("poll")
    if poll is None:
        return None
    options = list(poll.options.all())
    return {
        "options": [
            {
                "id": str(option.pk),
                "text": option.text,
                "count": option.chosen,
                "users": [] if poll.anonymous else [str(vote.user_id) for vote in option.votes.all()],
            }
            for option in options
        ],
        "voters": options[0].voters if poll.multiple else sum(option.chosen for option in options),
        "multiple": poll.multiple,
        "anonymous": poll.anonymous,
        "closes_at": when(poll.closes_at),
        "closed": poll.is_closed,
    }


def pin_of(message: Message) -> dict[str, Any] | None:
    """Who pinned it, and when."""
    pin = message.beside("pin")
    return None if pin is None else {"by": person(pin.by), "at": when(pin.at)}


def room_wire(
    room: Room,
    membership: Membership | None,
    *,
    mentions: int = 0,
    aside: int = 0,
    threads: int = 0,
    members: list[User] | None = None,
) -> dict[str, Any]:
    """A Room as one member sees it; with no membership, as somebody who only looks at a public one.

    `mentions` counts the unread messages that name the reader; `aside` those after the mark that make no room unread:
    system lines, what was deleted, and what stands only in a thread; `threads` those the reader follows that have unread
    answers. `members` are the people of a direct room.
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
        "unread": max(0, room.last_seq - read_seq - aside),
        "mentions": mentions,
        "threads": threads,
        "role": membership.role if membership else None,
        "notify": membership.notify if membership else None,
        "pinned": bool(membership and membership.pinned_at),
        "member_count": room.member_count,
        "archived": room.archived_at is not None,
        "previews": settings.LINK_PREVIEWS and room.previews_off_at is None,
        "last_message_at": when(room.last_message_at),
    }
    if members is not None:
        wire["members"] = [person(user) for user in members]
    return wire


def rooms_of(user: User, room_ids: list[int] | None = None) -> list[dict[str, Any]]:
    """The Rooms a person is in (or those of them in `room_ids`), the latest first; three queries, however many."""
    memberships = (
        Membership.objects.filter(user=user)
        .select_related("room")
        .annotate(mentions=MENTIONS_OF_MEMBERSHIP, aside=ASIDE_OF_MEMBERSHIP)
    )
    if room_ids is not None:
        memberships = memberships.filter(room_id__in=room_ids)
    found = list(memberships.order_by(F("room__last_message_at").desc(nulls_last=True), "-room_id"))
    threads = unread_threads(user)
    people: Mapping[int, list[User]] = direct_members([m.room_id for m in found if m.room.is_direct])
    return [
        room_wire(
            membership.room,
            membership,
            mentions=membership.mentions,
            aside=membership.aside,
            threads=threads.get(membership.room_id, 0),
            members=people.get(membership.room_id) if membership.room.is_direct else None,
        )
        for membership in found
    ]
