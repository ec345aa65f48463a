"""The jump field and completion: what comes first, and what never comes."""

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms import jumping, limits
from rooms.actions.direct import direct_room_for
from rooms.actions.memberships import invite, join_room
from rooms.actions.posting import post_message
from rooms.matching import EXACT, INSIDE, NOT, SCATTERED, START, WORD, quality
from rooms.models import Membership
from talkwave.web.ratelimit import Buckets

pytestmark = pytest.mark.django_db

HOSTILE = [
    "%",
    "_",
    "\\",
    "'",
    '"',
    "\x00",
    "a" * 10_000,
    "\ud800".encode("utf-8", "surrogatepass"),
    "(?:",
    "@",
    "#",
    " ",
]


@pytest.fixture
def jumped(signed_in):
    """Titles and types of what the jump field finds: `jumped(alice, "de")`."""

    def ask(user, typed=""):
        response = signed_in(user).get(reverse("jump"), {"q": typed})
        assert response.status_code == 200, response.text
        return [(place["type"], place["title"]) for place in response.json()["results"]]

    return ask


@pytest.fixture
def completed(signed_in):
    """User names that complete in a room, and whether each is a member: `completed(alice, room, "b")`."""

    def ask(user, room, typed=""):
        response = signed_in(user).get(reverse("room_members_json", args=[room.pk]), {"q": typed})
        assert response.status_code == 200, response.text
        return [(one["username"], one["member"]) for one in response.json()["people"]]

    return ask


def test_how_well_a_name_fits():
    assert quality("general", "general") == EXACT
    assert quality("gen", "general") == START
    assert quality("wave", "talk-wave") == WORD
    assert quality("ave", "talk-wave") == INSIDE
    assert quality("gnr", "general") == SCATTERED
    assert quality("rng", "general") == NOT
    assert quality("x", "", "xylophone") == START
    assert quality("", "", "xylophone") == START


# --- jump -------------------------------------------------------------------------------------------


def test_nothing_typed_gives_mentions_then_unread_then_the_latest(jumped, make_room, alice, bob):
    rooms = {name: make_room(name, alice="member", bob="owner") for name in ("quiet", "unread", "named", "muted")}
    post_message(bob, rooms["named"].pk, "hello @alice")
    post_message(bob, rooms["unread"].pk, "hello")
    post_message(bob, rooms["muted"].pk, "hello")
    Membership.objects.filter(room=rooms["muted"], user=alice).update(notify="none")
    assert [title for _, title in jumped(alice)] == ["named", "unread", "muted", "quiet"]


def test_beginnings_come_first_then_one_s_own_then_public_rooms_then_people(
    jumped, make_room, person, alice, bob, olga
):
    make_room("harbour", alice="member")
    make_room("harmony", kind="public", olga="owner")
    make_room("the harvest", alice="member")
    person("harald")
    assert jumped(alice, "har") == [
        ("room", "harbour"),
        ("room", "harmony"),
        ("person", "harald"),
        ("room", "the harvest"),
    ]


def test_letters_in_order_are_enough(jumped, make_room, alice, olga):
    make_room("general", alice="member")
    make_room("gardening", kind="public", olga="owner")
    assert jumped(alice, "gnrl") == [("room", "general")]
    assert jumped(alice, "grdng") == [("room", "gardening")]


def test_a_private_room_of_others_is_never_found(jumped, room, charlie):
    for typed in ("den", "d", "#den", "#", ""):
        assert ("room", "den") not in jumped(charlie, typed)


def test_a_conversation_of_others_is_never_found(jumped, alice, bob, charlie):
    direct_room_for(alice, [bob.pk])
    assert jumped(charlie, "bob") == [("person", "Bob")]


def test_somebody_one_talks_with_is_found_as_the_conversation(jumped, alice, bob):
    direct_room_for(alice, [bob.pk])
    assert jumped(alice, "bob") == [("room", "Bob")]


def test_a_sign_in_front_asks_for_rooms_or_for_people(jumped, make_room, person, alice):
    make_room("harbour", alice="member")
    person("harald")
    assert jumped(alice, "#har") == [("room", "harbour")]
    assert jumped(alice, "@har") == [("person", "harald")]


def test_suspended_deleted_and_imported_people_are_not_offered(jumped, person, alice):
    person("harald", suspended_at=timezone.now())
    person("harry", deleted_at=timezone.now())
    person("harriet", is_placeholder=True)
    assert jumped(alice, "har") == []


def test_twenty_at_most_and_a_bounded_cost(jumped, signed_in, make_room, person, alice, django_assert_max_num_queries):
    for number in range(40):
        make_room(f"harbour {number}", kind="public")
        person(f"harald{number}")
        make_room(f"mine {number}", alice="member")
    client = signed_in(alice)
    client.get(reverse("jump"))
    with django_assert_max_num_queries(10):
        assert len(client.get(reverse("jump") + "?q=har").json()["results"]) == 20
    assert len(jumped(alice)) == 20


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_is_only_letters(jumped, completed, signed_in, room, alice, charlie, typed):
    jumped(alice, typed)
    completed(alice, room, typed)
    signed_in(charlie).get(reverse("people"), {"q": typed})
    if typed in ("%", "_", "\\"):
        assert jumped(alice, typed) == []


def test_asking_without_end_is_refused_with_a_time(signed_in, alice, monkeypatch):
    monkeypatch.setattr(limits, "looking_up", Buckets(1, 2))
    client = signed_in(alice)
    statuses = [client.get(reverse("jump")).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


# --- completion -------------------------------------------------------------------------------------


def test_members_come_first_and_beginnings_before_the_rest(completed, make_room, person, alice, bob):
    for name in ("anna", "hanna", "annika", "joanna"):
        person(name)
    room = make_room("cave", kind="public", alice="owner", hanna="member", annika="member")
    assert completed(alice, room, "ann") == [("annika", True), ("hanna", True), ("anna", False), ("joanna", False)]


def test_who_wrote_last_comes_first(completed, make_room, person, alice):
    people = {name: person(name) for name in ("ben", "bela", "bert")}
    room = make_room("cave", alice="owner", ben="member", bela="member", bert="member")
    for name in ("ben", "bert", "alice"):
        post_message(people.get(name, alice), room.pk, "hello")
    assert completed(alice, room, "be") == [("bert", True), ("ben", True), ("bela", True)]
    assert completed(alice, room)[0] == ("alice", True)


def test_a_whole_name_is_that_person_whoever_wrote_last_and_member_or_not(completed, make_room, person, alice):
    people = {name: person(name) for name in ("ben", "benedict")}
    room = make_room("cave", kind="public", alice="owner", ben="member", benedict="member")
    post_message(people["benedict"], room.pk, "hello")
    assert completed(alice, room, "ben") == [("ben", True), ("benedict", True)]
    others = [person(f"ben{number}").username for number in range(12)]
    larger = make_room("hall", kind="public", alice="owner", **dict.fromkeys(others, "member"))
    found = completed(alice, larger, "Ben")
    assert found[0] == ("ben", False) and len(found) == 10


def test_a_whole_name_jumps_there(jumped, make_room, person, alice, bob, olga, monkeypatch):
    monkeypatch.setattr(jumping, "CANDIDATES", 1)
    make_room("den", kind="public", olga="owner")
    for name in ("denver", "denmark"):
        post_message(bob, make_room(name, kind="public", alice="member", bob="owner").pk, "hello")
    post_message(olga, make_room("dentist", kind="public", olga="owner").pk, "hello")
    assert jumped(alice, "den") == [("room", title) for title in ("den", "denmark", "denver", "dentist")]


def test_ten_at_most_by_display_name_too(completed, make_room, person, alice):
    names = [person(f"user{number:02}", display_name=f"Zoë {number}").username for number in range(15)]
    room = make_room("cave", alice="owner", **dict.fromkeys(names, "member"))
    assert len(completed(alice, room, "zoë")) == 10
    assert len(completed(alice, room)) == 10


def test_completion_asked_at_the_member_page_is_the_same(signed_in, room, alice):
    response = signed_in(alice).get(
        reverse("room_members", args=[room.pk]), {"q": "bo"}, headers={"Accept": "application/json"}
    )
    assert [one["username"] for one in response.json()["people"]] == ["bob"]


def test_people_are_found_for_writing_to(signed_in, alice, bob, person):
    person("bobby", suspended_at=timezone.now())
    found = signed_in(alice).get(reverse("people"), {"q": "@bob"}).json()["people"]
    assert [one["username"] for one in found] == ["bob"]
    assert set(found[0]) == {"id", "username", "display_name", "avatar"}


def test_completion_puts_whom_one_talks_with_before_others_who_said_nothing(signed_in, make_room, person, alice, bob):
    for name in ("aaron", "adele", "anna"):
        person(name)
    room = make_room("hall", kind="public", alice="member", bob="owner", aaron="member", adele="member")
    make_room("", kind="direct", alice="member", adele="member")
    make_room("", kind="direct", alice="member", anna="member")
    url = f"/rooms/{room.pk}/members.json"
    client = signed_in(alice)
    found = client.get(url, {"q": "a"}).json()["people"]
    assert [(one["username"], one["member"]) for one in found[:4]] == [
        ("adele", True),
        ("aaron", True),
        ("alice", True),
        ("anna", False),
    ]
    post_message(bob, room.pk, "hello")
    assert client.get(url, {"q": ""}).json()["people"][0]["username"] == "bob"
    # However many come before them by name, and who only joined has written nothing.
    zoe = person("zoe")
    make_room("", kind="direct", alice="member", zoe="member")
    invite(bob, room.pk, [zoe.pk, *(person(f"abel{n}").pk for n in range(10))])
    join_room(person("zz"), room.pk)
    found = client.get(url, {"q": ""}).json()["people"]
    assert [one["username"] for one in found[:4]] == ["bob", "adele", "zoe", "aaron"]
