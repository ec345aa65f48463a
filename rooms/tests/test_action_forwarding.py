"""Forwarding: who may, what others learn of where it comes from, and what goes with it."""

import uuid

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.direct import direct_room_for
from rooms.actions.forwarding import forward_messages
from rooms.actions.messages import edit_message
from rooms.actions.polls import vote
from rooms.actions.posting import post_message
from rooms.consistency import problems
from rooms.models import Kind, Membership, Mention, Message, PollOption, Room
from rooms.wire import message_wire, rooms_of
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert not list(problems())


@pytest.fixture
def square(make_room, olga, alice, bob, charlie):
    return make_room("square", kind="public", olga="owner", bob="moderator", alice="member")


@pytest.fixture
def harbour(make_room, olga, alice, bob, charlie):
    return make_room("harbour", kind="public", olga="owner", charlie="member", alice="member")


def refused(*arguments, **more):
    before = Message.objects.count()
    with pytest.raises(Refused) as refusal:
        forward_messages(*arguments, **more)
    assert Message.objects.count() == before
    return refusal.value.code


def test_it_says_who_said_it_and_where(square, harbour, alice, bob):
    first = post_message(bob, square.pk, "Bring *two* lamps")
    (sent,) = forward_messages(alice, [str(first.pk)], [str(harbour.pk)])
    wire = message_wire(sent)
    assert (wire["body"], wire["sender"]["username"], wire["room"]) == ("Bring *two* lamps", "alice", str(harbour.pk))
    assert "<em>two</em>" in wire["html"]
    assert wire["forward"]["sender"]["username"] == "bob"
    assert wire["forward"]["room"] == {"id": str(square.pk), "name": "square"}
    assert (wire["forward"]["message"], wire["forward"]["kind"]) == (str(first.pk), "public")


def test_of_a_private_room_and_a_conversation_no_name_is_told(room, harbour, alice, bob):
    inside = post_message(bob, room.pk, "between us")
    direct = direct_room_for(alice, [bob.pk])
    whispered = post_message(bob, direct.pk, "psst")
    one, two = forward_messages(alice, [inside.pk, whispered.pk], [harbour.pk])
    assert [(sent.forward["room"], sent.forward["kind"]) for sent in (one, two)] == [
        (None, "private"),
        (None, "direct"),
    ]
    assert "den" not in str(one.forward)


def test_what_was_forwarded_before_still_says_who_said_it_first(square, harbour, room, alice, bob):
    first = post_message(bob, square.pk, "news")
    (once,) = forward_messages(alice, [first.pk], [harbour.pk])
    (twice,) = forward_messages(alice, [once.pk], [room.pk])
    assert twice.forward == once.forward


def test_several_go_to_several_in_the_order_they_were_said_after_a_word_of_ones_own(square, harbour, room, alice, bob):
    said = [post_message(bob, square.pk, f"line {n}") for n in range(3)]
    forward_messages(alice, [one.pk for one in reversed(said)], [harbour.pk, room.pk], "look at this")
    for target in (harbour, room):
        there = Message.objects.filter(room=target).order_by("seq")
        assert [one.body for one in there] == ["look at this", "line 0", "line 1", "line 2"]
        assert [one.forward is None for one in there] == [True, False, False, False]


def test_to_a_person_it_goes_into_the_conversation_with_them(square, alice, bob, charlie):
    first = post_message(bob, square.pk, "for you")
    (sent,) = forward_messages(alice, [first.pk], [], user_ids=[str(charlie.pk)])
    there = Room.objects.get(pk=sent.room_id)
    assert there.kind == Kind.DIRECT
    assert set(there.memberships.values_list("user", flat=True)) == {alice.pk, charlie.pk}


def test_asked_twice_it_is_sent_once(square, harbour, alice, bob):
    first = post_message(bob, square.pk, "once")
    key = uuid.uuid4()
    (one,) = forward_messages(alice, [first.pk], [harbour.pk], client_id=key)
    (two,) = forward_messages(alice, [first.pk], [harbour.pk], client_id=key)
    assert one.pk == two.pk
    assert Message.objects.filter(room=harbour).count() == 1


def test_the_room_it_goes_to_is_not_read_by_that(square, harbour, alice, olga):
    first, second = post_message(alice, square.pk, "one"), post_message(alice, square.pk, "two")
    forward_messages(alice, [first.pk, second.pk], [harbour.pk], "look")
    # Nobody had said anything there before.
    assert Membership.objects.get(user=alice, room=harbour).read_seq == 3
    post_message(olga, harbour.pk, "@alice, I saw it")
    forward_messages(alice, [first.pk], [harbour.pk])
    assert [(one["unread"], one["mentions"]) for one in rooms_of(alice, [harbour.pk])] == [(2, 1)]


def test_it_calls_nobody(square, harbour, alice, bob, charlie, olga):
    first = post_message(bob, square.pk, "@alice and @everyone: come")
    forward_messages(olga, [first.pk], [harbour.pk])
    sent = Message.objects.get(room=harbour)
    assert sent.mentions_all == ""
    assert not Mention.objects.filter(message=sent).exists()


def test_its_words_are_not_changed_by_who_forwards(square, harbour, alice, bob):
    first = post_message(bob, square.pk, "I said this")
    (sent,) = forward_messages(alice, [first.pk], [harbour.pk])
    with pytest.raises(Refused) as refusal:
        edit_message(alice, sent.pk, "I said something else")
    assert refusal.value.code == "forbidden"
    assert delete_message(alice, sent.pk).deleted_at is not None


def test_what_one_may_not_read_is_not_there(room, harbour, charlie, bob):
    inside = post_message(bob, room.pk, "between us")
    assert refused(charlie, [inside.pk], [harbour.pk]) == "not_found"
    assert refused(charlie, [10**9], [harbour.pk]) == "not_found"
    assert refused(charlie, ["x"], [harbour.pk]) == "not_found"


def test_where_one_may_not_write_nothing_goes_not_even_to_the_other_room(square, harbour, room, alice, charlie):
    first = post_message(alice, square.pk, "hello")
    assert refused(charlie, [first.pk], [harbour.pk, room.pk]) == "not_found"
    assert refused(charlie, [first.pk], [square.pk]) == "forbidden"
    Room.objects.filter(pk=harbour.pk).update(archived_at=timezone.now())
    assert refused(alice, [first.pk], [harbour.pk]) == "read_only"


def test_a_reader_of_a_public_room_may_forward_out_of_it(square, harbour, alice, charlie):
    first = post_message(alice, square.pk, "for everybody")
    (sent,) = forward_messages(charlie, [first.pk], [harbour.pk])
    assert sent.forward["room"]["name"] == "square"


def test_deleted_messages_and_lines_of_the_room_stay(square, harbour, alice, bob):
    first = post_message(alice, square.pk, "gone")
    delete_message(alice, first.pk)
    assert refused(alice, [first.pk], [harbour.pk]) == "conflict"
    line = Message.objects.create(
        room=square, seq=99, version=99, sender=alice, kind="system", body="x", html="x", system={"event": "joined"}
    )
    assert refused(alice, [line.pk], [harbour.pk]) == "bad_request"
    line.delete()


def test_there_are_limits(square, harbour, alice, settings):
    first = post_message(alice, square.pk, "one")
    second = post_message(alice, square.pk, "two")
    assert refused(alice, [], [harbour.pk]) == "bad_request"
    assert refused(alice, [first.pk], []) == "bad_request"
    settings.FORWARD_MAX = 1
    assert refused(alice, [first.pk, second.pk], [harbour.pk]) == "bad_request"
    settings.FORWARD_ROOMS_MAX = 1
    assert refused(alice, [first.pk], [harbour.pk, square.pk]) == "bad_request"


def test_who_left_the_room_forwards_nothing_of_it(room, harbour, alice, bob):
    inside = post_message(bob, room.pk, "between us")
    Membership.objects.filter(room=room, user=alice).delete()
    Room.objects.filter(pk=room.pk).update(member_count=room.member_count - 1)
    assert refused(alice, [inside.pk], [harbour.pk]) == "not_found"


def test_its_files_go_along_and_are_read_in_the_new_room(square, harbour, alice, bob, charlie):
    from rooms.access import file_for
    from rooms.models import Attachment

    file = Attachment.objects.create(
        room=square, uploader=bob, kind="text", name="a.txt", type="text/plain", size=1, stored="x"
    )
    first = post_message(bob, square.pk, "", attachments=[file.pk])
    (sent,) = forward_messages(alice, [first.pk], [harbour.pk])
    (copy,) = message_wire(sent)["attachments"]
    assert copy["name"] == "a.txt"
    assert copy["id"] != str(file.pk)
    assert file_for(charlie, copy["id"]).message_id == sent.pk


def test_a_poll_goes_with_its_answers_and_without_its_votes(square, harbour, room, alice, bob):
    first = post_message(bob, square.pk, "Where?", poll={"options": ["The harbour", "The beach"]})
    vote(bob, first.pk, [PollOption.objects.filter(poll=first.pk).first().pk])
    (once,) = forward_messages(alice, [first.pk], [harbour.pk])
    (twice,) = forward_messages(alice, [once.pk], [room.pk])
    for sent in (once, twice):
        wire = message_wire(Message.objects.for_wire().get(pk=sent.pk))
        assert (wire["body"], wire["forward"]["poll"], wire["poll"]) == ("Where?", ["The harbour", "The beach"], None)
        assert str(bob.pk) not in str(wire["forward"]["poll"])
