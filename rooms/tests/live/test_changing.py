"""Editing and deleting over the socket."""

import pytest

from rooms.models import DeletedText, Message


@pytest.fixture
def said(connect, room, alice):
    a = connect(alice)
    return a, a.say(room, "first words")["id"]


def test_an_edit_reaches_everybody(connect, said, bob):
    a, message = said
    b = connect(bob)
    assert a.ask(type="message.edit", id=message, body="second **words**")["type"] == "ok"
    event = b.until("message.updated")
    assert event["version"] == 2
    assert event["message"]["html"] == "<p>second <strong>words</strong></p>"
    assert event["message"]["edited_at"]


def test_the_same_words_again_change_nothing(said):
    a, message = said
    assert a.ask(type="message.edit", id=message, body="first words")["type"] == "ok"
    assert Message.objects.get().version == 1


def test_only_its_author_edits(connect, said, bob, olga):
    _, message = said
    for moderator in (bob, olga):
        assert connect(moderator).ask(type="message.edit", id=message, body="mine")["code"] == "forbidden"


def test_an_outsider_learns_nothing(connect, said, charlie):
    _, message = said
    c = connect(charlie)
    for command in ("message.edit", "message.delete"):
        assert c.ask(type=command, id=message, body="x")["code"] == "not_found"
        assert c.ask(type=command, id="999999", body="x")["code"] == "not_found"


def test_deleting_leaves_a_tombstone_and_the_words_for_moderators_alone(connect, said, bob, alice):
    a, message = said
    b = connect(bob)
    assert a.ask(type="message.delete", id=message)["type"] == "ok"
    gone = b.until("message.updated")["message"]
    assert gone["deleted"] and gone["body"] == "" and gone["html"] == "" and gone["seq"] == 1
    assert Message.objects.get().body == ""
    assert DeletedText.objects.get().body == "first words"
    assert a.ask(type="message.delete", id=message)["type"] == "ok"
    assert a.ask(type="message.edit", id=message, body="back")["code"] == "conflict"


def test_a_moderator_deletes_what_others_wrote_and_a_member_does_not(connect, said, room, bob):
    a, _ = said
    b = connect(bob)
    theirs = b.say(room, "by Bob")["id"]
    assert a.ask(type="message.delete", id=theirs)["code"] == "forbidden"
    assert b.ask(type="message.delete", id=said[1])["type"] == "ok"


def test_editing_a_mention_in_or_out_keeps_the_count_true(connect, said, room, bob):
    a, message = said
    a.ask(type="message.edit", id=message, body="for @bob")
    assert connect(bob).hello["rooms"][0]["mentions"] == 1
    a.ask(type="message.edit", id=message, body="for nobody")
    assert connect(bob).hello["rooms"][0]["mentions"] == 0


def test_a_line_about_the_room_shows_names_as_they_are_written(connect, room, bob, alice):
    from rooms.actions.rooms import rename_room

    a = connect(alice)
    rename_room(bob, room.pk, "_quiet_ **harbour**")
    line = a.until(lambda event: event["type"] == "message.created")["message"]
    assert line["kind"] == "system" and line["system"]["name"] == "_quiet_ **harbour**"
    assert line["html"] == "<p>Bob named this room _quiet_ **harbour**</p>"
