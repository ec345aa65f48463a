"""Moving messages: into a thread, out of one, to another room. They keep their ids, and so their permalinks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from rooms import access, events, limits
from rooms.access import Seat
from rooms.actions.answers import follow_named, recounted
from rooms.actions.calling import keep_calls
from rooms.actions.messages import changed, post_system
from rooms.actions.resettling import resettle
from rooms.models import Kind, Membership, Mention, Message, MessageKind, Room, Thread, ThreadFollow
from talkwave.errors import Refused


@dataclass
class Moved:
    """What was moved, and where it came from: `back` are the arguments of `move_messages` that move it back, one for
    each place; none where the person may not."""

    messages: list[Message]
    back: list[dict[str, Any]] = field(default_factory=list)


def move_messages(
    actor: User, message_ids: Sequence[object], *, room: object = None, thread: object = None, in_room: bool = False
) -> Moved:
    """Moves messages of one room: into the thread of the message `thread`, or to the room `room`, which may be the one
    they are in, for answers that leave their thread. `in_room`: in the thread they stand in the room as well. Raises
    Refused, and then moves none.

    A message that comes back to a room where it stood before takes its place there again.

    One's own by who may post there; others' by who holds `move`. To another room goes who may post in both. Out of a
    private room only its author takes a message, and nothing leaves or enters a direct conversation: those in it agreed
    to a private audience. The answers to a message go with it to another room, and are asked about like it.
    """
    ids = list(dict.fromkeys(access.parse_id(one) for one in message_ids))
    if not ids:
        raise Refused("bad_request", _("Choose a message to move."))
    _check_number(len(ids))
    limits.spend(limits.moving, actor, len(ids))
    first, _seat = access.message_for(actor, ids[0])
    source_id = first.room_id
    target_id = source_id if room is None else access.parse_id(room)
    if thread is not None:
        root, _seat = access.message_for(actor, thread)
        if root.room_id != source_id:
            raise _elsewhere()
    with transaction.atomic():
        rooms = {one.pk: one for one in Room.objects.locked({source_id, target_id})}
        seat = access.room_for(actor, source_id)._replace(room=rooms[source_id])
        messages = _chosen(ids, source_id)
        _check_right(actor, seat, messages)
        if thread is not None:
            return _into_thread(actor, seat.room, messages, access.parse_id(thread), in_room=in_room)
        if target_id == source_id:
            return _out_of_threads(actor, seat.room, messages)
        if target_id not in rooms:
            raise access.not_found()
        goal = access.room_for(actor, target_id, to="post")._replace(room=rooms[target_id])
        return _to_room(actor, seat, goal, messages)


def _elsewhere() -> Refused:
    return Refused("bad_request", _("A thread takes messages of its own room. Move it to that room first."))


def _check_number(n: int) -> None:
    most = settings.MOVE_MAX
    if n > most:
        words = ngettext("At most %(n)d message is moved at once.", "At most %(n)d messages are moved at once.", most)
        raise Refused("bad_request", words % {"n": most})


def _chosen(ids: Sequence[int], room_id: int) -> list[Message]:
    """The messages in their order, all of that room, all there."""
    found = list(Message.objects.filter(pk__in=ids, room=room_id).select_related("thread_state").order_by("seq"))
    if len(found) < len(ids):
        raise access.not_found()
    for message in found:
        if message.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("A line of the room itself stays where it is."))
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
    return found


def _check_right(actor: User, seat: Seat, messages: Iterable[Message]) -> None:
    for message in messages:
        access.check(seat, "post" if message.sender_id == actor.pk else "move")


def _into_thread(actor: User, room: Room, messages: list[Message], thread_id: int, *, in_room: bool) -> Moved:
    answered = Message.objects.select_related("thread_state").get(pk=thread_id)
    root_id = answered.thread_id or answered.pk
    root = Message.objects.select_related("thread_state").get(pk=root_id)
    # Asked before the rooms were locked, too; meanwhile it may have gone.
    if root.room_id != room.pk or answered.room_id != room.pk:
        raise _elsewhere()
    if root.kind != MessageKind.TEXT:
        raise Refused("bad_request", _("A line of the room itself cannot be answered."))
    if root.deleted_at is not None and getattr(root, "thread_state", None) is None:
        raise Refused("conflict", access.deleted_detail())
    moving = [message for message in messages if message.thread_id != root_id]
    if any(message.pk == root_id for message in moving):
        raise Refused("conflict", _("A message cannot be moved into its own thread."))
    for message in moving:
        state = getattr(message, "thread_state", None)
        if state is not None and state.count:
            raise Refused("conflict", _("A message that has a thread of its own cannot be moved into another one."))
    back = _back(moving)
    for message in moving:
        Thread.objects.filter(pk=message.pk, count=0).delete()
    left = _regroup(room, moving, root_id, in_room=in_room)
    # Who said something in a thread follows it, and so does who is named there.
    state, _made = Thread.objects.get_or_create(root_id=root_id, defaults={"room": room})
    followers = {message.sender_id: message.seq for message in moving}
    ThreadFollow.objects.bulk_create(
        [ThreadFollow(thread=state, user_id=user_id, read_seq=seq) for user_id, seq in followers.items()]
        + ([ThreadFollow(thread=state, user_id=root.sender_id)] if root.sender_id not in followers else []),
        ignore_conflicts=True,
    )
    _follow_named(moving)
    for touched in [*left, root_id] if moving else []:
        recounted(touched, room)
    _note(room, actor, "thread_in", "thread_out", moving)
    return Moved(moving, back)


def _follow_named(messages: Iterable[Message]) -> None:
    """Whom these messages name follow the threads they stand in now."""
    answers = {message.pk: message for message in messages if message.thread_id is not None}
    called: dict[tuple[int, int], int] = {}
    # Of those who are in the room: the others hear nothing of it.
    named = Mention.objects.filter(message__in=answers, room__memberships__user=F("user")).order_by("seq")
    for message_id, user_id in named.values_list("message", "user"):
        called.setdefault((answers[message_id].thread_id or 0, user_id), answers[message_id].seq)
    follow_named(called)


def _out_of_threads(actor: User, room: Room, messages: list[Message]) -> Moved:
    moving = [message for message in messages if message.thread_id is not None]
    back = _back(moving)
    left = _regroup(room, moving, None, in_room=True)
    for root_id in left:
        recounted(root_id, room)
    _note(room, actor, "thread_out", "thread_in", moving)
    return Moved(moving, back)


def _back(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """How to move messages back within their room."""
    places: dict[tuple[int | None, bool], list[int]] = {}
    for message in messages:
        places.setdefault((message.thread_id, message.in_room), []).append(message.pk)
    room_id = next((message.room_id for message in messages), None)
    return [
        {"message_ids": ids, "room": room_id}
        if root_id is None
        else {"message_ids": ids, "thread": root_id, "in_room": in_room}
        for (root_id, in_room), ids in places.items()
    ]


def _regroup(room: Room, messages: Iterable[Message], root_id: int | None, *, in_room: bool) -> list[int]:
    """The messages stand in another thread of their room, or in none; gives the threads they left, to be counted."""
    left: dict[int, None] = {}
    for message in messages:
        if message.thread_id is not None:
            left[message.thread_id] = None
        message.thread_id, message.in_room = root_id, in_room
        changed(message, room, "thread", "in_room")
    return list(left)


def _note(room: Room, actor: User, event: str, opposite: str, messages: Sequence[Message]) -> None:
    """Says so in the room. What is taken back before anything else was said needs no line, and its own goes."""
    if not messages:
        return
    many = "" if len(messages) == 1 else "_many"
    moved = {"messages": [str(message.pk) for message in messages], **({"n": len(messages)} if many else {})}
    last = Message.objects.filter(room=room, seq=room.last_seq, kind=MessageKind.SYSTEM, sender=actor).first()
    if last and last.system == {"event": opposite + many, **moved}:
        last.in_room = False
        changed(last, room, "in_room")
    else:
        post_system(room, actor, {"event": event + many, **moved})


def _to_room(actor: User, seat: Seat, goal: Seat, messages: list[Message]) -> Moved:
    source, target = seat.room, goal.room
    if Kind.DIRECT in (source.kind, target.kind):
        raise Refused("forbidden", _("What is said in a direct conversation stays there, and nothing is moved in."))
    roots = [message.pk for message in messages]
    answers = Message.objects.filter(thread__in=roots, kind=MessageKind.TEXT).exclude(pk__in=roots).order_by("seq")
    moving = sorted([*messages, *answers], key=lambda message: message.seq)
    _check_number(len(moving))
    spoken = [message for message in moving if message.deleted_at is None]
    _check_right(actor, seat, spoken)
    if source.kind == Kind.PRIVATE and any(message.sender_id != actor.pk for message in spoken):
        raise Refused("forbidden", _("Out of a private room only its author can move a message."))
    own = all(message.sender_id == actor.pk for message in spoken)
    may_return = target.kind == Kind.PUBLIC or own
    back = [{"message_ids": roots, "room": source.pk}] if may_return and (own or "move" in goal.may) else []
    caught_up = target.last_seq
    keep_calls(moving, target)
    notes, left, joined = resettle(actor, source, target, moving)
    _follow_named(message for message in moving if message.thread_id in joined)
    for root_id in left:
        recounted(root_id, source)
    source.save(update_fields=["version"])
    target.save(update_fields=["last_seq", "version", "last_message_at"])
    # In order of version, which is that of their numbers only where none goes back to its place.
    shown = list(Message.objects.for_wire().filter(pk__in=[message.pk for message in moving]).order_by("version"))
    events.messages_changed([*(note.unadorned() for note in notes), *shown])
    for root_id in joined:
        recounted(root_id, target)
    # Who moved them has read them, unless there is something unread before.
    mine = Membership.objects.filter(room=target, user=actor, read_seq=caught_up)
    if target.last_seq > caught_up and mine.update(read_seq=target.last_seq):
        events.read_updated(actor.pk, target.pk, target.last_seq, 0, 0, target.last_seq)
    return Moved(shown, back)
