"""Calling people all at once, and naming rooms: `@everyone`, `@here`, `#room`."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rooms.actions import calling
from rooms.actions.deleting import delete_message
from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.actions.reads import mark_read
from rooms.consistency import problems
from rooms.models import Membership, Mention, ThreadFollow
from rooms.wire import message_wire, rooms_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def active(monkeypatch):
    """Who is here: a set of ids that a test fills."""
    here: set[int] = set()
    monkeypatch.setattr(calling, "active_now", lambda ids: here & set(ids))
    return here


def mentions(user: User) -> int:
    (room,) = rooms_of(user)
    return int(room["mentions"])


def test_everyone_by_a_moderator_counts_for_each_member_but_the_author(room, alice, bob, olga):
    message = post_message(bob, room.pk, "@everyone, and @alice most of all")
    assert message_wire(message)["mentions_all"] == "everyone"
    assert 'data-user="everyone">@everyone' in message.html
    assert (mentions(alice), mentions(olga), mentions(bob)) == (1, 1, 0)
    # One mark, whoever is in the room; and the one who was named.
    assert list(Mention.objects.values_list("user_id", flat=True)) == [alice.pk]
    mark_read(alice, room.pk, message.seq)
    assert mentions(alice) == 0
    assert list(problems()) == []


def test_everyone_by_a_member_stays_text(room, alice, bob):
    message = post_message(alice, room.pk, "hello @everyone and @here")
    assert message.mentions_all == "" and message.html == "<p>hello @everyone and @here</p>"
    assert mentions(bob) == 0


def test_in_a_conversation_of_a_few_anybody_may_call_all(make_room, alice, bob):
    direct = make_room("", kind="direct", alice="member", bob="member")
    assert post_message(alice, direct.pk, "@everyone").mentions_all == "everyone"


def test_here_names_those_who_are_active_in_the_room_now(room, alice, bob, olga, charlie, active):
    active |= {alice.pk, bob.pk, charlie.pk}
    message = post_message(bob, room.pk, "anybody @here?")
    assert message_wire(message)["mentions_all"] == "here"
    assert message_wire(message)["mentions"] == [str(alice.pk)]
    assert (mentions(alice), mentions(olga), mentions(bob)) == (1, 0, 0)
    assert list(problems()) == []


def test_here_in_a_crowd_calls_everybody_by_one_mark(room, alice, bob, olga, active, settings):
    settings.MENTION_HERE_MAX = 1
    active |= {alice.pk, bob.pk, olga.pk}
    message = post_message(bob, room.pk, "all @here")
    assert message.mentions_all == "everyone" and 'data-user="here"' in message.html
    assert Mention.objects.count() == 0
    assert mentions(alice) == 1


def test_where_presence_cannot_be_asked_here_calls_nobody(room, alice, bob, settings):
    settings.REDIS_URLS = ["redis://127.0.0.1:9/0"]
    message = post_message(bob, room.pk, "@here")
    assert message.mentions_all == "here"
    assert mentions(alice) == 0


def test_presence_is_asked_only_for_here(room, bob, monkeypatch):
    monkeypatch.setattr(calling, "active_now", lambda ids: pytest.fail("nobody asked"))
    post_message(bob, room.pk, "`@here` hello @everyone")


def test_an_answer_in_a_thread_alone_calls_nobody(room, alice, bob, olga, active):
    active |= {alice.pk, olga.pk}
    root = post_message(bob, room.pk, "a question")
    for body in ("@everyone", "@here"):
        assert post_message(bob, room.pk, body, thread=root.pk, in_room=False).mentions_all == ""
    also = post_message(bob, room.pk, "@here in the room too", thread=root.pk, in_room=True)
    assert also.mentions_all == "here" and mentions(alice) == 1
    # Those who were called need not follow the thread.
    assert set(ThreadFollow.objects.values_list("user_id", flat=True)) == {bob.pk}


def test_a_deleted_call_calls_nobody_any_more(room, alice, bob):
    message = post_message(bob, room.pk, "@everyone")
    gone = delete_message(bob, message.pk)
    assert mentions(alice) == 0 and message_wire(gone)["mentions_all"] is None


def test_an_edit_takes_a_call_back_and_never_makes_one(room, alice, bob, active):
    active |= {alice.pk}
    plain = post_message(bob, room.pk, "hello")
    assert edit_message(bob, plain.pk, "hello @everyone").mentions_all == ""
    called = post_message(bob, room.pk, "@here come")
    kept = edit_message(bob, called.pk, "@here come now")
    assert kept.mentions_all == "here" and mentions(alice) == 1
    assert edit_message(bob, called.pk, "never mind").mentions_all == ""
    assert mentions(alice) == 0


def test_counting_costs_the_same_for_one_room_and_for_many(make_room, alice, bob):
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            rooms_of(alice)
        return len(asked)

    post_message(bob, make_room("first", alice="member", bob="owner").pk, "@everyone")
    once = cost()
    for number in range(5):
        post_message(bob, make_room(f"room {number}", alice="member", bob="owner").pk, "@everyone and @alice")
    assert cost() == once
    assert {room["mentions"] for room in rooms_of(alice)} == {1}


def test_a_call_by_one_who_is_no_member_is_refused_before_anything(room, charlie):
    from talkwave.errors import Refused

    with pytest.raises(Refused, match="not_found"):
        post_message(charlie, room.pk, "@here @everyone")
    assert not Membership.objects.filter(user=charlie).exists()


@pytest.mark.parametrize(
    "body, shown",
    [
        ("see #square", '<a href="/rooms/{square}/"'),
        ("see #Square.", '">#Square</a>.'),
        ("see #[town hall]", '">#Town Hall</a>'),
        ("in **#square**", '<strong><a href="/rooms/{square}/"'),
    ],
)
def test_a_public_room_named_with_its_sign_is_a_link(room, make_room, alice, body, shown):
    square = make_room("Square", kind="public", olga="owner")
    make_room("Town Hall", kind="public", olga="owner")
    assert shown.format(square=square.pk) in post_message(alice, room.pk, body).html


@pytest.mark.parametrize("body", ["see #cellar", "`#square`", "a#square", r"\#square", "#1", "#nowhere", "#[no such]"])
def test_what_is_no_public_room_stays_text(room, make_room, alice, body):
    make_room("cellar", alice="owner")
    make_room("square", kind="public", olga="owner")
    html = post_message(alice, room.pk, body).html
    assert "/rooms/" not in html
    assert body.strip("`").replace("\\", "") in html
