"""What searching shows: page after page, with what was found marked, and what stood before it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rooms.actions.posting import post_message
from rooms.models import Message
from rooms.search.find import search
from rooms.tests.test_search_find import found

pytestmark = pytest.mark.django_db


def shown(user, typed):
    return [
        "".join(f"[{piece.text}]" if piece.found else piece.text for piece in hit.pieces)
        for hit in search(user, typed).hits
    ]


@pytest.fixture
def said(room, alice):
    def say(*bodies, by=alice, to=room):
        return [post_message(by, to.pk, body) for body in bodies]

    return say


def test_pages_go_on_where_the_last_ended_without_gap_or_repetition(said, alice):
    said(*(f"tea number {number}" for number in range(45)))
    seen, before = [], None
    while True:
        page = search(alice, "tea", before=before)
        seen += [hit.message.body for hit in page.hits]
        if page.older is None:
            break
        before = page.older
    assert seen == [f"tea number {number}" for number in reversed(range(45))]


def test_messages_of_old_that_came_in_late_stand_at_their_time(said, alice):
    _first, late = said("tea today", "tea long ago")
    Message.objects.filter(pk=late.pk).update(created_at=timezone.now() - timedelta(days=4_000))
    assert found(alice, "tea") == ["tea today", "tea long ago"]


def test_the_words_are_marked_and_a_long_message_is_cut_around_them(said, alice):
    said("The **Grüße** are here", "x " * 400 + "needle in it" + " y" * 400, "||a covered needle||")
    assert shown(alice, "grusse") == ["The [Grüße] are here"]
    assert shown(alice, "東") == []
    covered, cut = shown(alice, "needle")
    assert "[needle] in it" in cut and cut.startswith("…") and cut.endswith("…") and len(cut) < 300
    assert "needle" not in covered


def test_what_stood_before_is_shown_with_it(said, alice, bob, room):
    (asked,) = said("who brings marmalade?", by=bob)
    said("I do, two jars")
    post_message(alice, room.pk, "jars are empty", thread=asked.pk, in_room=False)
    assert [hit.context.body for hit in search(alice, "jars").hits] == ["who brings marmalade?"] * 2


def test_a_page_costs_the_same_however_many_it_finds(said, alice, django_assert_max_num_queries):
    said(*(f"tea number {number}" for number in range(30)))
    search(alice, "tea")
    with django_assert_max_num_queries(14):
        assert len(search(alice, "tea from:alice in:den").hits) == 20
