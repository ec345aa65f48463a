"""Files with messages over a socket: seen by the room, once, and by nobody else."""

import uuid

import pytest

from rooms.consistency import problems
from rooms.models import Attachment, Message


def say(client, room, body, **more):
    return client.ask(type="message.send", room=str(room.pk), body=body, client_id=str(uuid.uuid4()), **more)


@pytest.fixture
def file(transactional_db, room, alice):
    """A file of Alice's that is ready; of its bytes nothing is asked here."""
    return Attachment.objects.create(
        room=room, uploader=alice, kind="file", name="plan.bin", type="application/octet-stream", size=5, stored="none"
    )


def test_a_message_of_a_file_alone_reaches_the_room_with_it(connect, room, alice, bob, charlie, file):
    a, b = connect(alice), connect(bob)
    ack = say(a, room, "", attachments=[str(file.pk)])
    assert ack["type"] == "ack"
    shown = b.until("message.created")["message"]
    assert [each["name"] for each in shown["attachments"]] == ["plan.bin"]
    assert b.ask(type="history", room=str(room.pk))["messages"][0]["attachments"] == shown["attachments"]
    # Once: another message cannot have it, nor can somebody else's.
    assert say(a, room, "again", attachments=[str(file.pk)])["code"] == "not_found"
    a.ask(type="message.delete", id=ack["id"])
    assert b.until("message.updated")["message"]["attachments"] == []
    assert list(problems()) == []


def test_what_is_no_list_of_ones_own_files_is_refused_and_ends_nothing(connect, room, alice, bob, file):
    a, b = connect(alice), connect(bob)
    for wrong in ("1", 1, {}, [str(file.pk)] * 11):
        assert say(a, room, "x", attachments=wrong)["code"] == "bad_request", wrong
    for wrong in ([None], [[]], [{"id": 1}], ["x"], [10**30], [str(file.pk), "0"]):
        assert say(a, room, "x", attachments=wrong)["code"] == "not_found", wrong
    assert say(b, room, "mine", attachments=[str(file.pk)])["code"] == "not_found"
    assert say(a, room, "", attachments=[])["code"] == "bad_request"
    assert not Message.objects.exists()
    assert say(a, room, "x", attachments=[file.pk])["type"] == "ack"
