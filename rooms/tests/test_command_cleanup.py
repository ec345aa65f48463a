"""`manage.py cleanup`: what is old goes, what is young stays, and a dry run only counts."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.deletion import detach
from rooms.actions.posting import post_message
from rooms.models import DeletedText, Message, Room

pytestmark = pytest.mark.django_db


def cleanup(*arguments: str) -> str:
    out = StringIO()
    call_command("cleanup", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def deleted(room: Room, alice: Any) -> list[Message]:
    """Two deleted messages: the words of the first were kept for long, those of the second since today."""
    messages = [post_message(alice, room.pk, text) for text in ("old", "young")]
    for message in messages:
        delete_message(alice, message.pk)
    DeletedText.objects.filter(message=messages[0]).update(deleted_at=timezone.now() - timedelta(days=31))
    return messages


def test_words_of_messages_deleted_long_ago_go_and_the_tombstones_stay(deleted: list[Message]) -> None:
    assert "kept texts of deleted messages: 1 removed" in cleanup()
    assert DeletedText.objects.get().message == deleted[1]
    assert Message.objects.count() == 2
    assert "kept texts of deleted messages: 0 removed" in cleanup()


def test_how_long_words_are_kept_is_a_setting(deleted: list[Message], settings: Any) -> None:
    settings.DELETED_TEXT_DAYS = 60
    cleanup()
    assert DeletedText.objects.count() == 2


def test_the_rest_of_a_deleted_room_goes(room: Room, alice: Any) -> None:
    post_message(alice, room.pk, "hello")
    detach(Room.objects.get(pk=room.pk))
    assert "rests of deleted rooms: 1 removed" in cleanup()
    assert not Room.objects.exists() and not Message.objects.exists()


def test_sessions_that_have_expired_go() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    Session.objects.create(session_key="young", session_data="", expire_date=timezone.now() + timedelta(days=1))
    assert "expired sessions: 1 removed" in cleanup()
    assert Session.objects.get().session_key == "young"


def test_a_dry_run_says_the_same_and_changes_nothing(deleted: list[Message], room: Room) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    said = cleanup("--dry-run")
    assert "expired sessions: 1 would be removed" in said
    assert "kept texts of deleted messages: 1 would be removed" in said
    assert DeletedText.objects.count() == 2 and Session.objects.count() == 1
    assert said.replace("would be removed", "removed") == cleanup()


def test_it_works_with_redis_away(settings: Any) -> None:
    settings.REDIS_URLS = ["redis://127.0.0.1:1"]
    assert "Redis cannot be reached" in cleanup()


def test_it_works_with_no_redis_at_all(settings: Any) -> None:
    settings.REDIS_URLS = []
    assert "Redis" not in cleanup()
