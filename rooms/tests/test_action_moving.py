"""Moving messages: into threads and out, and to other rooms; who may, and what stays true."""

import uuid

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.moving import move_messages
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_read
from rooms.actions.threads import follow_thread, mark_thread_read
from rooms.consistency import problems
from rooms.models import Membership, Mention, Message, Room, Thread, ThreadFollow
from rooms.tests.outgoing import full_room_events
from rooms.wire import message_wire
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_adds_up(db):
    """Whatever a test did: no number is missing, no version lost, every thread counts what is in it."""
    yield
    assert not list(problems())


@pytest.fixture
def square(make_room, olga, alice, bob, charlie):
    return make_room("square", kind="public", olga="owner", bob="moderator", alice="member")


@pytest.fixture
def harbour(make_room, olga, alice, bob, charlie):
    return make_room("harbour", kind="public", olga="owner", bob="member", alice="member")


def say(who, room, body, **more):
    return post_message(who, room.pk, body, **more)


def wire(message):
    return message_wire(Message.objects.for_wire().get(pk=message.pk))


def refused(actor, *messages, **to):
    with pytest.raises(Refused) as refusal:
        move_messages(actor, [message.pk for message in messages], **to)
    return refusal.value.code


def test_a_message_goes_into_a_thread_and_out_again_in_its_place(square, alice, bob):
    root, other = say(alice, square, "The plan"), say(bob, square, "about the plan")
    moved = move_messages(bob, [other.pk], thread=root.pk)
    assert wire(other)["thread_root"] == str(root.pk) and not wire(other)["in_room"]
    assert wire(root)["thread"]["count"] == 1 and wire(other)["seq"] == other.seq
    note = Message.objects.get(room=square, seq=3)
    assert note.system == {"event": "thread_in", "messages": [str(other.pk)]} and wire(note)["in_room"]
    (back,) = moved.back
    move_messages(bob, **back)
    assert wire(other)["thread_root"] is None and wire(other)["in_room"]
    assert wire(root)["thread"] is None and wire(other)["seq"] == other.seq
    # Taken back at once, no line tells of it; after something else was said, another line does.
    assert not wire(note)["in_room"] and not Message.objects.filter(room=square, seq=4).exists()
    move_messages(bob, [other.pk], thread=root.pk)
    say(alice, square, "meanwhile")
    move_messages(bob, **back)
    assert Message.objects.get(room=square, seq=6).system["event"] == "thread_out"


def test_several_go_in_their_order_with_one_note(square, alice, bob):
    root, *rest = [say(alice, square, body) for body in ("root", "one", "two")]
    move_messages(alice, [rest[1].pk, rest[0].pk, rest[0].pk], thread=root.pk)
    assert wire(root)["thread"]["count"] == 2
    assert Message.objects.get(room=square, seq=4).body == "Alice moved 2 messages into a thread"
    assert ThreadFollow.objects.get(thread=root.pk, user=alice).following


def test_from_one_thread_to_another_both_are_counted(square, alice):
    first, second = say(alice, square, "first"), say(alice, square, "second")
    answer = say(alice, square, "answer", thread=first.pk, in_room=False)
    say(alice, square, "there already", thread=second.pk, in_room=False)
    move_messages(alice, [answer.pk], thread=second.pk)
    assert wire(first)["thread"] is None and wire(second)["thread"]["count"] == 2


def test_into_a_thread_goes_only_what_fits_there(square, harbour, alice, bob):
    root, other = say(alice, square, "root"), say(alice, square, "other")
    say(alice, square, "answer", thread=other.pk, in_room=False)
    elsewhere = say(alice, harbour, "elsewhere")
    assert refused(alice, root, thread=root.pk) == "conflict"
    assert refused(alice, other, thread=root.pk) == "conflict"
    assert refused(alice, root, thread=elsewhere.pk) == "bad_request"
    gone = say(alice, square, "gone")
    delete_message(alice, gone.pk)
    assert refused(alice, root, thread=gone.pk) == "conflict"
    assert refused(alice, gone, thread=root.pk) == "conflict"
    assert refused(alice, thread=root.pk) == "bad_request"


def test_to_another_room_it_keeps_its_id_and_leaves_a_note(square, harbour, alice, bob, olga):
    message = say(alice, square, "@bob ships")
    say(bob, harbour, "hello")
    move_messages(alice, [message.pk], room=harbour.pk)
    found = Message.objects.get(pk=message.pk)
    assert (found.room_id, found.seq, found.changes) == (harbour.pk, 2, 1)
    assert found.created_at == message.created_at and found.moved_at is not None
    note = Message.objects.get(room=square, seq=1)
    assert note.kind == "system" and note.sender_id == alice.pk
    assert note.system == {"event": "moved", "to": "harbour", "messages": [str(message.pk)]}
    assert Mention.objects.get().room_id == harbour.pk
    # It is new in that room: for everybody but who moved it, who had read all.
    assert Membership.objects.get(room=harbour, user=bob).read_seq == 1


def test_what_goes_out_tells_both_rooms(square, harbour, alice, published):
    message = say(alice, square, "ships")
    published.clear()
    move_messages(alice, [message.pk], room=harbour.pk)
    told = full_room_events(published)
    there, here = ([event for event in told if event["room"] == str(one.pk)] for one in (harbour, square))
    assert [(event["type"], event["message"]["id"]) for event in there] == [("message.created", str(message.pk))]
    assert [event["type"] for event in here] == ["message.updated"]
    assert here[0]["message"]["seq"] == 1 and here[0]["message"]["kind"] == "system"
    assert "ships" not in str(here)


def test_the_answers_go_with_their_root_and_stay_read(square, harbour, alice, bob, olga):
    say(bob, harbour, "hello")
    root = say(alice, square, "root")
    first = say(alice, square, "first", thread=root.pk, in_room=False)
    second = say(alice, square, "second", thread=root.pk, in_room=False)
    gone = say(alice, square, "gone", thread=root.pk, in_room=False)
    follow_thread(olga, root.pk, True)
    delete_message(alice, gone.pk)
    follow_thread(bob, root.pk, True)
    ThreadFollow.objects.filter(user=bob).update(read_seq=0)
    mark_thread_read(bob, root.pk, first.seq)
    move_messages(bob, [root.pk], room=harbour.pk)
    assert list(Message.objects.filter(room=harbour).order_by("seq").values_list("body", flat=True)) == [
        "hello", "root", "first", "second", "",
    ]  # fmt: skip
    state = Thread.objects.get(pk=root.pk)
    assert (state.room_id, state.count, state.last_seq) == (harbour.pk, 2, 4)
    assert ThreadFollow.objects.get(user=bob).read_seq == 3
    assert wire(second)["thread_root"] == str(root.pk) and not wire(second)["in_room"]
    assert Message.objects.filter(room=square, kind="system").count() == 4


def test_an_answer_alone_leaves_its_thread(square, harbour, alice):
    root = say(alice, square, "root")
    answer = say(alice, square, "answer", thread=root.pk, in_room=False)
    move_messages(alice, [answer.pk], room=harbour.pk)
    assert wire(root)["thread"] is None
    assert wire(answer)["in_room"] and wire(answer)["thread_root"] is None


def test_moved_back_it_stands_in_its_place_again_and_the_note_goes_the_other_way(square, harbour, alice, bob):
    message, later = say(alice, square, "@bob ships"), say(alice, square, "later")
    say(bob, harbour, "hello")
    (back,) = move_messages(alice, [message.pk], room=harbour.pk).back
    note = Message.objects.get(room=square, kind="system")
    mark_read(bob, harbour.pk, 2)
    move_messages(alice, **back)
    found = Message.objects.get(pk=message.pk)
    assert (found.room_id, found.seq, found.moved_at) == (square.pk, 1, None)
    assert (Mention.objects.get().room_id, Mention.objects.get().seq) == (square.pk, 1)
    assert Message.objects.get(pk=later.pk).seq == 2 and Room.objects.get(pk=square.pk).last_seq == 2
    # Bob had read it there: its place says where it went, by the same line as before, whose link still leads somewhere.
    note = Message.objects.get(pk=note.pk)
    assert (note.room_id, note.seq, note.in_room, note.system) == (
        harbour.pk, 2, True, {"event": "moved", "to": "square", "messages": [str(message.pk)]},
    )  # fmt: skip
    move_messages(alice, [message.pk], room=harbour.pk)
    assert Message.objects.get(pk=message.pk).seq == 2 and Message.objects.get(pk=note.pk).room_id == square.pk
    assert Message.objects.filter(kind="system").count() == 1


def test_taken_back_before_anybody_saw_it_there_it_leaves_no_line(square, harbour, alice, bob, published):
    message = say(alice, square, "ships")
    say(bob, harbour, "hello")
    mark_read(alice, harbour.pk, 1)
    (back,) = move_messages(alice, [message.pk], room=harbour.pk).back
    published.clear()
    move_messages(alice, **back)
    note = Message.objects.get(kind="system")
    assert (note.room_id, note.seq, note.in_room) == (harbour.pk, 2, False)
    told = [(event["type"], event["message"]["seq"]) for event in full_room_events(published)]
    assert sorted(told) == [("message.updated", 1), ("message.updated", 2)]


def test_moved_back_it_is_an_answer_again_in_the_thread_it_left(square, harbour, alice, bob):
    root = say(alice, square, "root")
    answer = say(alice, square, "answer", thread=root.pk, in_room=False)
    say(alice, square, "more", thread=root.pk, in_room=False)
    (back,) = move_messages(alice, [answer.pk], room=harbour.pk).back
    assert wire(root)["thread"]["count"] == 1
    move_messages(alice, **back)
    shown = wire(answer)
    assert (shown["seq"], shown["thread_root"], shown["in_room"]) == (answer.seq, str(root.pk), False)
    assert wire(root)["thread"]["count"] == 2


def test_a_thread_that_went_and_grew_comes_back_with_all_its_answers(square, harbour, alice):
    root = say(alice, square, "root")
    first = say(alice, square, "first", thread=root.pk, in_room=False)
    say(alice, square, "between")
    (back,) = move_messages(alice, [root.pk], room=harbour.pk).back
    new = say(alice, harbour, "new", thread=root.pk, in_room=False)
    move_messages(alice, **back)
    assert [wire(one)["seq"] for one in (root, first, new)] == [1, 2, 4]
    assert [wire(one)["thread_root"] for one in (first, new)] == [str(root.pk)] * 2
    assert Thread.objects.get(pk=root.pk).count == 2 and Thread.objects.get(pk=root.pk).room_id == square.pk


def test_an_answer_whose_thread_left_meanwhile_comes_back_into_the_room(square, harbour, alice):
    root = say(alice, square, "root")
    answer = say(alice, square, "answer", thread=root.pk, in_room=False)
    (back,) = move_messages(alice, [answer.pk], room=harbour.pk).back
    move_messages(alice, [root.pk], room=harbour.pk)
    move_messages(alice, **back)
    shown = wire(answer)
    assert (shown["seq"], shown["thread_root"], shown["in_room"]) == (answer.seq, None, True)


def test_a_quote_tells_nothing_across_rooms(square, room, alice):
    secret = say(alice, room, "the treasure")
    answer = say(alice, room, "where?", reply_to=secret.pk)
    move_messages(alice, [answer.pk], room=square.pk)
    assert wire(answer)["quote"] is None and wire(answer)["reply_to"] is None


def test_others_messages_are_moved_by_moderators_and_never_out_of_a_private_room(square, harbour, room, alice, bob):
    mine, theirs = say(alice, square, "mine"), say(bob, square, "theirs")
    assert refused(alice, theirs, room=harbour.pk) == "forbidden"
    assert refused(alice, mine, theirs, thread=mine.pk) == "forbidden"
    secret = say(alice, room, "secret")
    assert refused(bob, secret, room=square.pk) == "forbidden"
    move_messages(bob, [mine.pk], room=harbour.pk)
    # Bob is no moderator in the harbour: from there he could not take it back, and is not offered to.
    assert refused(bob, mine, room=square.pk) == "forbidden"
    move_messages(alice, [secret.pk], room=square.pk)
    assert Message.objects.get(pk=secret.pk).room_id == square.pk
    assert Message.objects.get(room=room).system["to"] == "square"


def test_the_note_leads_to_where_it_is_and_names_no_private_room(square, room, alice, charlie, client):
    message = say(alice, square, "ships")
    move_messages(alice, [message.pk], room=room.pk)
    note = Message.objects.get(room=square)
    assert note.system == {"event": "moved_away", "messages": [str(message.pk)]} and "den" not in note.body
    way = f"/rooms/{square.pk}/m/{message.pk}/"
    for who, status in ((alice, 302), (charlie, 404)):
        client.force_login(who)
        assert f'<a href="{way}">' in client.get(f"/rooms/{square.pk}/").content.decode()
        assert client.get(way).status_code == status


def test_direct_conversations_stay_apart(square, make_room, alice, bob):
    direct = make_room("", kind="direct", alice="member", bob="member")
    inside, outside = say(alice, direct, "between us"), say(alice, square, "for all")
    assert refused(alice, inside, room=square.pk) == "forbidden"
    assert refused(alice, outside, room=direct.pk) == "forbidden"
    root = say(bob, direct, "root")
    move_messages(alice, [inside.pk], thread=root.pk)
    assert wire(root)["thread"]["count"] == 1


def test_where_one_may_not_go_one_is_told_nothing(square, make_room, alice, charlie):
    cave = make_room("cave", charlie="owner")
    message, secret = say(alice, square, "ships"), say(charlie, cave, "secret")
    assert refused(alice, message, room=cave.pk) == "not_found"
    assert refused(alice, message, room=999_999) == "not_found"
    assert refused(alice, message, thread=secret.pk) == "not_found"
    assert refused(alice, message, secret, room=square.pk) == "not_found"
    assert refused(charlie, message, room=cave.pk) == "forbidden"
    assert Room.objects.get(pk=square.pk).last_seq == 1


def test_an_archived_room_keeps_and_takes_nothing(square, harbour, alice):
    message = say(alice, square, "ships")
    Room.objects.filter(pk=harbour.pk).update(archived_at=timezone.now())
    assert refused(alice, message, room=harbour.pk) == "read_only"
    there = say(alice, square, "more")
    Room.objects.filter(pk=square.pk).update(archived_at=timezone.now())
    Room.objects.filter(pk=harbour.pk).update(archived_at=None)
    assert refused(alice, there, room=harbour.pk) == "read_only"


def test_no_more_than_so_many_at_once(square, alice, settings):
    settings.MOVE_MAX = 1
    root, *rest = [say(alice, square, body) for body in ("root", "one", "two")]
    assert refused(alice, *rest, thread=root.pk) == "bad_request"


def test_the_same_client_id_still_finds_it_where_it_is_now(square, harbour, alice):
    client_id = uuid.uuid4()
    message = say(alice, square, "once", client_id=client_id)
    move_messages(alice, [message.pk], room=harbour.pk)
    again = say(alice, square, "once", client_id=client_id)
    assert again.pk == message.pk and again.room_id == harbour.pk
    assert Message.objects.filter(body="once").count() == 1
