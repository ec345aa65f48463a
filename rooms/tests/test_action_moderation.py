"""What administrators do in rooms they need not be in, and that it is kept."""

import pytest

from rooms.actions import moderation
from rooms.actions.direct import direct_room_for
from rooms.actions.memberships import leave_room
from rooms.actions.messages import post_system
from rooms.actions.posting import post_message
from rooms.models import AuditEntry, DeletedText, Membership, Message, Room
from rooms.tests.outgoing import room_events, to_person
from rooms.tests.test_action_rooms import refused, true_version
from rooms.wire import message_wire

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(person):
    return person("root", is_staff=True, is_superuser=True)


def test_an_administrator_archives_and_restores_a_room_they_are_not_in(room, root, published):
    assert moderation.archive_room(root, room.pk) is True
    assert moderation.archive_room(root, room.pk) is False
    assert moderation.restore_room(root, room.pk) is True
    assert room_events(published)[0] == (1, "room.updated")
    assert AuditEntry.objects.filter(actor=root).count() == 2
    assert true_version(room)


def test_an_administrator_deletes_a_room_and_a_conversation(room, root, alice, bob, published):
    direct = direct_room_for(alice, [bob.pk])
    post_message(alice, direct.pk, "hello")
    published.clear()
    moderation.delete_room(root, room.pk)
    moderation.delete_room(root, direct.pk)
    assert not Room.objects.exists()
    assert to_person(published, alice) == [("unsubscribe", "deleted")] * 2
    assert AuditEntry.objects.count() == 2


def test_an_administrator_removes_an_owner_and_the_room_gets_another(room, root, olga, published):
    moderation.remove_member(root, room.pk, olga.pk)
    assert Membership.objects.get(room=room, role="owner").user.username == "bob"
    assert to_person(published, olga) == [("unsubscribe", "removed")]
    assert true_version(room)


def test_a_room_that_lost_its_owner_gets_one(make_room, root, olga, alice):
    room = make_room("cave", olga="owner")
    leave_room(olga, room.pk)
    Membership.objects.create(room=room, user=alice)
    moderation.set_role(root, room.pk, alice.pk, "owner")
    assert Membership.objects.get(room=room).role == "owner"


def test_a_conversation_keeps_its_people(root, alice, bob):
    direct = direct_room_for(alice, [bob.pk])
    assert refused(moderation.remove_member, root, direct.pk, bob.pk) == "forbidden"
    assert refused(moderation.set_role, root, direct.pk, bob.pk, "owner") == "forbidden"


def test_deleted_messages_are_tombstones_in_every_room_and_counted_once(room, make_room, root, alice, published):
    other = make_room("cave", alice="owner")
    ids = [post_message(alice, where.pk, "rude").pk for where in (room, room, other)]
    published.clear()
    assert moderation.delete_messages(root, ids) == 3
    assert moderation.delete_messages(root, ids) == 0
    assert [kind for _, kind in room_events(published)] == ["message.updated"] * 3
    assert set(Message.objects.values_list("body", "html")) == {("", "")}
    assert set(DeletedText.objects.values_list("body", flat=True)) == {"rude"}
    assert AuditEntry.objects.count() == 2
    assert true_version(room) and true_version(other)
    # A line of the room itself, too: a topic can be what nobody should read.
    line = post_system(room, alice, {"event": "topic", "topic": "rude"})
    assert moderation.delete_messages(root, [line.pk]) == 1
    assert "rude" not in str(message_wire(Message.objects.for_wire().get(pk=line.pk)))


@pytest.mark.parametrize("who", ["olga", "alice", "staff", "suspended_root"])
def test_nobody_else_moderates(room, olga, alice, person, who):
    from django.utils import timezone

    person("staff", is_staff=True)
    person("suspended_root", is_staff=True, is_superuser=True, suspended_at=timezone.now())
    from accounts.models import User

    actor = User.objects.get(username=who)
    message = post_message(alice, room.pk, "hello")
    assert refused(moderation.archive_room, actor, room.pk) == "forbidden"
    assert refused(moderation.restore_room, actor, room.pk) == "forbidden"
    assert refused(moderation.delete_room, actor, room.pk) == "forbidden"
    assert refused(moderation.remove_member, actor, room.pk, alice.pk) == "forbidden"
    assert refused(moderation.set_role, actor, room.pk, alice.pk, "owner") == "forbidden"
    assert refused(moderation.delete_messages, actor, [message.pk]) == "forbidden"


def test_what_is_not_there_is_not_found(root):
    assert refused(moderation.archive_room, root, 10**9) == "not_found"
    assert moderation.delete_messages(root, [10**9]) == 0
