"""Changing and deleting: how long, what is kept, who sees it, and taking a deletion back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message, restore_message
from rooms.actions.messages import edit_message
from rooms.actions.pins import pin_message
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.actions.reads import mark_read
from rooms.consistency import problems
from rooms.models import DeletedText, Message, Preview, Revision
from rooms.revisions import difference, versions
from rooms.wire import message_wire
from talkwave.errors import Refused


def pieces(before, after):
    return [(piece.kind, piece.text) for piece in difference(before, after)]


def test_a_difference_is_told_word_by_word():
    assert pieces("the wave is small", "the wave is very tall") == [
        ("same", "the wave is "), ("removed", "small"), ("added", "very tall"),
    ]  # fmt: skip
    assert pieces("", "all new") == [("added", "all new")]
    assert pieces("a " * 5_000, "b") == [("removed", "a " * 5_000), ("added", "b")]


def test_every_version_is_kept_with_its_time(room, alice):
    message = post_message(alice, room.pk, "one")
    edit_message(alice, message.pk, "two")
    edit_message(alice, message.pk, "two")  # changes nothing
    edit_message(alice, message.pk, "three")
    message.refresh_from_db()
    found = versions(message)
    assert ["".join(p.text for p in version.pieces if p.kind != "removed") for version in found] == [
        "three",
        "two",
        "one",
    ]
    assert found[-1].at == message.created_at and found[0].at == message.edited_at


def test_after_a_day_words_stand_as_they_are(room, alice, settings):
    message = post_message(alice, room.pk, "old")
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refused) as refusal:
        edit_message(alice, message.pk, "new")
    assert refusal.value.code == "forbidden" and "24 hours" in str(refusal.value.detail)
    settings.MESSAGE_EDIT_HOURS = 0
    assert edit_message(alice, message.pk, "new").body == "new"


def test_what_nobody_else_has_read_leaves_no_trace_and_what_they_have_a_tombstone(room, alice, bob):
    first, second = (post_message(alice, room.pk, words) for words in ("one", "two"))
    mark_read(bob, room.pk, first.seq)
    for message in (first, second):
        delete_message(alice, message.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.in_room and not second.in_room
    assert not list(problems())


def test_an_answered_message_leaves_a_tombstone_though_nobody_has_read_on(room, alice):
    message = post_message(alice, room.pk, "question")
    post_message(alice, room.pk, "answer", reply_to=message.pk)
    delete_message(alice, message.pk)
    message.refresh_from_db()
    assert message.in_room


def test_a_deletion_taken_back_brings_everything_back(room, alice, bob, olga):
    message = post_message(alice, room.pk, "@bob look at https://example.org")
    edit_message(alice, message.pk, "@bob look here")
    add_reaction(bob, message.pk, "👍")
    pin_message(olga, message.pk)
    before = message_wire(Message.objects.for_wire().get(pk=message.pk))
    delete_message(alice, message.pk)
    assert not Revision.objects.exists()
    assert not list(problems())
    restore_message(alice, message.pk)
    after = message_wire(Message.objects.for_wire().get(pk=message.pk))
    assert {**after, "version": 0} == {**before, "version": 0}
    assert not DeletedText.objects.exists()
    assert Revision.objects.count() == 1
    assert not list(problems())
    restore_message(alice, message.pk)  # once is enough


def test_it_is_taken_back_only_by_who_deleted_it_and_only_at_once(room, alice, olga):
    message = post_message(alice, room.pk, "words")
    delete_message(olga, message.pk)
    with pytest.raises(Refused) as refusal:
        restore_message(alice, message.pk)
    assert refusal.value.code == "conflict"
    DeletedText.objects.update(deleted_at=timezone.now() - timedelta(seconds=11))
    with pytest.raises(Refused) as refusal:
        restore_message(olga, message.pk)
    assert refusal.value.code == "conflict"


def test_an_answer_taken_back_counts_in_its_thread_again(room, alice, bob):
    root = post_message(alice, room.pk, "root")
    answer = post_message(bob, room.pk, "answer", thread=root.pk, in_room=False)
    delete_message(bob, answer.pk)
    assert message_wire(Message.objects.for_wire().get(pk=root.pk))["thread"] is None
    restore_message(bob, answer.pk)
    assert message_wire(Message.objects.for_wire().get(pk=root.pk))["thread"]["count"] == 1
    assert not list(problems())


@pytest.mark.parametrize(("who", "status"), [("alice", 200), ("bob", 200), ("dora", 403), ("charlie", 404)])
def test_earlier_words_are_for_the_author_and_for_moderators(
    signed_in, make_room, person, alice, bob, charlie, who, status
):
    dora = person("dora")
    room = make_room("cave", alice="member", bob="moderator", dora="member")
    message = post_message(alice, room.pk, "secret")
    edit_message(alice, message.pk, "public")
    people = {"alice": alice, "bob": bob, "charlie": charlie, "dora": dora}
    address = reverse("message_history", args=[room.pk, message.pk])
    page = signed_in(people[who]).get(address)
    assert page.status_code == status
    assert ("secret" in page.text) == (status == 200)


def test_a_deleted_message_has_no_earlier_words(signed_in, room, alice):
    message = post_message(alice, room.pk, "secret")
    edit_message(alice, message.pk, "public")
    delete_message(alice, message.pk)
    assert signed_in(alice).get(reverse("message_history", args=[room.pk, message.pk])).status_code == 404


def test_a_preview_that_was_taken_away_does_not_come_back_with_its_message(room, alice):
    message = post_message(alice, room.pk, "see https://example.org/ and https://example.com/")
    previews = Preview.objects.filter(message=message)
    away, stays = previews
    Preview.objects.filter(pk=away.pk).update(removed_at=timezone.now())
    delete_message(alice, message.pk)
    restore_message(alice, message.pk)
    assert {one.url: one.removed_at is None for one in previews.all()} == {away.url: False, stays.url: True}
