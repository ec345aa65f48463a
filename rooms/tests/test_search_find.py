"""Searching: what is found, by whom, and that what went is found no more."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from rooms.actions.deleting import delete_message
from rooms.actions.direct import direct_room_for
from rooms.actions.messages import edit_message, post_system
from rooms.actions.pins import pin_message, unpin_message
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction, remove_reaction
from rooms.models import Membership, Message, Saved
from rooms.search.find import search

pytestmark = pytest.mark.django_db


def found(user, typed, **more):
    return [hit.message.body for hit in search(user, typed, **more).hits]


def problems(user, typed):
    return [chip.problem for chip in search(user, typed).plan.chips if chip.problem]


@pytest.fixture
def said(room, alice):
    def say(*bodies, by=alice, to=room):
        return [post_message(by, to.pk, body) for body in bodies]

    return say


def test_words_are_found_the_newest_first_in_any_order_and_form(said, alice):
    said("the red build", "Deployment of the BUILD", "nothing here")
    assert found(alice, "build") == ["Deployment of the BUILD", "the red build"]
    assert found(alice, "build red") == ["the red build"]
    assert found(alice, "deploy") == ["Deployment of the BUILD"]
    assert found(alice, "de") == []
    assert found(alice, "de*") == ["Deployment of the BUILD"]
    assert found(alice, "absent") == []


def test_phrases_stand_as_they_were_said(said, alice):
    said("as it was said", "it was as said", "as it was saids")
    assert found(alice, '"as it was said"') == ["as it was said"]


def test_quoted_signs_are_found_exactly(said, alice):
    said("we use C++ here", "we use C here", "call foo_bar() now", "call foo bar now")
    assert found(alice, '"c++"') == ["we use C++ here"]
    assert found(alice, '"foo_bar()"') == ["call foo_bar() now"]
    assert found(alice, "foo_bar") == ["call foo bar now", "call foo_bar() now"]


def test_minus_leaves_out(said, alice):
    said("lunch with soup", "lunch with cake", "supper")
    assert found(alice, "lunch -soup") == ["lunch with cake"]
    assert found(alice, "-lunch") == ["supper"]
    # A word that is not wanted is that word, not all that begin so.
    assert found(alice, "lunch -sou") == ["lunch with cake", "lunch with soup"]


def test_addresses_code_accents_and_scripts_without_spaces(said, alice):
    said(
        "see https://docs.example.org/start?x=1",
        "def getUserName(self):",
        "Grüße aus Köln",
        "東京駅で会いましょう",
        "สวัสดีครับ",
        "nice 🎉",
    )
    for typed in ("docs.example.org", "https://docs.example.org/start?x=1", "example.org/start"):
        assert found(alice, typed) == ["see https://docs.example.org/start?x=1"]
    for typed in ("getUserName", "getuser", "getUserName(self)", "def get*"):
        assert found(alice, typed) == ["def getUserName(self):"]
    assert found(alice, "name") == ["def getUserName(self):"]
    assert found(alice, "grusse KOLN") == ["Grüße aus Köln"]
    for typed in ("東京", "京駅", "駅", "会いましょう"):
        assert found(alice, typed) == ["東京駅で会いましょう"]
    assert found(alice, "大阪") == []
    assert found(alice, "สวัสดี") == ["สวัสดีครับ"]
    assert found(alice, "🎉") == ["nice 🎉"]


def test_who_where_and_to_whom(said, alice, bob, olga, room, make_room):
    den, (other,) = room, [make_room("attic", alice="member", bob="member")]
    said("tea from alice", to=den)
    said("tea from bob", by=bob, to=den)
    said("tea in the attic @alice", by=bob, to=other)
    direct = direct_room_for(bob, [alice.pk])
    said("tea between us", by=bob, to=direct)
    said("tea to bob", by=alice, to=direct)
    assert found(alice, "tea from:bob in:den") == ["tea from bob"]
    assert found(alice, "tea from:@Bob in:#attic") == ["tea in the attic @alice"]
    assert found(alice, "tea from:me -in:@bob") == ["tea from alice"]
    assert found(alice, "tea to:me") == ["tea between us", "tea in the attic @alice"]
    assert found(alice, "tea in:@bob") == ["tea to bob", "tea between us"]
    assert found(alice, "tea from:alice from:bob in:den") == ["tea from bob", "tea from alice"]
    assert found(alice, "in:den in:attic") == ["tea in the attic @alice", "tea from bob", "tea from alice"]


def test_what_speaks_to_everybody_is_to_me_too(said, alice, bob):
    said("@everyone lunch is ready", by=bob)
    said("lunch was good", by=bob)
    assert found(alice, "lunch to:me") == ["@everyone lunch is ready"]


def test_by_day(said, alice):
    for body, day in (("old tea", 1), ("middle tea", 10), ("late tea", 20)):
        (message,) = said(body)
        Message.objects.filter(pk=message.pk).update(created_at=datetime(2026, 3, day, 12, tzinfo=UTC))
    (new,) = said("new tea")
    assert found(alice, "tea before:2026-03-10") == ["old tea"]
    assert found(alice, "tea after:2026-03-10 before:2026-04") == ["late tea"]
    assert found(alice, "tea on:2026-03-10") == ["middle tea"]
    assert found(alice, "tea on:10.3.2026") == ["middle tea"]
    assert found(alice, "tea on:2026-03") == ["late tea", "middle tea", "old tea"]
    assert found(alice, "tea on:today") == ["new tea"]
    assert found(alice, "tea -after:2026-03-10") == ["middle tea", "old tea"]
    assert found(alice, "tea -on:2026-03-10") == ["new tea", "late tea", "old tea"]
    assert found(alice, "-on:2026-03-10 tea -on:2026-03-01") == ["new tea", "late tea"]


def test_days_are_the_readers(said, alice, signed_in):
    (message,) = said("close to midnight")
    Message.objects.filter(pk=message.pk).update(created_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))
    # None is chosen: it is their browser's.
    client = signed_in(alice)
    for zone, day, other in (("Asia/Tokyo", "2026-03-11", "2026-03-10"), ("", "2026-03-10", "2026-03-11")):
        client.cookies["zone"] = zone
        for typed, bodies in ((f"on:{day}", ["close to midnight"]), (f"on:{other}", [])):
            hits = client.get("/search/", {"q": typed}, headers={"Accept": "application/json"}).json()["results"]
            assert ["".join(piece["text"] for piece in hit["pieces"]) for hit in hits] == bodies
            assert {hit["day"] for hit in hits} <= {day}


def test_what_is_in_under_and_about_a_message(said, alice, bob):
    link, liked, pinned, kept, plain = said("see https://example.org", "liked", "pinned", "kept", "plain")
    add_reaction(bob, liked.pk, "👍")
    pin_message(bob, pinned.pk)
    Saved.objects.create(user=alice, message=kept)
    Saved.objects.create(user=bob, message=plain)
    root, _answer = plain, post_message(bob, plain.room_id, "an answer", thread=plain.pk, in_room=False)
    assert found(alice, "has:link") == ["see https://example.org"]
    assert found(alice, "has:reaction") == ["liked"]
    assert found(alice, "is:pinned") == ["pinned"]
    assert found(alice, "is:saved") == ["kept"]
    # Two of these narrow; two people or two rooms mean either one.
    assert found(alice, "has:link has:reaction") == []
    assert found(alice, "is:saved kept -has:link") == ["kept"]
    assert found(alice, "-is:saved -is:thread") == ["pinned", "liked", "see https://example.org"]
    assert found(alice, "is:saved -is:saved") == []
    assert found(alice, "is:thread") == ["an answer", root.body]
    remove_reaction(bob, liked.pk, "👍")
    unpin_message(bob, pinned.pk)
    assert found(alice, "has:reaction") == found(alice, "is:pinned") == []


# --- who finds what -------------------------------------------------------------------------------------
def test_nobody_finds_what_they_may_not_read(said, alice, bob, charlie, room, make_room):
    said("the secret word")
    square = make_room("square", kind="public", alice="member")
    said("the secret in the square", to=square)
    assert found(alice, "secret") == ["the secret in the square", "the secret word"]
    assert found(charlie, "secret") == ["the secret in the square"]
    for typed in ("secret in:den", "in:den", "from:alice secret in:den", "-nothing in:den"):
        assert found(charlie, typed) == []
        # A room one may not see and one that is not there are the same.
        assert problems(charlie, typed) == [
            text.replace("nowhere", "den") for text in problems(charlie, typed.replace("den", "nowhere"))
        ]
    Membership.objects.filter(user=bob, room=room).delete()
    assert found(bob, "secret") == ["the secret in the square"]


def test_also_not_with_more_rooms_than_are_asked_for_by_name(said, alice, charlie, make_room):
    said("the secret word")
    for number in range(20):
        make_room(f"square {number}", kind="public")
    assert found(charlie, "secret") == []
    assert found(alice, "secret") == ["the secret word"]


def test_what_is_deleted_or_other_words_now_is_found_no_more_at_once(said, alice, monkeypatch):
    gone, other, stays = said("harbour gone", "harbour other", "harbour stays")
    assert len(found(alice, "harbour")) == 3
    # The index is not read anew meanwhile.
    monkeypatch.setattr("rooms.search.find.catch_up", lambda: None)
    delete_message(alice, gone.pk)
    edit_message(alice, other.pk, "different words")
    assert found(alice, "harbour") == ["harbour stays"]
    monkeypatch.undo()
    assert found(alice, "harbour") == ["harbour stays"]
    assert found(alice, "different") == ["different words"]


def test_lines_of_the_room_itself_are_not_found(said, alice, room):
    said("marmalade")
    room.refresh_from_db()
    with transaction.atomic():
        post_system(room, alice, {"event": "topic", "topic": "marmalade"})
    assert found(alice, "marmalade") == ["marmalade"]


# --- what is not understood -----------------------------------------------------------------------------
def test_who_or_what_is_not_there_finds_nothing_and_is_said(said, alice):
    said("tea")
    assert found(alice, "tea from:nobody") == [] and problems(alice, "tea from:nobody") == [
        "Nobody here is called nobody."
    ]
    assert found(alice, "tea in:nowhere") == [] and "nowhere" in problems(alice, "tea in:nowhere")[0]


@pytest.mark.parametrize(
    "typed",
    ["before:someday", "on:2026-13-45", "has:wings", "is:nice", "to:bob", "-on:someday", "after:99999"],
)
def test_what_is_not_understood_is_left_out_and_said(said, alice, typed):
    said("tea")
    assert found(alice, f"tea {typed}") == ["tea"]
    (problem,) = problems(alice, f"tea {typed}")
    assert problem


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        "''; --",
        "a' OR 'b",
        "\\",
        "NEAR(a b)",
        "a AND b",
        "x:*",
        "a* b*",
        "^a",
        "{a}",
        "a:b",
        "(",
        "%",
        "🎉🎉",
        "%s %(x)s",
        "a & !b | c",
        "\ue000r1",
        "<->",
    ],
)
def test_nothing_that_is_typed_breaks_it(said, alice, typed):
    said("a quiet message")
    search(alice, typed)
    search(alice, f'"{typed}" -"{typed}"')


def test_marks_cannot_be_typed(said, bob, charlie, room):
    said(f"\ue000r{room.pk + 1} hello")
    assert found(charlie, "hello") == [] and found(charlie, f"\ue000r{room.pk}") == []
