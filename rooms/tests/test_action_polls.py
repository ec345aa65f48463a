"""Polls: asked with a message, voted in, ended."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message, restore_message
from rooms.actions.polls import close_poll, vote
from rooms.actions.posting import Draft, post_message, post_messages
from rooms.consistency import problems
from rooms.models import Message, Poll, Room
from rooms.wire import message_wire
from talkwave.errors import Refused

WHERE = {"options": ["The harbour", "The beach"]}


def shown(message):
    return message_wire(Message.objects.for_wire().get(pk=message.pk))["poll"]


def counts(message):
    return [option["count"] for option in shown(message)["options"]]


def ids(message):
    return [option["id"] for option in shown(message)["options"]]


def test_a_question_comes_with_its_answers_at_once(room, alice, published):
    message = post_message(alice, room.pk, "Where shall we meet?", poll=WHERE)
    poll = message_wire(message)["poll"]
    assert [option["text"] for option in poll["options"]] == ["The harbour", "The beach"]
    assert poll == shown(message)
    assert poll["voters"] == 0 and not poll["closed"] and poll["closes_at"] is None


def test_one_votes_votes_otherwise_and_takes_it_back(room, alice, bob):
    message = post_message(alice, room.pk, "Where?", poll=WHERE)
    one, other = ids(message)
    vote(bob, message.pk, [one])
    assert counts(message) == [1, 0]
    vote(bob, message.pk, [other])
    vote(alice, message.pk, [other])
    assert counts(message) == [0, 2] and shown(message)["voters"] == 2
    assert shown(message)["options"][1]["users"] == [str(bob.pk), str(alice.pk)]
    vote(bob, message.pk, [])
    assert counts(message) == [0, 1]
    before = Room.objects.get(pk=room.pk).version
    again = vote(bob, message.pk, [])
    assert Room.objects.get(pk=room.pk).version == before, "nothing changed"
    assert message_wire(again)["poll"] == shown(message)
    assert not list(problems())


def test_several_answers_where_the_poll_takes_them(room, alice, bob):
    single = post_message(alice, room.pk, "Where?", poll=WHERE)
    with pytest.raises(Refused) as refusal:
        vote(bob, single.pk, ids(single))
    assert refusal.value.code == "bad_request"
    several = post_message(alice, room.pk, "When?", poll={"options": ["Mon", "Tue"], "multiple": True})
    vote(bob, several.pk, ids(several))
    assert counts(several) == [1, 1] and shown(several)["voters"] == 1


def test_of_an_anonymous_poll_only_the_numbers_are_told(signed_in, room, alice, bob, published):
    message = post_message(alice, room.pk, "Who?", poll={**WHERE, "anonymous": True})
    vote(bob, message.pk, ids(message)[:1])
    assert counts(message) == [1, 0] and shown(message)["options"][0]["users"] == []
    address = reverse("poll_vote", args=[message.pk])
    assert signed_in(bob).get(address).json() == {"options": ids(message)[:1]}
    assert signed_in(alice).get(address).json() == {"options": []}
    # Bob's other devices hear which it was; they, and nobody else.
    told = [envelope for envelopes in published for envelope in envelopes if "poll.mine" in str(envelope)]
    assert [envelope.group for envelope in told] == [f"user.{bob.pk}"]
    assert ids(message)[0] in str(told[0].message)


def test_ended_by_who_asked_or_who_moderates_it_takes_no_votes(room, alice, bob, olga, person):
    message = post_message(alice, room.pk, "Where?", poll=WHERE)
    dora = person("dora")
    room.memberships.create(user=dora)
    with pytest.raises(Refused) as refusal:
        close_poll(dora, message.pk)
    assert refusal.value.code == "forbidden"
    close_poll(bob, message.pk)
    assert shown(message)["closed"]
    with pytest.raises(Refused) as refusal:
        vote(alice, message.pk, ids(message)[:1])
    assert refusal.value.code == "conflict"


def test_it_ends_by_itself(room, alice, bob):
    message = post_message(alice, room.pk, "Where?", poll={**WHERE, "closes_after": 3600})
    assert shown(message)["closes_at"] and not shown(message)["closed"]
    Poll.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert shown(message)["closed"]
    with pytest.raises(Refused):
        vote(bob, message.pk, ids(message)[:1])


@pytest.mark.parametrize(
    "poll",
    [
        "x", [], {}, {"options": []}, {"options": ["one"]}, {"options": ["a", "A"]}, {"options": ["a", " ", ""]},
        {"options": ["a", 1]}, {"options": [str(n) for n in range(13)]}, {"options": ["a", "b" * 201]},
        {"options": ["a", "b\x00"]}, {"options": ["a", "b"], "closes_after": 1},
        {"options": ["a", "b"], "closes_after": "tomorrow"}, {"options": ["a", "b"], "closes_after": True},
    ],
)  # fmt: skip
def test_a_poll_that_makes_no_sense_is_refused_with_the_reason(room, alice, poll):
    with pytest.raises(Refused) as refusal:
        post_message(alice, room.pk, "Where?", poll=poll)
    assert refusal.value.code in ("bad_request", "too_long") and str(refusal.value.detail)
    assert not Message.objects.exists()


def test_without_a_question_nothing_is_asked(room, alice):
    with pytest.raises(Refused):
        post_message(alice, room.pk, " ", poll=WHERE)


def test_a_deleted_poll_is_gone_and_comes_back_with_its_votes(room, alice, bob):
    message = post_message(alice, room.pk, "Where?", poll=WHERE)
    vote(bob, message.pk, ids(message)[:1])
    delete_message(alice, message.pk)
    assert shown(message) is None
    with pytest.raises(Refused) as refusal:
        vote(bob, message.pk, [])
    assert refusal.value.code == "not_found"
    restore_message(alice, message.pk)
    assert counts(message) == [1, 0]


@pytest.mark.parametrize("who", ["charlie", "nobody"])
def test_an_outsider_with_the_id_learns_and_changes_nothing(client, signed_in, room, alice, charlie, who):
    message = post_message(alice, room.pk, "Where?", poll=WHERE)
    session = client if who == "nobody" else signed_in(charlie)
    status = 401 if who == "nobody" else 404
    for name in ("poll_vote", "poll_close"):
        answer = session.post(
            reverse(name, args=[message.pk]), {"options": ids(message)[0]}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == status
    assert counts(message) == [0, 0] and not shown(message)["closed"]


def test_answers_of_another_poll_are_none_of_this_one(room, alice, bob):
    one, other = (post_message(alice, room.pk, "Where?", poll=WHERE) for _ in range(2))
    with pytest.raises(Refused):
        vote(bob, one.pk, ids(other)[:1])


def test_many_at_once_each_get_their_own_answers(room, alice):
    drafts = [Draft(alice.pk, room.pk, f"q{n}", poll={"options": [f"{n}a", f"{n}b"]}) for n in range(3)]
    found = [
        [option["text"] for option in message_wire(message)["poll"]["options"]] for message in post_messages(drafts)
    ]
    assert found == [["0a", "0b"], ["1a", "1b"], ["2a", "2b"]]


def test_who_chose_an_answer_is_named_to_members_and_of_an_anonymous_poll_nobody_is(
    client, signed_in, room, alice, bob, charlie
):
    for anonymous, named in ((False, [{"id": str(bob.pk), "name": "Bob"}]), (True, [])):
        message = post_message(alice, room.pk, "Where?", poll=WHERE | {"anonymous": anonymous})
        option, other = ids(message)[:2]
        vote(bob, message.pk, [option])

        def ask(person, option, message=message):
            address = reverse("poll_vote", args=[message.pk])
            return signed_in(person).get(address, {"option": option}, headers={"Accept": "application/json"})

        assert ask(alice, option).json() == {"people": named, "count": len(named)}
        assert ask(alice, other).json() == {"people": [], "count": 0}
        assert ask(alice, "x").status_code == 404
        assert ask(charlie, option).status_code == 404
        asked = client.get(
            reverse("poll_vote", args=[message.pk]), {"option": option}, headers={"Accept": "application/json"}
        )
        assert asked.status_code == 401
        delete_message(alice, message.pk)
        assert ask(alice, option).status_code == 404
