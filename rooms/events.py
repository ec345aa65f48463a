"""What goes on the wire when something changed: each function builds one event and hands it to publish."""

from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import User
from accounts.wire import person
from rooms.models import Membership, Message, Room
from rooms.wire import message_wire, plain_created, room_wire
from talkwave.realtime import publish
from talkwave.realtime.publish import RoomEvent


def message_event(message: Message, sender: User | None = None) -> RoomEvent:
    """The durable event of a message's present state: `message.created` where it never changed.

    `sender` saves fetching them, where the caller has looked at them in this transaction.
    """
    client_id = str(message.client_id) if message.client_id else None
    if message.plain:
        json = plain_created(message, sender or message.sender)
        return RoomEvent(message.version, json, message.sender_id, client_id)
    kind = "message.created" if message.changes == 1 else "message.updated"
    # `message` comes last: publish.RoomEvent says why.
    json = publish.encode(
        {
            "type": kind,
            "room": str(message.room_id),
            "version": message.version,
            "message": message_wire(message, sender=sender),
        }
    )
    return RoomEvent(message.version, json, message.sender_id, client_id)


def messages_changed(messages: Iterable[Message], senders: Mapping[int, User] | None = None) -> None:
    """`message.created` or `message.updated` for each, one envelope a room. `senders`: as `message_event`'s, by id."""
    batches: dict[int, list[RoomEvent]] = {}
    for message in messages:
        event = message_event(message, senders.get(message.sender_id) if senders else None)
        batches.setdefault(message.room_id, []).append(event)
    publish.room_events(batches)


def shared_room(room: Room) -> dict[str, Any]:
    """The Room without what depends on who reads it: for events that go to all its members."""
    personal = ("read_seq", "unread", "mentions", "threads", "role", "notify", "pinned")
    return {key: value for key, value in room_wire(room, None).items() if key not in personal}


def room_state_event(room: Room) -> RoomEvent:
    """`room.updated` at the room's state version."""
    json = publish.encode(
        {"type": "room.updated", "room": str(room.pk), "version": room.state_version, "state": shared_room(room)}
    )
    return RoomEvent(room.state_version, json)


def room_updated(room: Room) -> None:
    """Name, topic, or archived: the Room again, to everybody in it."""
    publish.room_events({room.pk: [room_state_event(room)]})


def _member(kind: str, room: Room, user: User, role: str, *, leaver: int | None = None, **more: str) -> None:
    event = {
        "type": kind,
        "room": str(room.pk),
        "version": room.state_version,
        "member": {**person(user), "role": role},
        "member_count": room.member_count,
        **more,
    }
    publish.room_event(room.pk, room.state_version, event, leaver_id=leaver)


def member_joined(room: Room, user: User, membership: Membership, *, members: list[User] | None = None) -> None:
    """To the room; and to the new member the Room itself, whose events follow. `members`: of a direct room."""
    _member("member.joined", room, user, membership.role)
    room_opened(room, membership, members=members)


def draft_updated(user_id: int, draft: Mapping[str, object]) -> None:
    """To all devices of whoever writes it. Within a field of its own: `room` and `version` at the top mean a durable event."""
    publish.user_event(user_id, {"type": "draft.updated", "draft": draft})


def room_opened(room: Room, membership: Membership, *, members: list[User] | None = None) -> None:
    """To one member, the Room, whose events follow: of a room just made, which nobody hears yet, all there is to say."""
    publish.subscribe(membership.user_id, room.pk, room.version)
    publish.user_event(
        membership.user_id, {"type": "room.joined", "room": room_wire(room, membership, members=members)}
    )


def member_left(room: Room, user: User, role: str, *, reason: str) -> None:
    """To the room; and to the one who left or was removed, who hears nothing more of it. `reason`: left, removed."""
    _member("member.left", room, user, role, leaver=user.pk, reason=reason)
    publish.unsubscribe(user.pk, room.pk, reason)


def member_updated(room: Room, user: User, membership: Membership) -> None:
    """A role changed."""
    _member("member.updated", room, user, membership.role)


def room_deleted(room_id: int, user_ids: Iterable[int]) -> None:
    """To everybody who was in it."""
    for user_id in user_ids:
        publish.unsubscribe(user_id, room_id, "deleted")


def room_preferences(user_id: int, room: dict[str, Any]) -> None:
    """The reader's own settings of a room changed (notify, pinned): `room.joined` again, to their sockets."""
    publish.user_event(user_id, {"type": "room.joined", "room": room})


def read_updated(
    user_id: int, room_id: int, read_seq: int, unread: int, mentions: int, last_seq: int, *, back: bool = False
) -> None:
    """How far somebody has read, to their own sockets; counted up to `last_seq`. `back`: they chose so, though the mark
    may go back."""
    event = {"type": "read.updated", "room": str(room_id), "read_seq": read_seq, "unread": unread,
             "mentions": mentions, "last_seq": last_seq}  # fmt: skip
    publish.user_event(user_id, {**event, "back": True} if back else event)


def reaction_mine(user_id: int, message_id: int, emoji: str, *, mine: bool) -> None:
    """Somebody reacted, or took it back, where a message names no more than the first of those who did."""
    publish.user_event(
        user_id, {"type": "reaction.mine", "message": str(message_id), "emoji": emoji, "mine": mine}
    )  # fmt: skip


def poll_mine(user_id: int, message_id: int, option_ids: Iterable[int]) -> None:
    """What somebody chose in a poll, to their own pages: an anonymous one tells it nobody else."""
    options = [str(pk) for pk in sorted(option_ids)]
    publish.user_event(user_id, {"type": "poll.mine", "message": str(message_id), "options": options})


def saved_updated(user_id: int, message_id: int, state: str | None, todo: int) -> None:
    """Somebody's own list of saved messages changed: `state` todo, done, or None for one taken off it."""
    publish.user_event(user_id, {"type": "saved.updated", "message": str(message_id), "state": state, "todo": todo})


def reminders_updated(user_id: int, due: int) -> None:
    """Somebody's own reminders changed: `due` are due and not done."""
    publish.user_event(user_id, {"type": "reminders.updated", "due": due})


def scheduled_updated(user_id: int, room_id: int | None, count: int) -> None:
    """What somebody left to be sent later changed: `count` of them wait for that room; None: for one that was deleted."""
    publish.user_event(user_id, {"type": "scheduled.updated", "room": room_id and str(room_id), "count": count})


def notification(user_id: int, told: Mapping[str, object]) -> None:
    """Something for one person, on all their sockets; `kind` says what."""
    publish.user_event(user_id, {"type": "notification", **told})


def typing(room_id: int, user: User) -> None:
    """Somebody writes; may be lost."""
    publish.room_hint(
        room_id,
        {"type": "typing", "room": str(room_id), "user": str(user.pk), "display_name": user.name},
        except_user=user.pk,
    )
