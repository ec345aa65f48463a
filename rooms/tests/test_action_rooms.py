"""Making rooms, naming them, closing and ending them."""

import pytest

from rooms.actions.deletion import doomed
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_read
from rooms.actions.rooms import archive_room, create_room, delete_room, rename_room, restore_room, set_topic
from rooms.models import AuditEntry, Membership, Message, Room
from rooms.tests.outgoing import full_room_events, room_events, to_person
from rooms.wire import rooms_of
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def true_version(room):
    room.refresh_from_db()
    return room.version == room.state_changes + sum(room.messages.values_list("changes", flat=True))


# --- create -----------------------------------------------------------------------------------------


def test_who_makes_a_room_owns_it_and_those_named_are_in_it(alice, bob, charlie, published):
    room = create_room(alice, kind="private", name="  The \t Harbour ", topic="ships", members=[str(bob.pk), alice.pk])
    assert room.name == "The Harbour"
    assert set(room.memberships.values_list("user__username", "role")) == {("alice", "owner"), ("bob", "member")}
    assert room.member_count == 2
    assert room.messages.get().system == {"event": "created"}
    assert set(room.memberships.values_list("read_seq", flat=True)) == {1}
    assert true_version(room)
    assert to_person(published, alice) == to_person(published, bob) == ["subscribe", ("room.joined", None)]
    assert to_person(published, charlie) == []


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u2060", "\u3164"])
def test_a_room_without_a_visible_name_is_refused(alice, name):
    assert refused(create_room, alice, kind="public", name=name) == "bad_request"
    assert not Room.objects.exists()


def test_a_name_or_topic_too_long_is_refused_not_cut(alice):
    assert refused(create_room, alice, kind="public", name="x" * 81) == "too_long"
    assert refused(create_room, alice, kind="public", name="fine", topic="x" * 501) == "too_long"


def test_names_are_the_same_whatever_their_case_and_width(alice, bob):
    create_room(alice, kind="public", name="Harbour")
    for name in ("harbour", "ＨＡＲＢＯＵＲ", "Har\u200dbour", "Har\u00adbour"):
        assert refused(create_room, bob, kind="private", name=name) == "conflict"
    assert Room.objects.count() == 1


def test_a_name_keeps_joiners_where_a_script_or_an_emoji_needs_them(alice):
    assert create_room(alice, kind="public", name="می\u200cخواهم").name == "می\u200cخواهم"
    assert create_room(alice, kind="public", name="👩\u200d🚀 crew").name == "👩\u200d🚀 crew"


def test_controls_surrogates_and_overrides_never_reach_the_database(alice):
    assert create_room(alice, kind="public", name="a\x00b\ud800c\u202ed\ne").name == "abcd e"


@pytest.mark.parametrize("kind", ["direct", "", "open"])
def test_only_public_and_private_rooms_are_made(alice, kind):
    assert refused(create_room, alice, kind=kind, name="den") == "bad_request"


def test_somebody_suspended_makes_no_room_and_is_put_in_none(alice, person):
    from django.utils import timezone

    gone = person("gone", suspended_at=timezone.now())
    assert refused(create_room, gone, kind="public", name="den") == "forbidden"
    assert refused(create_room, alice, kind="public", name="den", members=[gone.pk]) == "not_found"
    assert not Room.objects.exists()


# --- rename, topic ----------------------------------------------------------------------------------


def test_a_moderator_renames_and_everybody_hears(room, bob, published):
    rename_room(bob, room.pk, "cave")
    room.refresh_from_db()
    assert (room.name, room.name_key) == ("cave", "cave")
    assert room_events(published) == [(1, "room.updated"), (2, "message.created")]
    assert full_room_events(published)[0]["state"]["name"] == "cave"
    assert true_version(room)


def test_the_same_name_or_topic_again_changes_nothing(room, bob, published):
    rename_room(bob, room.pk, "den")
    set_topic(bob, room.pk, " ")
    assert published == []


def test_a_topic_is_set_and_cleared(room, bob):
    set_topic(bob, room.pk, "fish\nand chips")
    assert set_topic(bob, room.pk, "").topic == ""
    assert list(room.messages.order_by("seq").values_list("system", flat=True)) == [
        {"event": "topic", "topic": "fish and chips"},
        {"event": "topic_cleared"},
    ]


def test_a_name_in_use_is_refused_and_the_room_keeps_its_own(room, make_room, bob):
    make_room("cave")
    assert refused(rename_room, bob, room.pk, "CAVE") == "conflict"
    room.refresh_from_db()
    assert (room.name, room.version) == ("den", 0)


@pytest.mark.parametrize("change", [rename_room, set_topic])
def test_a_member_and_an_outsider_change_neither(room, alice, charlie, change):
    assert refused(change, alice, room.pk, "mine") == "forbidden"
    assert refused(change, charlie, room.pk, "mine") == "not_found"


# --- archive, restore -------------------------------------------------------------------------------


def test_an_archived_room_is_read_only_until_it_is_restored(room, olga, alice, bob, published):
    archive_room(olga, room.pk)
    assert refused(post_message, alice, room.pk, "hello") == "read_only"
    assert refused(rename_room, bob, room.pk, "cave") == "read_only"
    assert full_room_events(published)[0]["state"]["archived"] is True
    restore_room(olga, room.pk)
    assert post_message(alice, room.pk, "hello").seq == 3
    assert true_version(room)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"archive_room", "restore_room"}


def test_archiving_and_restoring_makes_nothing_more_unread(room, olga, alice, bob):
    post_message(bob, room.pk, "one")
    archive_room(olga, room.pk)
    restore_room(olga, room.pk)
    assert rooms_of(alice)[0]["unread"] == 1
    # Who has read all that was said has read the lines behind it, and stays so.
    mark_read(alice, room.pk, 1)
    assert rooms_of(alice)[0]["unread"] == 0
    archive_room(olga, room.pk)
    assert rooms_of(alice)[0]["unread"] == 0
    assert Membership.objects.get(room=room, user=alice).read_seq == 4


def test_archiving_or_restoring_twice_is_once(room, olga):
    archive_room(olga, room.pk)
    version = archive_room(olga, room.pk).version
    assert restore_room(olga, room.pk).version == version + 2
    assert restore_room(olga, room.pk).version == version + 2


@pytest.mark.parametrize("change", [archive_room, restore_room])
def test_only_an_owner_archives(room, alice, bob, charlie, change):
    assert refused(change, alice, room.pk) == "forbidden"
    assert refused(change, bob, room.pk) == "forbidden"
    assert refused(change, charlie, room.pk) == "not_found"


# --- delete -----------------------------------------------------------------------------------------


def test_a_deleted_room_is_gone_for_all_with_every_row(room, olga, alice, bob, charlie, published):
    post_message(alice, room.pk, "hello @bob")
    published.clear()
    delete_room(olga, room.pk, confirm_name=" DEN ")
    assert not Room.objects.exists() and not Message.objects.exists() and not Membership.objects.exists()
    for user in (olga, alice, bob):
        assert to_person(published, user) == [("unsubscribe", "deleted")]
    assert to_person(published, charlie) == []
    assert AuditEntry.objects.get().verb == "delete_room"
    assert create_room(charlie, kind="public", name="den").name == "den"


def test_a_room_is_deleted_only_with_its_name_typed(room, olga):
    assert refused(delete_room, olga, room.pk, confirm_name="") == "bad_request"
    assert refused(delete_room, olga, room.pk, confirm_name="cave") == "bad_request"
    assert Room.objects.exists()


def test_only_an_owner_deletes(room, alice, bob, charlie):
    assert refused(delete_room, alice, room.pk, confirm_name="den") == "forbidden"
    assert refused(delete_room, bob, room.pk, confirm_name="den") == "forbidden"
    assert refused(delete_room, charlie, room.pk, confirm_name="den") == "not_found"


def test_a_deletion_that_was_interrupted_is_invisible_and_can_be_finished(room, olga, alice, monkeypatch):
    from rooms.actions import deletion
    from rooms.actions import rooms as actions

    for number in range(5):
        post_message(alice, room.pk, f"line {number}")
    monkeypatch.setattr(deletion, "BATCH", 2)
    monkeypatch.setattr(actions, "purge", lambda room_id: deletion.purge(room_id, at_most=2))
    delete_room(olga, room.pk, confirm_name="den")
    assert list(doomed()) == [room]
    assert Message.objects.count() == 3
    assert refused(post_message, alice, room.pk, "still there?") == "not_found"
    assert deletion.purge(room.pk) is True
    assert not Room.objects.exists()
