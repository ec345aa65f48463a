"""Answers over a socket: in line, and in threads."""

import uuid

import pytest

from rooms.actions.posting import post_message
from rooms.consistency import problems
from rooms.models import Room


def say(client, room, body, **more):
    return client.ask(type="message.send", room=str(room.pk), body=body, client_id=str(uuid.uuid4()), **more)


def unread(client, room):
    return next(known for known in client.hello["rooms"] if known["id"] == str(room.pk))


def test_an_answer_in_line_quotes_what_it_answers_as_it_is_now(connect, room, alice, bob):
    a, b = connect(alice), connect(bob)
    first = a.say(room, "Shall we *sail*?")
    say(b, room, "Yes", reply_to=first["id"])
    event = a.until(lambda event: event["type"] == "message.created" and event["message"]["body"] == "Yes")
    assert event["message"]["reply_to"] == first["id"]
    assert event["message"]["quote"]["excerpt"] == "Shall we sail?"
    assert event["message"]["quote"]["sender"]["username"] == "alice"
    a.ask(type="message.delete", id=first["id"])
    answer = b.ask(type="history", room=str(room.pk))["messages"][1]
    assert answer["quote"]["deleted"] and answer["quote"]["excerpt"] == ""


def test_an_answer_in_a_thread_counts_below_its_root_and_makes_the_room_not_unread(connect, room, alice, bob):
    a, b = connect(alice), connect(bob)
    root = a.say(room, "The plan")
    b.ask(type="room.read", room=str(room.pk), seq=root["seq"])
    ack = say(a, room, "A detail", thread=root["id"], in_room=False)
    created = b.until(lambda e: e.get("message", {}).get("body") == "A detail")
    assert created["message"]["thread_root"] == root["id"] and not created["message"]["in_room"]
    updated = b.until("message.updated")
    assert updated["message"]["id"] == root["id"] and updated["version"] == created["version"] + 1
    assert updated["message"]["thread"]["count"] == 1
    assert updated["message"]["thread"]["last_seq"] == ack["seq"]
    assert updated["message"]["thread"]["people"] == [str(alice.pk)]
    assert unread(connect(bob), room)["unread"] == 0
    # An answer to the answer stands in the same thread; one to the room as well makes it unread.
    say(a, room, "For all", thread=ack["id"])
    again = connect(bob)
    assert unread(again, room)["unread"] == 1
    history = again.ask(type="history", room=str(room.pk), view="room")["messages"]
    assert [message["body"] for message in history] == ["The plan", "For all"]
    assert history[1]["thread_root"] == root["id"] and history[0]["thread"]["count"] == 2
    whole = again.ask(type="history", room=str(room.pk))["messages"]
    assert [message["seq"] for message in whole] == [1, 2, 3]
    assert not list(problems())


def test_a_deleted_answer_is_counted_no_more(connect, room, alice, bob):
    a = connect(alice)
    root = a.say(room, "The plan")
    first = say(a, room, "one", thread=root["id"], in_room=False)
    say(connect(bob), room, "two", thread=root["id"], in_room=False)
    a.ask(type="message.delete", id=first["id"])
    thread = a.ask(type="history", room=str(room.pk), view="room")["messages"][0]["thread"]
    assert thread["count"] == 1 and thread["people"] == [str(bob.pk)]
    assert not list(problems())


@pytest.mark.parametrize("field", ["reply_to", "thread"])
@pytest.mark.parametrize("answered", ["999999", "x", [], True, "elsewhere"])
def test_what_is_not_in_this_room_cannot_be_answered(connect, make_room, room, alice, charlie, field, answered):
    cave = make_room("cave", charlie="owner")
    if answered == "elsewhere":
        answered = str(post_message(charlie, cave.pk, "secret").pk)
    refusal = say(connect(alice), room, "hello", **{field: answered})
    assert refusal["type"] == "error" and refusal["code"] == "not_found"
    assert Room.objects.get(pk=room.pk).last_seq == 0


def test_no_thread_begins_under_a_deleted_message_though_it_is_answered_in_line(connect, room, alice):
    a = connect(alice)
    gone = a.say(room, "oops")["id"]
    a.ask(type="message.delete", id=gone)
    assert say(a, room, "hello", thread=gone)["code"] == "conflict"
    assert say(a, room, "hello", in_room="yes")["code"] == "bad_request"
    assert a.ask(type="history", room=str(room.pk), view="nowhere")["code"] == "bad_request"
    # In line it is: who wrote meanwhile would have their words refused for it.
    say(a, room, "oh", reply_to=gone)
    answer = a.ask(type="history", room=str(room.pk))["messages"][-1]
    assert answer["reply_to"] == gone and answer["quote"]["deleted"] and answer["quote"]["excerpt"] == ""


def test_following_and_reading_a_thread_is_told_to_ones_own_sockets(connect, room, alice, bob):
    a, again, b = connect(alice), connect(alice), connect(bob)
    root = a.say(room, "The plan")
    naming = say(b, room, "A question, @alice", thread=root["id"], in_room=False)
    answer = say(b, room, "A detail", thread=root["id"], in_room=False)
    (known,) = a.ask(type="thread.list")["threads"]
    assert known == {
        "root": root["id"], "room": str(room.pk), "following": True,
        "read_seq": root["seq"], "last_seq": answer["seq"], "named_seq": naming["seq"],
    }  # fmt: skip
    assert unread(connect(alice), room)["threads"] == 1
    assert a.ask(type="thread.read", root=root["id"], seq=answer["seq"])["type"] == "ok"
    told = again.until("thread.updated")
    assert (told["root"], told["unread"], told["read_seq"]) == (root["id"], 0, answer["seq"])
    assert a.ask(type="thread.list")["threads"][0]["named_seq"] == 0
    assert a.ask(type="thread.follow", root=root["id"], following=False)["type"] == "ok"
    assert again.until("thread.updated")["following"] is False
    b.ask(type="message.edit", id=answer["id"], body="A detail, @alice")
    assert again.until("thread.updated")["following"] is True
    assert a.ask(type="thread.follow", root="999999")["code"] == "not_found"
    assert a.ask(type="thread.read", root=root["id"], seq="x")["code"] == "bad_request"
    page = b.ask(type="history", room=str(room.pk), thread=root["id"])
    assert [message["body"] for message in page["messages"]] == ["A question, @alice", "A detail, @alice"]
    assert not page["has_older"] and not page["has_newer"]
