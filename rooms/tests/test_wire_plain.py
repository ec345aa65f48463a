"""A plain message goes on the wire from a template: to the byte what encoding its object gives."""

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from rooms.events import message_event
from rooms.models import Message
from rooms.wire import message_wire
from talkwave.realtime.publish import encode

BODIES = ["hello", 'She said "no" \\ and left', "<b>&amp;</b>", "Grüße, 世界 🌊", "line\nline\ttab", "\u2028 %d %b {}"]


def encoded(message: Message, sender: User) -> bytes:
    return encode(
        {
            "type": "message.created",
            "room": str(message.room_id),
            "version": message.version,
            "message": message_wire(message, sender=sender),
        }
    )


@settings(deadline=None)
@given(
    body=st.sampled_from(BODIES) | st.text(st.characters(exclude_categories=["Cs"])),
    name=st.sampled_from(['Zoë "Z" O\'Hara', "%s", ""]),
    numbers=st.tuples(*[st.integers(1, 2**62)] * 5),
    client_id=st.none() | st.uuids(),
)
def test_a_plain_message_reads_as_its_object_does(
    body: str, name: str, numbers: tuple[int, ...], client_id: uuid.UUID | None
) -> None:
    pk, room_id, seq, version, sender_id = numbers
    sender = User(pk=sender_id, username="zoe", display_name=name, avatar_version=3)
    message = Message.new(
        room_id=room_id, seq=seq, version=version, sender_id=sender_id, client_id=client_id,
        body=body, html=f"<p>{body}</p>", created_at=datetime(2026, 11, 27, 12, 30, 1, 999999, tzinfo=UTC),
    )  # fmt: skip
    message.pk = pk
    assert message.plain
    event = message_event(message, sender)
    assert event.json == encoded(message, sender)
    assert event.client_id == (str(client_id) if client_id else None)
    assert event.version == version


def test_a_new_message_holds_what_the_model_gives_it() -> None:
    now = datetime.now(UTC)
    values = {
        "room_id": 1, "seq": 2, "version": 3, "sender_id": 4, "client_id": None, "body": "a", "html": "b", "created_at": now,
    }  # fmt: skip
    made, told = Message.new(**values), Message(**values)
    assert [getattr(made, field.attname) for field in Message._meta.concrete_fields] == [
        getattr(told, field.attname) for field in Message._meta.concrete_fields
    ]
    assert made._state.adding
    assert made.reply_to is None
    assert made.thread is None


@pytest.mark.parametrize("name", ["mentions", "attachments", "reactions", "previews"])
def test_what_stands_beside_a_message_ends_its_being_plain(name: str) -> None:
    message = Message.new(
        room_id=1, seq=2, version=3, sender_id=4, client_id=None, body="a", html="b", created_at=datetime.now(UTC)
    )
    message.adorn(name, [])
    assert not message.plain
