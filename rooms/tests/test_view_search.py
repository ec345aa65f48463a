"""The page of search, in the pane and as JSON."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from rooms import limits
from rooms.actions.direct import direct_room_for
from rooms.actions.posting import post_message
from rooms.models import Membership

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def ask(signed_in):
    def asked(user, q=None, **more):
        headers = more.pop("headers", {})
        fields = {**({"q": q} if q is not None else {}), **more}
        return signed_in(user).get(reverse("search"), fields, headers=headers)

    return asked


def test_the_page_shows_what_was_found_marked_and_leads_to_its_place(ask, room, alice):
    message = post_message(alice, room.pk, "the **red** build <b>")
    page = ask(alice, "build").text
    assert "<mark>build</mark>" in page and "&lt;b&gt;" in page
    assert f'data-says="{message.pk}" href="/rooms/{room.pk}/?at={message.seq}&amp;find=build"' in page


def test_an_answer_in_a_thread_leads_to_its_thread(ask, room, alice):
    root = post_message(alice, room.pk, "a question")
    answer = post_message(alice, room.pk, "an answer", thread=root.pk, in_room=False)
    (hit,) = ask(alice, "answer", headers=JSON).json()["results"]
    assert urlsplit(hit["url"]).path == reverse("room_thread", args=[room.pk, root.pk])
    assert parse_qs(urlsplit(hit["url"]).query)["at"] == [str(answer.seq)]


def test_the_same_address_shows_each_reader_what_they_may_see(ask, room, alice, charlie, make_room):
    square = make_room("square", kind="public", alice="member")
    post_message(alice, room.pk, "marmalade in the den")
    post_message(alice, square.pk, "marmalade in the square")
    assert ask(alice, "marmalade").text.count('class="hit"') == 2
    page = ask(charlie, "marmalade").text
    assert page.count('class="hit"') == 1 and "the den" not in page
    private = ask(charlie, "marmalade in:den")
    assert private.status_code == 200 and 'class="hit"' not in private.text


def test_searching_reads_nothing(ask, room, alice, bob):
    post_message(alice, room.pk, "unread tea")
    ask(bob, "tea")
    assert Membership.objects.get(room=room, user=bob).read_seq == 0


def test_chips_lead_to_the_search_without_them(ask, alice, room):
    answer = ask(alice, 'tea from:alice -has:link "two words"', headers=JSON).json()
    assert [part["text"] for part in answer["parts"]] == ["tea", "from:alice", "-has:link", '"two words"']
    assert answer["parts"][1]["label"] == "Alice"
    without = parse_qs(urlsplit(answer["parts"][1]["without"]).query)["q"]
    assert without == ['tea -has:link "two words"']


def test_with_nothing_found_it_offers_to_drop_a_part(ask, alice, room):
    page = ask(alice, "tea from:alice").text
    offered = re.findall(r'href="/search/\?q=([^"]*)" data-pane>', page)
    assert {"from%3Aalice", "tea"} <= set(offered)


def test_older_results_are_a_page_of_their_own(ask, room, alice):
    for number in range(25):
        post_message(alice, room.pk, f"tea {number}")
    first = ask(alice, "tea", headers=JSON).json()
    second = ask(alice, "tea", before=first["before"], headers=JSON).json()
    assert (len(first["results"]), len(second["results"]), second["before"]) == (20, 5, None)
    assert not {hit["id"] for hit in first["results"]} & {hit["id"] for hit in second["results"]}


def test_with_nothing_asked_it_says_how_to_search(ask, alice):
    page = ask(alice).text
    assert "How to search" in page and "from:ann" in page
    assert "Signs alone" in ask(alice, "->").text and "Signs alone" not in page


def test_from_a_room_the_field_is_filled_and_nothing_is_looked_for(ask, room, alice, bob, charlie):
    page = ask(alice, room=room.pk).text
    assert 'value="in:den"' in page and 'class="hit"' not in page
    direct = direct_room_for(alice, [bob.pk])
    assert 'value="in:@bob"' in ask(alice, room=direct.pk).text
    assert ask(charlie, room=room.pk).status_code == 404
    assert ask(alice, room="x").status_code == 404


def test_the_pane_gets_its_part_alone(ask, room, alice):
    post_message(alice, room.pk, "tea")
    part = ask(alice, "tea", headers={"X-Fragment": "side"}).text
    assert "<html" not in part and 'class="side__body"' in part and "<mark>tea</mark>" in part


@pytest.mark.parametrize("before", ["x", "-1", "1.5", "9" * 30])
def test_a_place_that_is_none_is_refused(ask, alice, before):
    assert ask(alice, "tea", before=before).status_code == 400


def test_a_query_of_any_size_is_answered(ask, alice):
    assert ask(alice, "tea " * 2_000).status_code == 200
    assert ask(alice, "\x00").status_code == 200


def test_too_many_searches_in_a_row_wait(ask, alice, bob):
    while not limits.searching.take(alice.pk):
        pass
    refused = ask(alice, "tea", headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert ask(bob, "tea").status_code == 200
    # How to search may be read at any time.
    assert ask(alice).status_code == 200
