"""What the page of a room knows of pins and saved messages, and the sidebar of what waits. One query each."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.timesince import timeuntil

from accounts.models import User
from rooms.actions.reminders import due_count
from rooms.actions.saved import todo_count
from rooms.actions.scheduled import failed_count, waiting_count
from rooms.models import Pin, Room, Saved

register = template.Library()


@register.simple_tag
def pinned_in(room: Room) -> list[int]:
    """Numbers (`seq`) of the pinned messages of a room; its page is shown to who may read it."""
    return list(Pin.objects.filter(room=room).values_list("message__seq", flat=True))


@register.simple_tag
def saved_in(room: Room, reader: User) -> list[int]:
    """Ids of the messages in that room which the reader saved: all of them, for whatever part of it is scrolled to."""
    return list(Saved.objects.filter(user=reader, message__room=room).values_list("message_id", flat=True))


@register.simple_tag
def scheduled_in(room: Room, reader: User) -> int:
    """How much of the reader's waits to be sent there."""
    return waiting_count(reader.pk, room.pk)


@register.simple_tag
def kept_by(reader: User) -> dict[str, Any]:
    """How much waits in the reader's lists."""
    return {"todo": todo_count(reader), "due": due_count(reader)}


@register.simple_tag
def failed_by(reader: User) -> int:
    """How many of the reader's messages could not be sent."""
    return failed_count(reader)


@register.filter
def lasting(seconds: int) -> str:
    """So many seconds as people say it: "1 day"."""
    now = timezone.now()
    return timeuntil(now + timedelta(seconds=seconds), now)
