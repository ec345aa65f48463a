"""Reacting to messages: who may, with what, how often; and what others are told."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import limits
from rooms.actions.deleting import delete_message
from rooms.actions.messages import post_system
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction, remove_reaction
from rooms.models import Membership, Message, OwnEmoji, Reaction, Room
from rooms.tests.at_once import at_once
from rooms.tests.outgoing import full_room_events
from rooms.text import qualified
from rooms.wire import message_wire
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(room, alice):
    return post_message(alice, room.pk, "soup at noon")


def shown(message):
    return message_wire(Message.objects.for_wire().get(pk=message.pk))["reactions"]


def version(room):
    return Room.objects.get(pk=room.pk).version


def refused(actor, message, emoji="👍", act=add_reaction):
    with pytest.raises(Refused) as refusal:
        act(actor, message.pk, emoji)
    return refusal.value


def test_reactions_stand_in_the_order_their_kinds_came_with_who_gave_them(message, alice, bob, olga):
    add_reaction(bob, message.pk, "🎉")
    add_reaction(alice, message.pk, "👍")
    add_reaction(olga, str(message.pk), "🎉")
    assert shown(message) == [
        {"emoji": "🎉", "count": 2, "users": [str(bob.pk), str(olga.pk)]},
        {"emoji": "👍", "count": 1, "users": [str(alice.pk)]},
    ]


def test_each_change_takes_one_version_and_is_told_with_the_whole_message(message, room, bob, published):
    before = version(room)
    add_reaction(bob, message.pk, "👍")
    remove_reaction(bob, message.pk, "👍")
    assert version(room) == before + 2
    events = full_room_events(published)
    assert [event["type"] for event in events] == ["message.updated"] * 2
    assert [event["message"]["reactions"] for event in events] == [
        [{"emoji": "👍", "count": 1, "users": [str(bob.pk)]}],
        [],
    ]
    assert events[-1]["message"]["body"] == "soup at noon"


def test_adding_twice_and_removing_what_is_not_there_changes_nothing(message, room, bob, published):
    add_reaction(bob, message.pk, "👍")
    before, told = version(room), len(published)
    add_reaction(bob, message.pk, "👍")
    remove_reaction(bob, message.pk, "🎉")
    assert version(room) == before and len(published) == told
    assert Reaction.objects.count() == 1


def test_one_emoji_written_with_and_without_its_selector_is_one_kind(message, alice, bob):
    add_reaction(alice, message.pk, "\u2764")
    add_reaction(bob, message.pk, "\u2764\ufe0f")
    assert [(one["emoji"], one["count"]) for one in shown(message)] == [("\u2764\ufe0f", 2)]


def test_skin_tones_are_kinds_of_their_own(message, alice, bob):
    add_reaction(alice, message.pk, "👍🏽")
    add_reaction(bob, message.pk, "👍")
    assert [one["emoji"] for one in shown(message)] == ["👍🏽", "👍"]


@pytest.mark.parametrize(
    "emoji",
    ["", " ", "a", "1", "👍👍", "👍 ", "<b>", "\u200d", "\ufe0f", "🏽", ":nosuch:", ":wave:", "x" * 10_000, "\x00", None, 7, ["👍"], {}],
)  # fmt: skip
def test_what_is_no_emoji_is_refused(message, room, bob, emoji):
    before = version(room)
    assert refused(bob, message, emoji).code == "bad_request"
    assert version(room) == before and not Reaction.objects.exists()


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧‍👦", "🏳️‍🌈", "1️⃣", "🇩🇪", "👩🏽‍❤️‍💋‍👨🏿", "☺", "©"])
def test_every_kind_of_sequence_is_taken(message, bob, emoji):
    add_reaction(bob, message.pk, emoji)
    assert [one["emoji"] for one in shown(message)] == [qualified(emoji)]


def test_the_twenty_first_kind_is_refused_and_joining_one_of_the_twenty_is_not(message, alice, bob):
    kinds = [chr(0x1F600 + place) for place in range(settings.REACTION_KINDS_MAX)]
    Reaction.objects.bulk_create(Reaction(message=message, user=alice, emoji=kind) for kind in kinds)
    refusal = refused(bob, message, "👍")
    assert refusal.code == "conflict" and str(settings.REACTION_KINDS_MAX) in refusal.detail
    add_reaction(bob, message.pk, kinds[-1])
    assert len(shown(message)) == settings.REACTION_KINDS_MAX
    remove_reaction(alice, message.pk, kinds[0])
    add_reaction(bob, message.pk, "👍")
    assert shown(message)[-1]["emoji"] == "👍"


def test_an_outsider_a_reader_and_somebody_suspended_react_to_nothing(message, make_room, charlie, alice, olga, room):
    assert refused(charlie, message).code == "not_found"
    assert refused(charlie, message, act=remove_reaction).code == "not_found"
    square = make_room("square", kind="public", olga="owner")
    assert refused(charlie, post_message(olga, square.pk, "hello")).code == "forbidden"
    alice.suspended_at = timezone.now()
    alice.save()
    assert refused(alice, message).code == "not_found"
    room.archived_at = timezone.now()
    room.save()
    assert refused(olga, message).code == "read_only"
    assert not Reaction.objects.exists()


def test_one_takes_back_only_ones_own(message, alice, bob):
    add_reaction(alice, message.pk, "👍")
    remove_reaction(bob, message.pk, "👍")
    assert shown(message)[0]["users"] == [str(alice.pk)]


def test_a_deleted_message_has_no_reactions_and_takes_none(message, alice, bob):
    add_reaction(bob, message.pk, "👍")
    delete_message(alice, message.pk)
    assert shown(message) == [] and not Reaction.objects.exists()
    assert refused(bob, message).code == "conflict"
    assert refused(bob, message, act=remove_reaction).code == "conflict"


def test_the_rooms_own_lines_take_none(room, alice, bob):
    line = post_system(Room.objects.get(pk=room.pk), alice, {"event": "joined"})
    assert refused(bob, line).code == "bad_request"


def test_what_people_said_stays_when_they_are_suspended_or_have_left(message, bob, room):
    add_reaction(bob, message.pk, "👍")
    bob.suspended_at = timezone.now()
    bob.save()
    Membership.objects.filter(user=bob).delete()
    assert shown(message) == [{"emoji": "👍", "count": 1, "users": [str(bob.pk)]}]


def test_too_many_at_once_are_slowed_down(message, bob):
    _rate, burst = settings.RATE_REACTIONS
    limits.reacting.take(bob.pk, burst)
    for act in (add_reaction, remove_reaction):
        refusal = refused(bob, message, act=act)
        assert refusal.code == "rate_limited" and refusal.retry_after > 0


def test_an_own_emoji_goes_by_its_name_and_keeps_its_picture_when_removed(message, alice, bob, olga):
    party = OwnEmoji.objects.create(name="party", picture="party-0123456789abcdef.webp", created_by=alice)
    add_reaction(alice, message.pk, ":party:")
    url = "/emoji/party-0123456789abcdef.webp"
    assert shown(message) == [{"emoji": ":party:", "count": 1, "users": [str(alice.pk)], "url": url}]
    party.removed_at = timezone.now()
    party.save()
    OwnEmoji.objects.create(name="party", picture="party-ffffffffffffffff.webp", created_by=alice)
    add_reaction(bob, message.pk, ":party:")
    assert [(one["count"], one["url"]) for one in shown(message)] == [(2, url)]
    other = post_message(olga, message.room_id, "another")
    add_reaction(bob, other.pk, ":party:")
    assert shown(other)[0]["url"] == "/emoji/party-ffffffffffffffff.webp"


def test_a_page_full_of_reactions_costs_as_many_queries_as_one_without(room, alice, bob, django_assert_num_queries):
    messages = [post_message(alice, room.pk, f"message {place}") for place in range(5)]

    def page():
        return [message_wire(message)["reactions"] for message in Message.objects.for_wire().filter(room=room)]

    with CaptureQueriesContext(connection) as without:
        assert page() == [[]] * 5
    for message in messages:
        add_reaction(bob, message.pk, "👍")
        add_reaction(alice, message.pk, "👍")
    with django_assert_num_queries(len(without)):
        assert [one["count"] for (one,) in page()] == [2] * 5


# --- at once ----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_kind_at_once_one_gets_it(message, room, alice, bob, olga):
    kinds = [chr(0x1F600 + place) for place in range(settings.REACTION_KINDS_MAX - 1)]
    Reaction.objects.bulk_create(Reaction(message=message, user=olga, emoji=kind) for kind in kinds)
    before = version(room)
    results = at_once(2, lambda place: add_reaction((alice, bob)[place], message.pk, "👍🎉"[place]))
    assert sorted(isinstance(result, Refused) for result in results) == [False, True]
    assert len(shown(message)) == settings.REACTION_KINDS_MAX and version(room) == before + 1


@pytest.mark.django_db(transaction=True)
def test_the_same_reaction_by_the_same_person_at_once_is_one(message, room, bob):
    before = version(room)
    results = at_once(4, lambda _place: add_reaction(bob, message.pk, "👍").pk)
    assert results == [message.pk] * 4
    assert Reaction.objects.count() == 1 and version(room) == before + 1
