"""For tests of what is sent later: its time has come, and what came of it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.scheduled import send_due
from rooms.models import Message, Scheduled
from rooms.wire import rooms_of
from talkwave.errors import Refused


def later(**more):
    return timezone.now() + timedelta(**(more or {"hours": 1}))


def is_due(*rows):
    past = timezone.now() - timedelta(seconds=1)
    Scheduled.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=past, look_at=past)


def work():
    while send_due():
        pass


def bodies():
    return list(Message.objects.order_by("pk").values_list("body", flat=True))


def code(call, *arguments, **more):
    with pytest.raises(Refused) as refusal:
        call(*arguments, **more)
    return refusal.value.code


def own_events(published):
    return [
        json.loads(envelope.message["json"]) for batch in published for envelope in batch if "json" in envelope.message
    ]


def notices(published):
    return [event for event in own_events(published) if event["type"] == "notification"]


def mark_of(user, room):
    (seen,) = rooms_of(user, [room.pk])
    return seen["read_seq"], seen["unread"], seen["mentions"]
