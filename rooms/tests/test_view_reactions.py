"""Who reacted: told to those who may see the message."""

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.polls import vote
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.models import Message, PollOption, Reaction
from rooms.wire import message_wire

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def message(room, alice, bob, olga):
    message = post_message(alice, room.pk, "soup at noon")
    for actor in (olga, bob):
        add_reaction(actor, message.pk, "👍")
    add_reaction(alice, message.pk, "🎉")
    return message


def ask(client, message, emoji="👍"):
    return client.get(reverse("reactions_json", args=[message.pk]), {"emoji": emoji}, headers=JSON)


def test_members_are_told_the_names_in_the_order_they_came(signed_in, message, alice, bob, olga):
    said = {"people": [{"id": str(olga.pk), "name": "Olga"}, {"id": str(bob.pk), "name": "Bob"}], "count": 2}
    for member in (alice, bob, olga):
        assert ask(signed_in(member), message).json() == said
    assert ask(signed_in(alice), message, "🔥").json() == {"people": [], "count": 0}


def test_an_outsider_learns_nothing_and_nobody_is_asked_to_sign_in(signed_in, message, charlie, alice):
    assert ask(signed_in(charlie), message).status_code == 404
    assert ask(signed_in(None), message).status_code == 401
    client = signed_in(alice)
    alice.suspended_at = timezone.now()
    alice.save()
    assert ask(client, message).status_code in (401, 403)
    alice.suspended_at = None
    alice.save()
    delete_message(alice, message.pk)
    assert ask(signed_in(alice), message).status_code == 404


def test_a_crowd_is_named_in_part_and_counted_in_full(signed_in, message, alice, person):
    crowd = [person(f"fan{place}") for place in range(60)]
    Reaction.objects.bulk_create(Reaction(message=message, user=one, emoji="🔥") for one in crowd)
    said = ask(signed_in(alice), message, "🔥").json()
    assert len(said["people"]) == 50 and said["count"] == 60


def test_the_page_has_them_before_any_script_runs(signed_in, message, room, alice):
    page = signed_in(alice).get(f"/rooms/{room.pk}/").text
    assert 'data-emoji="👍" aria-pressed="false" disabled' in page
    assert '<span class="reaction__count">2</span>' in page


def test_of_very_many_the_first_are_named_and_everybody_can_ask_for_their_own(
    signed_in, room, alice, bob, olga, settings, published
):
    settings.NAMED_MAX = 1
    message = post_message(alice, room.pk, "soup at noon", poll={"options": ["yes", "no"]})
    for actor in (olga, bob):
        add_reaction(actor, message.pk, "👍")
        vote(actor, message.pk, [PollOption.objects.filter(poll=message.pk).first().pk])
    wire = message_wire(Message.objects.for_wire().get(pk=message.pk))
    assert wire["reactions"] == [{"emoji": "👍", "count": 2, "users": [str(olga.pk)]}]
    assert [(one["count"], one["users"]) for one in wire["poll"]["options"]] == [(2, [str(olga.pk)]), (0, [])]
    url = reverse("reactions_json", args=[message.pk])
    assert signed_in(bob).get(url, headers=JSON).json() == {"mine": ["👍"]}
    assert signed_in(alice).get(url, headers=JSON).json() == {"mine": []}
    # Bob is not named: his other pages hear of it.
    assert str(published).count("reaction.mine") == 1
