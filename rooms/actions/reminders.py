"""Reminders: a person is told of something at its time, and it stays until they say it is done."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rooms import access, events, limits
from rooms.models import Message, MessageKind, Reminder
from rooms.text import snippet
from rooms.wire import when
from talkwave.errors import Refused

# Taken in one go of the chore.
_BATCH = 100
# Of the message, in the notice.
_EXCERPT = 140
# Due ones that a page which was away asks for: the newest stands, and says how many wait behind it.
_DUE_MOST = 20


def add_reminder(actor: User, text: str, due_at: datetime, message_id: object = None) -> Reminder:
    """Reminds the actor at that time, of their own words, of a message they can see, or of both; asked twice is once.
    Raises Refused."""
    limits.spend(limits.keeping, actor)
    text = _tidy(text)
    message = None
    if message_id is not None:
        message, _seat = access.message_for(actor, message_id)
        if message.deleted_at is not None:
            raise Refused("conflict", access.deleted_detail())
        if message.kind != MessageKind.TEXT:
            raise Refused("bad_request", _("Choose a message that somebody wrote."))
    elif not text:
        raise Refused("bad_request", _("Say what you want to be reminded of."))
    require_ahead(due_at)
    with transaction.atomic():
        waiting = Reminder.objects.filter(user=actor, done_at=None)
        # Asked again, where the first answer was lost.
        if same := waiting.filter(message=message, text=text, due_at=due_at).first():
            return same
        if waiting.count() >= settings.REMINDERS_MAX:
            raise Refused(
                "conflict",
                _("You have %(most)d reminders, which is all there is room for. Finish some first.")
                % {"most": settings.REMINDERS_MAX},
            )
        reminder = Reminder.objects.create(user=actor, message=message, text=text, due_at=due_at)
        _say_counts(actor)
    return reminder


def finish_reminder(actor: User, reminder_id: object) -> Reminder:
    """It is done; twice is once. Raises Refused."""
    limits.spend(limits.keeping, actor)
    with transaction.atomic():
        reminder = _own(actor, reminder_id)
        if reminder.done_at is None:
            reminder.done_at = timezone.now()
            reminder.save(update_fields=["done_at"])
            _say_counts(actor)
    return reminder


def put_off_reminder(actor: User, reminder_id: object, due_at: datetime) -> Reminder:
    """Tells again at another time; one that was done waits again. Raises Refused."""
    limits.spend(limits.keeping, actor)
    require_ahead(due_at)
    with transaction.atomic():
        reminder = _own(actor, reminder_id)
        reminder.due_at, reminder.told_at, reminder.done_at = due_at, None, None
        reminder.save(update_fields=["due_at", "told_at", "done_at"])
        _say_counts(actor)
    return reminder


def remove_reminder(actor: User, reminder_id: object) -> None:
    """As if it had never been. Raises Refused."""
    limits.spend(limits.keeping, actor)
    with transaction.atomic():
        _own(actor, reminder_id).delete()
        _say_counts(actor)


def due_count(user: User) -> int:
    """How many reminders are due and not done."""
    return Reminder.objects.filter(user=user, done_at=None, due_at__lte=timezone.now()).count()


def due_of(user: User, most: int = _DUE_MOST) -> list[dict[str, object]]:
    """The due ones that are not done, the latest first, as the notice shows them: for a page that was away."""
    due = Reminder.objects.filter(user=user, done_at=None, due_at__lte=timezone.now())
    return [told(user, reminder) for reminder in due.select_related("message__sender").order_by("-due_at")[:most]]


def told(user: User, reminder: Reminder) -> dict[str, object]:
    """What a notice of a reminder says. Of its message only what the person may see now."""
    message = visible(user, reminder.message)
    return {
        "kind": "reminder",
        "id": str(reminder.pk),
        "text": reminder.text,
        "due_at": when(reminder.due_at),
        "message": str(message.pk) if message else None,
        "room": str(message.room_id) if message else None,
        "excerpt": snippet(message.body, _EXCERPT) if message else "",
        "author": message.sender.name if message else "",
    }


def visible(user: User, message: Message | None) -> Message | None:
    """The message, where the person may see it now and it is not deleted."""
    if message is None or message.deleted_at is not None:
        return None
    try:
        return access.message_for(user, message.pk)[0]
    except Refused:
        return None


def tell_of_due() -> bool:
    """The worker's part: the pages of each person whose reminder is due are told, once. True where there may be more.

    Nothing depends on their hearing it: what is due and not done is counted and listed until they say it is.
    """
    now = timezone.now()
    due = Reminder.objects.filter(done_at=None, told_at=None, due_at__lte=now)
    found = list(due.select_related("user", "message__sender").order_by("due_at")[:_BATCH])
    for reminder in found:
        with transaction.atomic():
            # Of two workers that found it, one changes the row.
            mine = Reminder.objects.filter(pk=reminder.pk, told_at=None, done_at=None, due_at=reminder.due_at)
            if mine.update(told_at=now) and reminder.user.can_take_part:
                events.notification(reminder.user_id, told(reminder.user, reminder))
                _say_counts(reminder.user)
    return len(found) == _BATCH


def require_ahead(due_at: datetime) -> None:
    """A time to come, and not too far. Raises Refused."""
    now = timezone.now()
    if due_at <= now:
        raise Refused("bad_request", _("That time is over. Choose one that is still to come."))
    if due_at > now + timedelta(days=settings.LATER_MAX_DAYS):
        raise Refused("bad_request", _("That is more than a year away. Choose an earlier time."))


def _tidy(text: str) -> str:
    text = text.strip()
    if "\x00" in text:
        raise Refused("bad_request", _("This holds a character that cannot be stored. Remove it and try again."))
    if len(text) > settings.REMINDER_MAX_LENGTH:
        raise Refused(
            "too_long",
            _("A reminder has at most %(most)d characters.") % {"most": settings.REMINDER_MAX_LENGTH},
        )
    return text


def _own(actor: User, reminder_id: object) -> Reminder:
    reminder = Reminder.objects.filter(pk=access.parse_id(reminder_id), user=actor).first()
    if reminder is None:
        raise access.not_found()
    return reminder


def _say_counts(user: User) -> None:
    events.reminders_updated(user.pk, due_count(user))
