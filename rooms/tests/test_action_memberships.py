"""Coming, going, and what one is in a room."""

import uuid

import pytest
from django.utils import timezone

import rooms.chores  # noqa: F401  (registers the worker's)
from accounts.actions import delete_account
from rooms import access
from rooms.actions.memberships import (
    invite,
    join_room,
    leave_all_rooms,
    leave_room,
    leave_what_is_left,
    remove_member,
    set_notify,
    set_pinned,
    set_role,
)  # fmt: skip
from rooms.actions.posting import post_message
from rooms.actions.rooms import archive_room
from rooms.models import AuditEntry, Membership, Message
from rooms.queries import unread_threads
from rooms.tests.outgoing import full_room_events, room_events, to_person
from rooms.tests.test_action_rooms import refused, true_version
from rooms.wire import message_wire, rooms_of
from talkwave.work import chores

pytestmark = pytest.mark.django_db


def roles(room):
    return dict(Membership.objects.filter(room=room).values_list("user__username", "role"))


def counted(room):
    room.refresh_from_db()
    return room.member_count == room.memberships.count()


@pytest.fixture
def square(make_room, olga, bob, alice, charlie):
    """A public room with Olga, Bob and Alice in it."""
    return make_room("square", kind="public", olga="owner", bob="moderator", alice="member")


# --- join -------------------------------------------------------------------------------------------


def test_anybody_joins_a_public_room_with_everything_read(square, alice, charlie, published):
    post_message(alice, square.pk, "hello")
    published.clear()
    membership = join_room(charlie, square.pk)
    assert membership.role == "member"
    assert room_events(published) == [(2, "member.joined"), (3, "message.created")]
    assert to_person(published, charlie) == ["subscribe", ("room.joined", None)]
    membership.refresh_from_db()
    assert membership.read_seq == 2
    assert full_room_events(published)[0]["member_count"] == 4
    assert counted(square) and true_version(square)


def test_joining_twice_is_once(square, charlie, published):
    join_room(charlie, square.pk)
    published.clear()
    join_room(charlie, str(square.pk))
    assert published == []
    assert counted(square)


def test_a_private_room_is_not_there_for_an_outsider(room, charlie):
    assert refused(join_room, charlie, room.pk) == "not_found"
    assert refused(join_room, charlie, 10**9) == "not_found"
    assert "charlie" not in roles(room)


def test_an_archived_room_is_not_joined_and_a_suspended_person_joins_nothing(square, olga, charlie, person):
    gone = person("gone", suspended_at=timezone.now())
    assert refused(join_room, gone, square.pk) == "not_found"
    archive_room(olga, square.pk)
    assert refused(join_room, charlie, square.pk) == "read_only"


# --- invite -----------------------------------------------------------------------------------------


def test_a_member_adds_people_in_one_line_and_each_is_told(room, alice, bob, charlie, person, published):
    dora = person("dora")
    new = invite(alice, room.pk, [charlie.pk, str(dora.pk), bob.pk, charlie.pk])
    assert [user.username for user in new] == ["charlie", "dora"]
    assert room_events(published) == [(1, "member.joined"), (2, "member.joined"), (3, "message.created")]
    assert to_person(published, dora) == ["subscribe", ("room.joined", None)]
    assert room.messages.get().system == {"event": "invited", "target": "Charlie, dora"}
    assert counted(room) and true_version(room)


def test_who_is_invited_since_a_message_names_them_is_called_by_it(room, alice, bob, charlie, person):
    dora, written = person("Dora"), uuid.uuid4()
    post_message(bob, room.pk, "before")
    root = post_message(alice, room.pk, "@charlie and @bob, come!", client_id=written)
    post_message(bob, room.pk, "here")
    invite(alice, room.pk, [charlie.pk, dora.pk], named_in=written)
    assert [(one["read_seq"], one["mentions"]) for who in (charlie, dora) for one in rooms_of(who)] == [(1, 1), (4, 0)]
    message = message_wire(Message.objects.for_wire().get(pk=root.pk))
    assert message["mentions"] == sorted([str(bob.pk), str(charlie.pk)], key=int) and message["version"] > root.version
    assert f'data-user="{charlie.pk}"' in message["html"]
    # To nobody it belongs but its author, and in no other room; in a thread alone it calls there.
    leave_room(charlie, room.pk)
    invite(bob, room.pk, [charlie.pk], named_in=written)
    assert rooms_of(charlie)[0]["mentions"] == 0
    aside = uuid.uuid4()
    post_message(alice, room.pk, "@eve knows", thread=root.pk, in_room=False, client_id=aside)
    eve = person("Eve")
    invite(alice, room.pk, [eve.pk], named_in=aside)
    assert (rooms_of(eve)[0]["mentions"], unread_threads(eve)) == (0, {room.pk: 1})


def test_inviting_only_those_who_are_in_changes_nothing(room, alice, bob, published):
    assert invite(alice, room.pk, [bob.pk, alice.pk]) == []
    assert published == []


def test_more_than_a_handful_are_counted_in_the_line(room, alice, person):
    ids = [person(f"guest{number:02}").pk for number in range(13)]
    invite(alice, room.pk, ids)
    assert room.messages.get().system["target"].endswith("guest09 (+3)")


def test_nobody_is_invited_when_one_cannot_be(room, alice, charlie, person, settings):
    gone = person("gone", suspended_at=timezone.now())
    ghost = person("ghost", is_placeholder=True)
    for wrong in (gone.pk, ghost.pk, 10**9, "x", None):
        assert refused(invite, alice, room.pk, [charlie.pk, wrong]) == "not_found"
    settings.INVITE_MAX_PEOPLE = 1
    assert refused(invite, alice, room.pk, [charlie.pk, alice.pk]) == "too_long"
    assert "charlie" not in roles(room)


def test_an_outsider_invites_to_nothing_and_a_reader_must_join_first(room, square, charlie, alice):
    assert refused(invite, charlie, room.pk, [charlie.pk]) == "not_found"
    assert refused(invite, charlie, square.pk, [charlie.pk]) == "forbidden"


# --- leave ------------------------------------------------------------------------------------------


def test_who_leaves_hears_no_more(room, alice, published):
    leave_room(alice, room.pk)
    assert "alice" not in roles(room)
    assert room_events(published) == [(1, "member.left"), (2, "message.created")]
    assert to_person(published, alice) == [("unsubscribe", "left")]
    assert refused(access.room_for, alice, room.pk) == "not_found"
    assert counted(room) and true_version(room)


def test_leaving_what_one_is_not_in_changes_nothing(square, room, charlie, published):
    leave_room(charlie, square.pk)
    assert refused(leave_room, charlie, room.pk) == "not_found"
    assert published == []


def test_the_last_owner_leaves_the_room_to_a_moderator(room, olga, published):
    leave_room(olga, room.pk)
    assert roles(room) == {"bob": "owner", "alice": "member"}
    assert "member.updated" in [kind for _, kind in room_events(published)]
    assert true_version(room)


def test_without_a_moderator_the_longest_member_who_can_take_part_inherits(make_room, olga, alice, charlie, person):
    gone = person("gone", suspended_at=timezone.now())
    room = make_room("cave", olga="owner", gone="member", alice="member", charlie="member")
    early = timezone.now() - timezone.timedelta(days=2)
    Membership.objects.filter(user__in=[gone, charlie]).update(joined_at=early)
    leave_room(olga, room.pk)
    assert roles(room) == {"gone": "member", "charlie": "owner", "alice": "member"}


def test_another_owner_stays_owner_and_an_empty_room_has_none(make_room, olga, alice, bob):
    room = make_room("cave", olga="owner", alice="owner", bob="moderator")
    leave_room(olga, room.pk)
    assert roles(room) == {"alice": "owner", "bob": "moderator"}
    leave_room(alice, room.pk)
    leave_room(bob, room.pk)
    assert roles(room) == {}
    assert counted(room) and true_version(room)


def test_an_archived_room_can_be_left(room, olga, alice):
    archive_room(olga, room.pk)
    leave_room(alice, room.pk)
    assert "alice" not in roles(room)


# --- remove -----------------------------------------------------------------------------------------


def test_a_moderator_removes_a_member_who_hears_no_more(room, bob, alice, published):
    remove_member(bob, room.pk, str(alice.pk))
    assert "alice" not in roles(room)
    assert to_person(published, alice) == [("unsubscribe", "removed")]
    assert room.messages.get().system == {"event": "removed", "target": "Alice"}
    assert AuditEntry.objects.get().actor == bob
    assert counted(room) and true_version(room)


def test_an_owner_removes_a_moderator_and_another_owner(make_room, olga, bob, alice):
    room = make_room("cave", olga="owner", bob="moderator", alice="owner")
    remove_member(olga, room.pk, bob.pk)
    remove_member(olga, room.pk, alice.pk)
    assert roles(room) == {"olga": "owner"}


def test_nobody_removes_somebody_of_their_rank_or_above_nor_themselves(room, olga, bob, alice, charlie, person):
    from rooms.models import Membership as Seat

    Seat.objects.create(room=room, user=person("mia"), role="moderator")
    mia = Seat.objects.get(user__username="mia").user
    assert refused(remove_member, bob, room.pk, mia.pk) == "forbidden"
    assert refused(remove_member, bob, room.pk, olga.pk) == "forbidden"
    assert refused(remove_member, bob, room.pk, bob.pk) == "bad_request"
    assert refused(remove_member, alice, room.pk, bob.pk) == "forbidden"
    assert refused(remove_member, charlie, room.pk, alice.pk) == "not_found"
    assert refused(remove_member, bob, room.pk, charlie.pk) == "not_found"
    assert len(roles(room)) == 4


# --- roles ------------------------------------------------------------------------------------------


def test_an_owner_makes_somebody_a_moderator(room, olga, alice, published):
    set_role(olga, room.pk, alice.pk, "moderator")
    assert roles(room)["alice"] == "moderator"
    assert full_room_events(published)[0]["member"]["role"] == "moderator"
    assert room.messages.get().system == {"event": "role", "target": "Alice", "role": "moderator"}
    assert true_version(room)
    published.clear()
    set_role(olga, room.pk, alice.pk, "moderator")
    assert published == []


def test_one_owner_stays(room, olga, alice):
    assert refused(set_role, olga, room.pk, olga.pk, "member") == "conflict"
    set_role(olga, room.pk, alice.pk, "owner")
    set_role(olga, room.pk, olga.pk, "member")
    assert roles(room)["olga"] == "member"


def test_roles_are_the_owners_to_give_and_only_those_there_are(room, olga, bob, alice, charlie):
    assert refused(set_role, olga, room.pk, alice.pk, "king") == "bad_request"
    assert refused(set_role, bob, room.pk, alice.pk, "moderator") == "forbidden"
    assert refused(set_role, alice, room.pk, alice.pk, "owner") == "forbidden"
    assert refused(set_role, charlie, room.pk, charlie.pk, "owner") == "not_found"
    assert refused(set_role, olga, room.pk, charlie.pk, "owner") == "not_found"


# --- preferences ------------------------------------------------------------------------------------


def test_a_preference_is_its_readers_own(room, alice, bob, published):
    set_notify(alice, room.pk, "mentions")
    set_pinned(alice, room.pk, True)
    set_pinned(alice, room.pk, True)
    assert room_events(published) == []
    assert to_person(published, bob) == []
    assert to_person(published, alice) == [("room.joined", None)] * 3
    membership = Membership.objects.get(room=room, user=alice)
    assert membership.notify == "mentions" and membership.pinned_at
    assert set_pinned(alice, room.pk, False).pinned_at is None


def test_preferences_need_a_membership_and_a_known_word(room, square, alice, charlie):
    assert refused(set_notify, alice, room.pk, "loud") == "bad_request"
    assert refused(set_notify, charlie, room.pk, "all") == "not_found"
    assert refused(set_pinned, charlie, square.pk, True) == "forbidden"


# --- an account that ends -------------------------------------------------------------------------------


def test_an_account_that_ends_leaves_its_rooms_and_keeps_its_conversations(room, square, make_room, olga, alice):
    direct = make_room("", kind="direct", olga="member", alice="member")
    olga.deleted_at = timezone.now()
    olga.save()
    leave_all_rooms(olga)
    assert roles(room)["bob"] == roles(square)["bob"] == "owner"
    assert set(roles(direct)) == {"olga", "alice"}
    assert counted(room) and counted(square) and true_version(room)


def test_closing_an_account_takes_its_person_out_of_the_rooms(
    room, olga, published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as once_it_is_over:
        delete_account(olga, olga)
        # None of the rooms is held while the account ends.
        assert len(roles(room)) == 3
    for call in once_it_is_over:
        call()
    assert roles(room) == {"bob": "owner", "alice": "member"} and len(roles(room)) == 2
    assert ("unsubscribe", "left") in to_person(published, olga)
    assert true_version(room)


def test_what_a_killed_process_left_of_it_the_worker_does(room, square, make_room, olga, alice):
    make_room("", kind="direct", olga="member", alice="member")
    delete_account(olga, olga)  # the callbacks of its commit are not called here, as by a process that was killed
    assert leave_what_is_left in [chore.run for chore in chores()]
    assert leave_what_is_left() is False
    left = Membership.objects.filter(user=olga).values_list("room__kind", flat=True)
    assert list(left) == ["direct"] and counted(room) and counted(square)
    assert roles(room) == {"bob": "owner", "alice": "member"}
