"""Sending later: messages that wait for their time, and what the worker does when it has come."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, limits
from rooms.actions.attaching import leave_files, take_files
from rooms.actions.polls import asked
from rooms.actions.posting import post_message
from rooms.actions.reminders import require_ahead
from rooms.models import Attachment, Message, Room, Scheduled, ScheduledState
from rooms.text import clean, snippet
from rooms.wire import when
from talkwave.errors import Refused

log = logging.getLogger(__name__)

# Refusals that pass by themselves: it goes on waiting.
_PASSING = ("unavailable", "rate_limited")
_EXCERPT = 140


def schedule_message(
    actor: User,
    room_id: object,
    body: str,
    due_at: datetime,
    *,
    thread: object = None,
    in_room: bool = False,
    reply_to: object = None,
    attachments: Sequence[object] = (),
    poll: object = None,
    client_id: uuid.UUID | None = None,
) -> Scheduled:
    """A message to be sent to a room at that time, as if written then; `in_room`: of an answer in a thread, whether it
    stands in the room, too. Its files wait with it, and so do the answers of a `poll` (rooms.actions.polls.asked), which
    lasts from its sending on. The same `client_id` again gives the same row and no second. Raises Refused.

    Who may not post now may not leave words either; who may no longer when it is time is told then.
    """
    limits.spend(limits.keeping, actor)
    body = clean(body, may_be_empty=bool(attachments) and poll is None)
    waiting_poll = None if poll is None else asked(poll).given()
    seat = access.room_for(actor, room_id, to="post")
    root, answered = _in_room(actor, seat.room.pk, thread), _in_room(actor, seat.room.pk, reply_to)
    require_ahead(due_at)
    with transaction.atomic():
        row, made = Scheduled.objects.get_or_create(
            user=actor, client_id=client_id or uuid.uuid4(),
            defaults={
                "room": seat.room, "thread": root, "in_room": in_room and root is not None, "reply_to": answered,
                "body": body, "poll": waiting_poll, "due_at": due_at, "look_at": due_at,
            },
        )  # fmt: skip
        if not made:
            return row
        if Scheduled.objects.filter(user=actor).count() > settings.SCHEDULED_MAX:
            raise Refused(
                "conflict",
                _("%(most)d messages of yours wait to be sent, which is all there is room for.")
                % {"most": settings.SCHEDULED_MAX},
            )
        leave_files(attachments, row)
        _say_how_many(row)
    return row


def change_scheduled(
    actor: User,
    scheduled_id: object,
    *,
    body: str,
    due_at: datetime | None = None,
    without: Sequence[object] = (),
    options: Sequence[str] | None = None,
) -> Scheduled:
    """Other words, another time, fewer files (`without` these), or other answers of its poll (`options`); one that could
    not be sent waits again.

    Raises Refused.
    """
    limits.spend(limits.keeping, actor)
    body = clean(body, may_be_empty=True)
    unwanted = {access.parse_id(one) for one in without}
    if due_at is not None:
        require_ahead(due_at)
    with transaction.atomic():
        row = _own(actor, scheduled_id)
        _require_room(row)
        if due_at is None and row.state == ScheduledState.FAILED:
            raise Refused("bad_request", _("Choose a time at which to try again."))
        if unwanted:
            Attachment.objects.filter(scheduled=row, pk__in=unwanted).delete()
        if not body:
            # Files stand for themselves; without any, it says what is missing.
            clean(body, may_be_empty=row.poll is None and row.attachments.exists())
        row.body = body
        if row.poll is not None and options is not None:
            row.poll = asked(row.poll | {"options": list(options)}).given()
        if due_at is not None:
            row.due_at = row.look_at = due_at
            row.state, row.error = ScheduledState.WAITING, ""
        row.save(update_fields=["body", "poll", "due_at", "look_at", "state", "error"])
        _say_how_many(row)
    return row


def send_now(actor: User, scheduled_id: object) -> Message:
    """Sends at once what was to wait. Raises Refused, and it waits as before."""
    limits.spend(limits.posting, actor)
    with transaction.atomic():
        return _send(_own(actor, scheduled_id))


def remove_scheduled(actor: User, scheduled_id: object) -> None:
    """It is not sent. Raises Refused."""
    limits.spend(limits.keeping, actor)
    with transaction.atomic():
        row = _own(actor, scheduled_id)
        row.delete()
        _say_how_many(row)


def fail_those_for(room_id: int, message_ids: Sequence[int]) -> None:
    """What waits for a room that goes now, or answers one of these messages that do: its words stay, and its author is
    told. In the caller's transaction."""
    gone = Q(room=room_id) | Q(thread__in=message_ids) | Q(reply_to__in=message_ids)
    for row in Scheduled.objects.select_for_update(of=("self",)).filter(gone).select_related("user").order_by("pk"):
        with translation.override(row.user.language or settings.LANGUAGE_CODE):
            if row.room_id != room_id:
                detail = _("What this answers was deleted.")
            elif row.attachments.exists():
                detail = _("The room was deleted, and the files with it.")
            else:
                detail = _("The room was deleted.")
        if row.room_id == room_id:
            row.room = None
        row.thread = row.reply_to = None
        row.save(update_fields=["room", "thread", "reply_to"])
        _fail(row, detail)


def take_along(message_ids: Sequence[int], room: Room) -> None:
    """What waits to be sent in the threads of these messages goes with them to that room. In the caller's transaction."""
    waiting = Scheduled.objects.filter(thread__in=message_ids)
    if connection.features.has_select_for_update_skip_locked:
        # One that is being sent just now waits for the rooms that the caller holds: it finds its thread gone, and says so.
        waiting = waiting.select_for_update(skip_locked=True, of=("self",))
    rows = list(waiting.select_related("user"))
    Scheduled.objects.filter(pk__in=[row.pk for row in rows]).update(room=room)
    # Each person once, however much of theirs waits.
    for user, left in {(row.user, row.room_id) for row in rows}:
        events.scheduled_updated(user.pk, left, waiting_count(user.pk, left))
        if access.readable(user, [room]):
            events.scheduled_updated(user.pk, room.pk, waiting_count(user.pk, room.pk))


def send_due() -> bool:
    """The worker's part: sends the message that has waited longest past its time. True where there may be more.

    The message and the end of its row are one transaction: a worker killed in the middle has done neither, and the
    next one does both.
    """
    now = timezone.now()
    due = Scheduled.objects.filter(state=ScheduledState.WAITING, look_at__lte=now).order_by("look_at", "pk")
    # Asked before anything is begun: SQLite has one writer, and nothing is due at most moments.
    if not due.exists():
        return False
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        row = due.select_related("user").first()
        if row is None:
            return False
        if wait := limits.posting.take_here(row.user_id):
            _later(row, wait)
            return True
        try:
            with translation.override(row.user.language or settings.LANGUAGE_CODE), transaction.atomic():
                _send(row)
        except Refused as refusal:
            if refusal.code in _PASSING:
                _later(row, refusal.retry_after or settings.SCHEDULED_RETRY_SECONDS)
            else:
                _fail(row, str(refusal.detail))
        except Exception:
            # One that cannot be sent must not hold up the others; it is tried again.
            log.exception("scheduled message %d could not be sent", row.pk)
            _later(row, settings.SCHEDULED_RETRY_SECONDS)
    return True


def _send(row: Scheduled) -> Message:
    """Posts it and ends its row, inside the caller's transaction."""
    _require_room(row)
    try:
        access.room_for(row.user, row.room_id)
    except Refused as refusal:
        if refusal.code != "not_found":
            raise
        # They wrote it there themselves: that it exists is no news to them.
        raise Refused("not_found", _("You are no longer in this room.")) from None
    message = post_message(
        row.user,
        row.room_id,
        row.body,
        client_id=row.client_id,
        thread=row.thread_id,
        reply_to=row.reply_to_id,
        in_room=row.thread_id is None or row.in_room,
        attachments=take_files(row),
        poll=row.poll,
        reads=False,
    )
    Scheduled.objects.filter(pk=row.pk).delete()
    _say_how_many(row)
    return message


def _later(row: Scheduled, seconds: float) -> None:
    row.look_at = timezone.now() + timedelta(seconds=seconds)
    row.save(update_fields=["look_at"])


def _fail(row: Scheduled, detail: str) -> None:
    row.state, row.error = ScheduledState.FAILED, detail
    row.save(update_fields=["state", "error"])
    events.notification(row.user_id, _told(row))
    _say_how_many(row)


def failed_of(user: User, most: int = 5) -> list[dict[str, object]]:
    """Those that could not be sent, the latest first, as the notice shows them: for a page that was away."""
    failed = Scheduled.objects.filter(user=user, state=ScheduledState.FAILED).prefetch_related("attachments")
    return [_told(row) for row in failed.order_by("-due_at", "-pk")[:most]]


def waiting_count(user_id: int, room_id: int | None) -> int:
    """How many of theirs wait for their time in that room; what could not be sent is not sent later either."""
    return Scheduled.objects.filter(user=user_id, room=room_id).exclude(state=ScheduledState.FAILED).count()


def failed_count(user: User) -> int:
    """How many of theirs could not be sent."""
    return Scheduled.objects.filter(user=user, state=ScheduledState.FAILED).count()


def _told(row: Scheduled) -> dict[str, object]:
    return {
        "kind": "scheduled_failed",
        "id": str(row.pk),
        "room": row.room_id and str(row.room_id),
        "excerpt": snippet(row.body, _EXCERPT) or ", ".join(file.name for file in row.attachments.all()),
        "text": row.error,
        "due_at": when(row.due_at),
    }


def _say_how_many(row: Scheduled) -> None:
    events.scheduled_updated(row.user_id, row.room_id, waiting_count(row.user_id, row.room_id))


def _require_room(row: Scheduled) -> None:
    """There is still where to send it. Raises Refused."""
    if row.room_id is None:
        raise Refused(
            "conflict",
            _("The room this was for was deleted. Copy the words to send them elsewhere, then delete it here."),
        )


def _in_room(actor: User, room_id: int, message_id: object) -> Message | None:
    """The message that is answered, which stands in that room. Raises Refused."""
    if message_id in (None, ""):
        return None
    message, seat = access.message_for(actor, message_id)
    if seat.room.pk != room_id:
        raise access.not_found()
    return message


def _own(actor: User, scheduled_id: object) -> Scheduled:
    """Locked; one that the worker sends just now is gone by then."""
    found = Scheduled.objects.select_for_update(of=("self",)).filter(pk=access.parse_id(scheduled_id), user=actor)
    row = found.select_related("user").first()
    if row is None:
        raise access.not_found()
    return row
