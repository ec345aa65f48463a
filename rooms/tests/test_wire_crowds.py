"""Where very many reacted, or voted: the database counts them, and gives those who are named and no more."""

import random

import pytest

from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.models import Message, PollOption, PollVote, Reaction, reactions
from rooms.models.reactions import own_emoji_url
from rooms.wire import message_wire

pytestmark = pytest.mark.django_db
# Emoji → its picture, where it is one of the community's own.
KINDS = {"👍": "", "🎉": "", ":party:": "party-0123456789abcdef.webp"}


@pytest.fixture(autouse=True)
def two_are_named(settings):
    settings.NAMED_MAX = 2


@pytest.fixture
def crowd(person):
    return [person(f"fan{place}") for place in range(9)]


def shown(*messages):
    found = Message.objects.for_wire().in_bulk([message.pk for message in messages])
    return [found[message.pk] for message in messages]


@pytest.mark.parametrize("few", [0, 20, 1_000])
def test_every_kind_at_every_message_has_its_number_and_its_first_two(room, alice, crowd, monkeypatch, few):
    monkeypatch.setattr(reactions, "FEW_REACTIONS", few)
    messages = [post_message(alice, room.pk, f"soup {place}") for place in range(3)]
    # Two of them, everybody with every emoji, in no order; nobody at the third.
    given = [(message, user, emoji) for message in messages[:2] for user in crowd for emoji in KINDS]
    random.Random(1).shuffle(given)
    del given[::5]
    Reaction.objects.bulk_create(
        Reaction(message=message, user=user, emoji=emoji, picture=KINDS[emoji]) for message, user, emoji in given
    )
    found = shown(*messages)
    for message, known in zip(messages, found, strict=True):
        told = message_wire(known)["reactions"]
        ours = [(user, emoji) for at, user, emoji in given if at == message]
        wanted = []
        for emoji in dict.fromkeys(emoji for _user, emoji in ours):
            people = [str(user.pk) for user, kind in ours if kind == emoji]
            wanted.append({"emoji": emoji, "count": len(people), "users": people[:2]})
            if KINDS[emoji]:
                wanted[-1]["url"] = own_emoji_url(KINDS[emoji])
        assert told == wanted
        assert len(known.beside("reactions")) == sum(len(kind["users"]) for kind in told)
    assert max(kind["count"] for kind in message_wire(found[0])["reactions"]) > 2


def test_one_more_asks_one_thing_more_in_a_crowd_than_among_two(
    room, alice, crowd, monkeypatch, django_assert_max_num_queries
):
    def asked(message):
        with django_assert_max_num_queries(30) as captured:
            add_reaction(alice, message.pk, "👍")
        return [query["sql"] for query in captured.captured_queries]

    few, many = (post_message(alice, room.pk, f"soup {place}") for place in range(2))
    Reaction.objects.create(message=few, user=crowd[0], emoji="👍")
    Reaction.objects.bulk_create(Reaction(message=many, user=user, emoji=emoji) for user in crowd for emoji in KINDS)
    asked(post_message(alice, room.pk, "what is asked once"))
    known = len(asked(few))
    monkeypatch.setattr(reactions, "FEW_REACTIONS", 3)
    crowded = asked(many)
    assert len(crowded) == known + 1
    told = next(kind for kind in message_wire(shown(many)[0])["reactions"] if kind["emoji"] == "👍")
    assert told["count"] == 10 and len(told["users"]) == 2


@pytest.mark.parametrize("anonymous", [False, True])
def test_every_answer_has_its_number_and_who_chose_several_is_one_voter(room, alice, crowd, anonymous):
    asked = {"options": ["Mon", "Tue", "Wed", "Thu"], "multiple": True, "anonymous": anonymous}
    first, second = (post_message(alice, room.pk, f"When {place}?", poll=asked) for place in range(2))
    mon, tue, wed, _thu = PollOption.objects.filter(poll=first.pk)
    chosen = [(mon, crowd[5]), (tue, crowd[5]), (mon, crowd[0]), (wed, crowd[3]), (mon, crowd[7]), (tue, crowd[0])]
    other = PollOption.objects.filter(poll=second.pk)[3]
    PollVote.objects.bulk_create(PollVote(option=option, user=user) for option, user in chosen)
    PollVote.objects.bulk_create(PollVote(option=other, user=user) for user in crowd)
    one, two = (message_wire(message)["poll"] for message in shown(first, second))
    assert [option["count"] for option in one["options"]] == [3, 2, 1, 0]
    named = [[crowd[5], crowd[0]], [crowd[5], crowd[0]], [crowd[3]], []]
    assert [option["users"] for option in one["options"]] == [
        [] if anonymous else [str(user.pk) for user in people] for people in named
    ]
    assert (one["voters"], two["voters"]) == (4, 9)
    assert [option["count"] for option in two["options"]] == [0, 0, 0, 9]
