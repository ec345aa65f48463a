"""Drafts: they go on from what the server holds, and no device takes another's words away."""

import json

import pytest

from rooms.actions.drafts import drafts_of, save_draft
from rooms.actions.memberships import leave_room
from rooms.actions.posting import post_message
from rooms.models import Membership, WrittenDraft
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


def stored(user):
    return {(draft["room"], draft["thread"]): draft["body"] for draft in drafts_of(user)}


def told(published, user):
    return [
        json.loads(envelope.message["json"])
        for batch in published
        for envelope in batch
        if envelope.message["op"] == "event" and envelope.message["user"] == user.pk
    ]


def test_a_draft_is_kept_and_told_to_the_persons_own_devices_alone(room, alice, bob, published):
    assert save_draft(alice, room.pk, "hel", 0, device="a") == (1, "hel", True)
    assert save_draft(alice, str(room.pk), "hello", 1, device="a") == (2, "hello", True)
    assert stored(alice) == {(str(room.pk), None): "hello"} and stored(bob) == {}
    assert told(published, alice)[-1] == {
        "type": "draft.updated",
        "draft": {"room": str(room.pk), "thread": None, "body": "hello", "version": 2, "device": "a"},
    }  # fmt: skip
    assert told(published, bob) == []


def test_a_device_that_did_not_know_of_it_does_not_overwrite_a_draft(room, alice, published):
    save_draft(alice, room.pk, "from the desk", 0)
    published.clear()
    assert save_draft(alice, room.pk, "from the phone", 0) == (1, "from the desk", False)
    assert save_draft(alice, room.pk, "", 0) == (1, "from the desk", False)
    assert stored(alice) == {(str(room.pk), None): "from the desk"} and told(published, alice) == []
    # Having seen it, the phone may.
    assert save_draft(alice, room.pk, "from the phone", 1) == (2, "from the phone", True)


def test_what_is_the_same_is_no_conflict_and_no_change(room, alice):
    save_draft(alice, room.pk, "hello", 0)
    assert save_draft(alice, room.pk, "hello", 0) == (1, "hello", True)


def test_an_emptied_draft_keeps_its_version_and_gives_way_to_any_other(room, alice):
    save_draft(alice, room.pk, "hello", 0)
    assert save_draft(alice, room.pk, "  \n", 1) == (2, "", True)
    assert drafts_of(alice)[0]["version"] == 2
    assert save_draft(alice, room.pk, "again", 0) == (3, "again", True)


def test_a_room_and_each_of_its_threads_have_drafts_of_their_own(room, alice, bob):
    root = post_message(bob, room.pk, "lunch?")
    save_draft(alice, room.pk, "in the room", 0)
    save_draft(alice, room.pk, "in the thread", 0, thread=root.pk)
    assert stored(alice) == {(str(room.pk), None): "in the room", (str(room.pk), str(root.pk)): "in the thread"}


def test_no_draft_where_one_may_not_look(room, make_room, alice, charlie, bob):
    root = post_message(bob, room.pk, "lunch?")
    other = make_room("other", alice="member")
    for actor, room_id, thread in (
        (charlie, room.pk, None),
        (charlie, 10**9, None),
        (alice, "x", None),
        (alice, other.pk, root.pk),
        (alice, room.pk, 10**9),
    ):
        with pytest.raises(Refused) as refusal:
            save_draft(actor, room_id, "hello", 0, thread=thread)
        assert refusal.value.code == "not_found"
    assert not WrittenDraft.objects.exists()


def test_a_draft_is_as_long_as_a_message_and_no_longer(room, alice, settings):
    settings.MESSAGE_MAX_LENGTH = 10
    assert save_draft(alice, room.pk, "0123456789", 0).stored
    with pytest.raises(Refused) as refusal:
        save_draft(alice, room.pk, "0123456789a", 1)
    assert refusal.value.code == "too_long"
    with pytest.raises(Refused):
        save_draft(alice, room.pk, "a\x00", 1)


def test_where_there_are_too_many_those_come_that_were_written_in_last(room, make_room, alice, settings):
    # Not those whose rooms one came to last: one's oldest room is most often the one one writes in.
    save_draft(alice, room.pk, "first", 0)
    save_draft(alice, make_room("other", alice="member").pk, "second", 0)
    save_draft(alice, room.pk, "first, and more", 1)
    settings.DRAFTS_MAX = 1
    assert stored(alice) == {(str(room.pk), None): "first, and more"}


def test_drafts_of_a_room_one_left_are_not_listed(room, alice):
    save_draft(alice, room.pk, "hello", 0)
    leave_room(alice, room.pk)
    assert drafts_of(alice) == []
    Membership.objects.create(room=room, user=alice)
    assert len(drafts_of(alice)) == 1


def test_the_list_is_bounded(make_room, alice, settings, django_assert_num_queries):
    settings.DRAFTS_MAX_CHARACTERS = 10
    for number in range(3):
        save_draft(alice, make_room(f"room {number}", alice="member").pk, "12345", 0)
    with django_assert_num_queries(1):
        assert len(drafts_of(alice)) == 2
