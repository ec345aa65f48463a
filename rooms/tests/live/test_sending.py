"""message.send over a real socket."""

import uuid

from django.db import transaction

from rooms.models import Membership, Message, Room


def test_a_message_is_acked_and_reaches_everybody_in_the_room(connect, room, alice, bob):
    a, b = connect(alice), connect(bob)
    ack = a.say(room, "Hello *Bob*")
    assert ack["type"] == "ack" and ack["seq"] == 1 and ack["room"] == str(room.pk)
    heard = b.until("message.created")
    assert heard["version"] == ack["version"]
    message = heard["message"]
    assert message["id"] == ack["id"] and message["body"] == "Hello *Bob*"
    assert message["html"] == "<p>Hello <em>Bob</em></p>"
    assert message["sender"]["username"] == "alice"
    assert message["reply_to"] is None and message["thread"] is None
    assert message["reactions"] == [] and message["attachments"] == []


def test_only_its_author_is_told_the_client_id(connect, room, alice, bob):
    mine, other_tab, b = connect(alice), connect(alice), connect(bob)
    client_id = str(uuid.uuid4())
    mine.say(room, "which is mine?", client_id)
    assert other_tab.until("message.created")["message"]["client_id"] == client_id
    assert "client_id" not in b.until("message.created")["message"]
    assert b.ask(type="history", room=str(room.pk))["messages"][0].get("client_id") is None
    assert mine.ask(type="history", room=str(room.pk))["messages"][0]["client_id"] == client_id


def test_the_same_client_id_gives_the_same_ack_and_no_second_message(connect, room, alice):
    a = connect(alice)
    client_id = str(uuid.uuid4())
    first, again = a.say(room, "once", client_id), a.say(room, "once", client_id)
    first.pop("ref"), again.pop("ref")
    assert first == again
    assert Message.objects.count() == 1


def test_a_retry_inside_one_batch_is_one_message(connect, room, alice):
    a = connect(alice)
    client_id = str(uuid.uuid4())
    for _ in range(5):
        a.send(type="message.send", room=str(room.pk), body="twice", client_id=client_id)
    acks = [a.until("ack") for _ in range(5)]
    assert len({ack["id"] for ack in acks}) == 1
    assert Message.objects.count() == 1


def test_two_people_may_use_the_same_client_id(connect, room, alice, bob):
    client_id = str(uuid.uuid4())
    assert connect(alice).say(room, "a", client_id)["id"] != connect(bob).say(room, "b", client_id)["id"]


def test_everybody_sees_the_same_order(connect, room, alice, bob):
    a, b = connect(alice), connect(bob)
    for number in range(20):
        for client in (a, b):
            client.send(type="message.send", room=str(room.pk), body=str(number), client_id=str(uuid.uuid4()))
    heard = [[client.until("message.created") for _ in range(40)] for client in (a, b)]
    for events in heard:
        assert [event["message"]["seq"] for event in events] == list(range(1, 41))
    assert [e["message"]["id"] for e in heard[0]] == [e["message"]["id"] for e in heard[1]]
    room.refresh_from_db()
    assert (room.last_seq, room.version) == (40, 40)


def test_writing_is_having_read(connect, room, alice):
    connect(alice).say(room, "here")
    assert Membership.objects.get(room=room, user=alice).read_seq == 1


def test_a_body_too_long_is_refused_with_the_count_and_stored_nowhere(connect, room, alice):
    error = connect(alice).say(room, "x" * 10_001)
    assert error["code"] == "too_long" and "10001" in error["detail"]
    assert error["client_id"]
    assert not Message.objects.exists()


def test_ten_thousand_characters_are_fine(connect, room, alice):
    assert connect(alice).say(room, "é" * 10_000)["type"] == "ack"


def test_an_outsider_is_told_the_room_is_not_there(connect, room, charlie):
    assert connect(charlie).say(room, "hello?")["code"] == "not_found"
    missing = Room(pk=10**9)
    assert connect(charlie).say(missing, "hello?")["code"] == "not_found"


def test_a_reader_of_a_public_room_has_to_join_first(connect, make_room, alice, charlie):
    public = make_room("square", kind="public", alice="member")
    assert connect(charlie).say(public, "hello?")["code"] == "forbidden"


def test_an_archived_room_is_read_only(connect, room, alice):
    Room.objects.filter(pk=room.pk).update(archived_at="2026-01-01T00:00Z")
    assert connect(alice).say(room, "late")["code"] == "read_only"


def test_an_empty_body_is_refused(connect, room, alice):
    assert connect(alice).say(room, " \n\t ")["code"] == "bad_request"


def test_mentions_of_members_are_parsed_and_counted(connect, room, alice, bob, charlie):
    b = connect(bob)
    connect(alice).say(room, "@bob and @charlie, see `@bob`")
    message = b.until("message.created")["message"]
    # Charlie is not here: naming him tells him nothing.
    assert message["mentions"] == [str(bob.pk)]
    (mine,) = connect(bob).hello["rooms"]
    assert (mine["unread"], mine["mentions"]) == (1, 1)


def test_what_is_sent_from_elsewhere_reads_nothing(connect, room, alice, bob):
    a = connect(alice)
    connect(bob).say(room, "@alice, are you here?")
    a.send(type="message.send", room=str(room.pk), body="on my way", client_id=str(uuid.uuid4()), reads=False)
    told = a.until("read.updated")
    assert (told["read_seq"], told["unread"], told["mentions"], told["last_seq"]) == (0, 2, 1, 2)


def test_a_ref_is_repeated(connect, room, alice):
    a = connect(alice)
    a.send(type="message.send", room=str(room.pk), body="x", client_id=str(uuid.uuid4()), ref="mine")
    assert a.until("ack")["ref"] == "mine"


def test_what_one_socket_asks_for_is_done_in_the_order_it_was_asked_also_where_the_first_takes_longer(
    connect, room, alice
):
    a = connect(alice)
    message = a.say(room, "first")
    # The first of three waits for the database, the others for nothing: they wait for it all the same.
    for number in range(0, 60, 3):
        a.send(type="message.edit", id=message["id"], body=f"edited {number}", ref=str(number))
        a.send(type="no such command", ref=str(number + 1))
        a.send(type="presence.set", state="idle" if number % 2 else "active", ref=str(number + 2))
    answers = [a.until(lambda event: "ref" in event) for _ in range(60)]
    assert [answer["ref"] for answer in answers] == [str(number) for number in range(60)]
    assert [answer["type"] for answer in answers] == ["ok", "error", "ok"] * 20
    assert Message.objects.get().body == "edited 57"


def test_a_ping_is_answered_while_what_was_asked_before_it_waits_for_the_database(connect, room, alice):
    a = connect(alice)
    message = a.say(room, "first")
    with transaction.atomic():
        # Whoever writes in this room waits for us.
        Room.objects.select_for_update().get(pk=room.pk)
        Room.objects.filter(pk=room.pk).update(topic="held")
        a.send(type="message.edit", id=message["id"], body="edited", ref="edit")
        a.send(type="message.edit", id=message["id"], body="edited again", ref="again")
        a.send(type="ping", received=a.frames)
        while (event := a.next())["type"] != "pong":
            assert event.get("ref") not in ("edit", "again")
    assert a.until(lambda event: event.get("ref") in ("edit", "again"))["ref"] == "edit"
    assert a.until(lambda event: event.get("ref") == "again")["type"] == "ok"
