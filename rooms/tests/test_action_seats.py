"""How many rooms one person may be in, by whichever way they would come into another."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from rooms.actions.direct import direct_room_for
from rooms.actions.forwarding import forward_messages
from rooms.actions.founding import enrol, found_room
from rooms.actions.memberships import invite, join_room, leave_room
from rooms.actions.posting import post_message
from rooms.actions.rooms import create_room
from rooms.models import Membership, Room
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(make_room, alice, olga, settings):
    """Alice is in as many rooms as anybody may be: one. Olga owns it, and may be in more."""
    only = make_room("only", kind="public", olga="owner", alice="member")
    settings.ROOMS_PER_PERSON = 1
    return only


@pytest.fixture
def square(make_room, bob):
    return make_room("square", kind="public", bob="owner")


def refusal(call, *args, **kwargs):
    before = set(Membership.objects.values_list("pk", flat=True)), Room.objects.count()
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert (set(Membership.objects.values_list("pk", flat=True)), Room.objects.count()) == before
    assert caught.value.code == "conflict"
    return caught.value.detail


def test_who_is_in_as_many_rooms_as_possible_comes_into_another_by_leaving_one(full, square, alice):
    said = refusal(join_room, alice, square.pk)
    assert said == "You are in as many rooms and conversations as anybody can be (1). Leave a room first."
    join_room(alice, full.pk)
    leave_room(alice, full.pk)
    assert join_room(alice, square.pk).room_id == square.pk


def test_they_make_no_room_and_begin_no_conversation_and_find_those_there_are(full, make_room, alice, charlie):
    assert refusal(create_room, alice, kind="private", name="den").startswith("You are in as many rooms")
    assert refusal(direct_room_for, alice, [charlie.pk]).startswith("You are in as many rooms")
    full.delete()
    notes = direct_room_for(alice, [])
    assert direct_room_for(alice, []) == notes


def test_nobody_brings_them_into_another_and_is_told_whom_it_is_about(full, make_room, alice, charlie, person):
    said = "Alice is in as many rooms and conversations as anybody can be (1)."
    eve = person("eve")
    assert refusal(create_room, eve, kind="public", name="den", members=[charlie.pk, alice.pk]) == said
    assert refusal(direct_room_for, eve, [alice.pk]) == said
    den = make_room("cave", eve="owner")
    # All or none.
    assert refusal(invite, eve, den.pk, [charlie.pk, alice.pk]) == said
    assert invite(eve, den.pk, [charlie.pk]) == [charlie]


def test_inviting_whoever_is_in_already_asks_nothing_of_them(full, alice, olga, charlie):
    assert invite(olga, full.pk, [alice.pk, charlie.pk]) == [charlie]


def test_forwarding_to_somebody_begins_no_conversation_then(full, square, alice, bob):
    words = post_message(bob, square.pk, "look")
    leave_room(bob, square.pk)
    assert refusal(forward_messages, bob, [words.pk], [], user_ids=[alice.pk]).startswith("Alice is in as many rooms")


def test_rooms_made_by_an_operator_keep_to_it_too(full, square, alice, charlie):
    assert refusal(found_room, kind="public", name="old", owner=alice).startswith("Alice is in as many rooms")
    assert refusal(enrol, square.pk, [charlie, alice]).startswith("Alice is in as many rooms")
    assert enrol(full.pk, [alice, charlie]) == 1
    leave_room(charlie, full.pk)
    with pytest.raises(CommandError, match="Alice is in as many rooms"):
        call_command("createroom", "den", "--owner", "charlie", "--members", "charlie,alice")
    assert not Room.objects.filter(name="den").exists()


def test_seeding_more_rooms_than_anybody_may_be_in_says_so(settings):
    settings.ROOMS_PER_PERSON = 2
    with pytest.raises(CommandError, match=r"is in as many rooms and conversations as anybody can be \(2\)"):
        call_command("seed", "--people", "4", "--rooms", "3", "--messages", "10", verbosity=0)


def test_the_page_says_it_where_the_button_was(full, square, alice, signed_in):
    answer = signed_in(alice).post(reverse("room_join", args=[square.pk]), headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("Leave a room first.")
