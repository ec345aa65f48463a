"""`kill -9` in the middle of what the worker does for reminders and for messages sent later: nothing twice, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.reminders import add_reminder, tell_of_due
from rooms.actions.scheduled import schedule_message, send_due
from rooms.models import Message, Reminder, Room, Scheduled
from talkwave.testing_servers import ROOT

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

# A worker of its own that is killed at the moment named by `dies`.
WORKER = """
import os, signal, django
django.setup()
from rooms import events
from rooms.actions import {module}
from talkwave.realtime import publish
def die(*arguments, **more):
    os.kill(os.getpid(), signal.SIGKILL)
{dies} = die
{module}.{chore}()
"""
BEFORE_COMMIT = {"scheduled": "events.scheduled_updated", "reminders": "events.notification"}
AFTER_COMMIT = "publish._send"


def die_doing(module, chore, dies):
    script = WORKER.format(module=module, chore=chore, dies=dies)
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "talkwave.test_settings"}
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environ, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL


def is_due(row, **fields):
    type(row).objects.filter(pk=row.pk).update(
        **dict.fromkeys(fields or {"due_at": 1}, timezone.now() - timedelta(seconds=1))
    )


def until(holds):
    """PostgreSQL lets go of what a killed worker held once it notices."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_killed_before_it_is_done_a_message_is_sent_by_the_next_worker_once(room, alice):
    row = schedule_message(alice, room.pk, "good morning", timezone.now() + timedelta(hours=1))
    is_due(row, due_at=1, look_at=1)
    die_doing("scheduled", "send_due", BEFORE_COMMIT["scheduled"])
    assert (Message.objects.count(), Room.objects.get().last_seq, Scheduled.objects.count()) == (0, 0, 1)
    until(lambda: send_due() or not Scheduled.objects.exists())
    send_due()
    message = Message.objects.get()
    assert (message.body, message.client_id, message.seq) == ("good morning", row.client_id, 1)
    assert not Scheduled.objects.exists()


def test_killed_once_it_is_done_a_message_is_not_sent_again(room, alice):
    row = schedule_message(alice, room.pk, "good morning", timezone.now() + timedelta(hours=1))
    is_due(row, due_at=1, look_at=1)
    die_doing("scheduled", "send_due", AFTER_COMMIT)
    assert send_due() is False
    assert Message.objects.get().body == "good morning" and not Scheduled.objects.exists()


def test_killed_while_it_tells_of_a_reminder_the_next_worker_tells(alice, published):
    reminder = add_reminder(alice, "call Olga", timezone.now() + timedelta(hours=1))
    is_due(reminder)
    die_doing("reminders", "tell_of_due", BEFORE_COMMIT["reminders"])
    assert Reminder.objects.get().told_at is None
    published.clear()
    tell_of_due()
    assert Reminder.objects.get().told_at is not None and len(published) == 2
    tell_of_due()
    assert len(published) == 2
