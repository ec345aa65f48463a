"""Direct conversations: the same people always have the same one."""

import pytest
from django.utils import timezone

from rooms.actions.direct import direct_room_for
from rooms.actions.memberships import invite, join_room, leave_room, remove_member, set_role
from rooms.actions.posting import post_message
from rooms.actions.rooms import archive_room, rename_room
from rooms.models import Room
from rooms.tests.at_once import at_once
from rooms.tests.outgoing import to_person
from rooms.tests.test_action_rooms import refused, true_version

pytestmark = pytest.mark.django_db


def test_two_people_always_have_the_same_conversation(alice, bob, charlie, published):
    room = direct_room_for(alice, [bob.pk])
    assert direct_room_for(bob, [str(alice.pk), alice.pk]) == room
    assert set(room.memberships.values_list("user__username", flat=True)) == {"alice", "bob"}
    assert (room.kind, room.name, room.member_count) == ("direct", "", 2)
    assert to_person(published, alice) == to_person(published, bob) == ["subscribe", ("room.joined", None)]
    assert to_person(published, charlie) == []
    assert true_version(room)


def test_a_group_is_another_conversation_and_notes_are_ones_own(alice, bob, charlie):
    rooms = [direct_room_for(alice, ids) for ids in ([bob.pk], [bob.pk, charlie.pk], [], [alice.pk])]
    assert rooms[2] == rooms[3]
    assert len({room.pk for room in rooms}) == 3
    assert rooms[1] == direct_room_for(charlie, [alice.pk, bob.pk])
    assert rooms[2].member_count == 1


def test_a_group_has_a_limit_with_oneself_counted(alice, bob, charlie, settings):
    settings.GROUP_MAX_PEOPLE = 2
    assert direct_room_for(alice, [bob.pk]).member_count == 2
    assert refused(direct_room_for, alice, [bob.pk, charlie.pk]) == "too_long"


def test_nobody_suspended_deleted_imported_or_unknown_is_written_to(alice, person):
    gone = [
        person("suspended", suspended_at=timezone.now()),
        person("deleted", deleted_at=timezone.now()),
        person("inactive", is_active=False),
        person("imported", is_placeholder=True),
    ]
    for wrong in (*(user.pk for user in gone), 10**9, "alice", -1, None, True):
        assert refused(direct_room_for, alice, [wrong]) == "not_found"
    for user in gone[:3]:
        assert refused(direct_room_for, user, [alice.pk]) == "forbidden"
    assert not Room.objects.exists()


def test_a_conversation_that_exists_is_found_after_its_partner_was_suspended(alice, bob):
    room = direct_room_for(alice, [bob.pk])
    bob.suspended_at = timezone.now()
    bob.save()
    assert direct_room_for(alice, [bob.pk]) == room


def test_a_conversation_keeps_its_people_and_has_no_ranks(alice, bob, charlie):
    room = direct_room_for(alice, [bob.pk])
    assert refused(invite, alice, room.pk, [charlie.pk]) == "forbidden"
    assert refused(leave_room, alice, room.pk) == "forbidden"
    assert refused(remove_member, alice, room.pk, bob.pk) == "forbidden"
    assert refused(set_role, alice, room.pk, alice.pk, "owner") == "forbidden"
    assert refused(rename_room, alice, room.pk, "ours") == "forbidden"
    assert refused(archive_room, alice, room.pk) == "forbidden"
    assert refused(join_room, charlie, room.pk) == "not_found"
    assert refused(post_message, charlie, room.pk, "hello") == "not_found"


@pytest.mark.django_db(transaction=True)
def test_both_who_open_it_at_once_get_the_same_one(alice, bob):
    sides = [(alice, bob), (bob, alice), (alice, bob), (bob, alice)]
    results = at_once(4, lambda number: direct_room_for(sides[number][0], [sides[number][1].pk]))
    assert {getattr(room, "pk", room) for room in results} == {Room.objects.get().pk}
    assert Room.objects.get().memberships.count() == 2
