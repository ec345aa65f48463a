"""Coming and going by several people in the same moment: nobody is counted twice, and no room is left without an owner."""

import pytest

from rooms.actions.memberships import (
    join_room,
    leave_room,
)
from rooms.models import Membership
from rooms.tests.at_once import at_once
from rooms.tests.test_action_memberships import counted, roles
from rooms.tests.test_action_rooms import true_version


@pytest.mark.django_db(transaction=True)
def test_two_joins_at_once_make_one_membership(make_room, olga, charlie):
    room = make_room("square", kind="public", olga="owner")
    results = at_once(4, lambda _: join_room(charlie, room.pk))
    assert {result.pk for result in results} == {Membership.objects.get(user=charlie).pk}
    assert counted(room) and true_version(room)
    assert room.messages.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_who_join_and_leave_at_once_are_counted_right(make_room, olga, person):
    room = make_room("square", kind="public", olga="owner")
    people = [person(f"guest{number}") for number in range(6)]

    def come_and_go(number):
        join_room(people[number], room.pk)
        if number % 2:
            leave_room(people[number], room.pk)

    assert at_once(6, come_and_go) == [None] * 6
    assert counted(room) and room.member_count == 4 and true_version(room)


@pytest.mark.django_db(transaction=True)
def test_the_last_two_owners_who_leave_at_once_do_not_leave_the_room_without_one(make_room, olga, alice, bob):
    room = make_room("cave", olga="owner", alice="owner", bob="member")
    owners = [olga, alice]
    at_once(2, lambda number: leave_room(owners[number], room.pk))
    assert roles(room) == {"bob": "owner"}
