"""Several messages at once: deleted and taken back as one, and exported."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.deleting import delete_message, delete_messages, restore_messages
from rooms.actions.forwarding import forward_messages
from rooms.actions.moving import move_messages
from rooms.actions.pins import pin_message
from rooms.actions.polls import vote
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.actions.reads import mark_read
from rooms.actions.threads import mark_thread_read
from rooms.consistency import problems
from rooms.models import DeletedText, Message
from rooms.selection import exported
from rooms.wire import message_wire
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_adds_up(db):
    yield
    assert not list(problems())


@pytest.fixture
def said(room, alice):
    return [post_message(alice, room.pk, f"line {n}") for n in range(3)]


def ids(messages):
    return [str(message.pk) for message in messages]


def wires(messages):
    return [
        {key: value for key, value in message_wire(one).items() if key != "version"}
        for one in Message.objects.for_wire().filter(pk__in=ids(messages)).order_by("seq")
    ]


def code(action, *arguments):
    with pytest.raises(Refused) as refusal:
        action(*arguments)
    return refusal.value.code


def test_all_are_gone_and_all_come_back_as_they_were(room, said, alice, bob):
    add_reaction(bob, said[0].pk, "👍")
    pin_message(bob, said[1].pk)
    post_message(bob, room.pk, "an answer", thread=said[2].pk)
    mark_read(bob, room.pk, 99)
    before = wires(said)
    assert ids(delete_messages(alice, room.pk, ids(said))) == ids(said)
    assert [(one["deleted"], one["body"], one["in_room"]) for one in wires(said)] == [(True, "", True)] * 3
    restore_messages(alice, room.pk, ids(said))
    assert wires(said) == before
    assert not DeletedText.objects.exists()


def test_what_nobody_else_has_read_leaves_no_trace(room, said, alice, bob):
    mark_read(bob, room.pk, said[0].seq)
    delete_messages(alice, room.pk, ids(said))
    assert [one["in_room"] for one in wires(said)] == [True, False, False]


def test_answers_are_counted_again_in_their_thread(room, said, alice, bob):
    answers = [post_message(alice, room.pk, f"answer {n}", thread=said[0].pk) for n in range(3)]
    delete_messages(alice, room.pk, ids(answers[:2]))
    assert wires(said)[0]["thread"]["count"] == 1
    restore_messages(alice, room.pk, ids(answers[:2]))
    assert wires(said)[0]["thread"]["count"] == 3


def test_an_answer_nobody_else_has_read_leaves_no_trace_in_its_thread(room, said, alice, bob):
    aside = post_message(bob, room.pk, "aside", thread=said[0].pk, in_room=False)
    both = post_message(bob, room.pk, "to all", thread=said[0].pk)
    before = wires([aside, both])
    # How far others are in the room says nothing of what stands in the thread alone.
    mark_read(alice, room.pk, aside.seq)
    delete_messages(bob, room.pk, ids([aside, both]))
    assert [(one["thread_root"], one["in_room"]) for one in wires([aside, both])] == [(None, False)] * 2
    assert wires(said)[0]["thread"] is None
    restore_messages(bob, room.pk, ids([aside, both]))
    assert wires([aside, both]) == before and wires(said)[0]["thread"]["count"] == 2
    mark_thread_read(alice, said[0].pk, aside.seq)
    delete_messages(bob, room.pk, ids([aside, both]))
    assert [one["thread_root"] for one in wires([aside, both])] == [str(said[0].pk), None]
    # Where the thread left meanwhile, what comes back stands in the room.
    lone = post_message(bob, room.pk, "alone", thread=said[1].pk, in_room=False)
    delete_message(bob, lone.pk)
    move_messages(alice, ids(said[1:2]), thread=said[2].pk)
    restore_messages(bob, room.pk, ids([lone]))
    assert [(one["thread_root"], one["in_room"]) for one in wires([lone])] == [(None, True)]


def test_one_that_is_refused_keeps_all(room, said, alice, bob, charlie, make_room):
    others = post_message(bob, room.pk, "Bob's")
    chosen = [*ids(said), str(others.pk)]
    assert code(delete_messages, alice, room.pk, chosen) == "forbidden"
    assert code(delete_messages, charlie, room.pk, chosen) == "not_found"
    elsewhere = post_message(alice, make_room("attic", alice="owner").pk, "elsewhere")
    assert code(delete_messages, alice, room.pk, [*ids(said), elsewhere.pk]) == "not_found"
    assert code(delete_messages, alice, room.pk, []) == "bad_request"
    assert not Message.objects.exclude(deleted_at=None).exists()
    assert len(delete_messages(bob, room.pk, chosen)) == 4


def test_there_is_a_limit(room, said, alice, settings):
    settings.SELECT_MAX = 2
    assert code(delete_messages, alice, room.pk, ids(said)) == "bad_request"
    assert code(exported, alice, room.pk, ids(said), "md") == "bad_request"


def test_what_was_deleted_before_is_no_part_of_it(room, said, alice, bob):
    delete_message(bob, said[0].pk)
    assert ids(delete_messages(alice, room.pk, ids(said))) == ids(said[1:])
    # Bob's deleting is not Alice's to take back, and then nothing comes.
    assert code(restore_messages, alice, room.pk, ids(said)) == "conflict"
    assert len(restore_messages(alice, room.pk, ids(said[1:]))) == 2


def test_after_a_while_it_is_too_late(room, said, alice):
    delete_messages(alice, room.pk, ids(said))
    DeletedText.objects.filter(message=said[1]).update(deleted_at=timezone.now() - timedelta(minutes=1))
    assert code(restore_messages, alice, room.pk, ids(said)) == "conflict"
    assert [one["deleted"] for one in wires(said)] == [True] * 3


def test_many_cost_no_more_queries_than_few(room, alice, django_assert_max_num_queries):
    many = [post_message(alice, room.pk, f"line {n}") for n in range(40)]
    with django_assert_max_num_queries(50):
        delete_messages(alice, room.pk, ids(many))
    with django_assert_max_num_queries(50):
        restore_messages(alice, room.pk, ids(many))


def test_an_export_holds_the_chosen_ones_in_their_order(room, said, alice, bob, charlie):
    _seat, text = exported(bob, room.pk, [said[2].pk, said[0].pk], "md")
    assert text.index("line 0") < text.index("line 2")
    assert "line 1" not in text
    assert "**Alice** · " in text
    _seat, plain = exported(bob, room.pk, ids(said), "txt")
    assert plain.startswith("Alice, ")
    _seat, data = exported(bob, room.pk, ids(said), "json")
    assert [(one["body"], one["sender"]["username"]) for one in json.loads(data)] == [
        (f"line {n}", "alice") for n in range(3)
    ]
    assert code(exported, charlie, room.pk, ids(said), "md") == "not_found"
    assert code(exported, bob, room.pk, ids(said), "exe") == "bad_request"


def test_an_export_holds_the_answers_of_a_poll_with_their_votes(room, alice, bob):
    asked = post_message(alice, room.pk, "Where?", poll={"options": ["The :anchor: harbour", "The beach"]})
    vote(alice, asked.pk, [message_wire(asked)["poll"]["options"][1]["id"]])
    assert exported(alice, room.pk, [asked.pk], "txt")[1].endswith("Where?\n\n- The ⚓ harbour (0)\n- The beach (1)\n")
    [sent] = forward_messages(alice, [asked.pk], [], user_ids=[bob.pk])
    assert exported(alice, sent.room_id, [sent.pk], "md")[1].endswith("- The ⚓ harbour\n- The beach\n")


def test_an_export_tells_nothing_of_what_was_deleted(room, said, alice):
    delete_message(alice, said[1].pk)
    for form in ("md", "txt", "json"):
        assert "line 1" not in exported(alice, room.pk, ids(said), form)[1]


def test_a_name_is_no_formatting_in_an_export(room, said, alice):
    type(alice).objects.filter(pk=alice.pk).update(display_name="**[Al](http://x)")
    assert "\\*\\*\\[Al\\]\\(http://x\\)" in exported(alice, room.pk, ids(said), "md")[1]
