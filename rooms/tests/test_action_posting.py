"""Posting at a limit: what is refused is not stored, and what is stored is not refused."""

import pytest

from rooms import limits
from rooms.actions.posting import Draft, post_messages
from rooms.models import Message
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


def test_what_is_refused_is_not_stored_in_whatever_language_it_is_said(room, alice, monkeypatch):
    monkeypatch.setattr(limits.filling, "take_here", lambda room_id: 3.0)
    results = post_messages([Draft(alice.pk, room.pk, "too much", language=language) for language in ("en", "de", "")])
    assert [(result.code, result.retry_after) for result in results] == [("rate_limited", 3.0)] * 3
    assert results[0].detail != results[1].detail
    assert not Message.objects.exists()


def test_what_a_limit_grants_on_the_second_asking_is_stored_and_answered_so(room, alice, monkeypatch):
    waits = iter([0.001, 0.0])
    monkeypatch.setattr(limits.filling, "take_here", lambda room_id: next(waits))
    (result,) = post_messages([Draft(alice.pk, room.pk, "just in time", language="de")])
    assert not isinstance(result, Refused)
    assert Message.objects.get().pk == result.pk
