"""Forms and fetches that change something: what they answer, and that nothing typed is lost."""

import re
import uuid

import pytest
from django.urls import reverse

from rooms import limits
from rooms.actions.reactions import add_reaction
from rooms.models import Kind, Membership, Message, Room
from talkwave.web.ratelimit import Buckets

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


def at(name, room):
    return reverse(name, args=[room.pk])


# --- posting ------------------------------------------------------------------------------------------


def test_a_message_is_posted_with_a_form_and_stands_on_the_page(signed_in, room, alice):
    client = signed_in(alice)
    response = client.post(at("room_post", room), {"body": "hello **all**"})
    message = Message.objects.get()
    assert response["Location"] == f"{at('room', room)}#m-{message.pk}"
    assert "<strong>all</strong>" in client.get(at("room", room)).text


def test_a_form_sent_twice_is_one_message(signed_in, room, alice, bob):
    client = signed_in(alice)
    fields = {"body": "hello", "client_id": str(uuid.uuid4())}
    first = client.post(at("room_post", room), fields, headers=JSON).json()
    assert client.post(at("room_post", room), fields, headers=JSON).json() == first
    assert Message.objects.count() == 1
    add_reaction(bob, first["message"]["id"], "👍")
    again = client.post(at("room_post", room), fields, headers=JSON).json()["message"]
    assert again["reactions"][0]["count"] == 1, "as it stands by now"


def test_the_form_of_a_page_names_its_message(signed_in, room, alice):
    client = signed_in(alice)
    name = lambda: re.search(r'name="client_id" value="([0-9a-f-]{36})"', client.get(at("room", room)).text)[1]  # noqa: E731
    assert name() != name()


@pytest.mark.parametrize("body, status", [("x" * 10_001, 413), ("   ", 400), ("a\x00b", 400)])
def test_what_is_refused_stays_in_the_composer(signed_in, room, alice, body, status):
    response = signed_in(alice).post(at("room_post", room), {"body": body})
    assert response.status_code == status
    assert response.context["composer_body"] == body
    assert response.context["composer_error"]
    assert not Message.objects.exists()


def test_who_posts_too_fast_is_told_when_to_go_on(signed_in, room, alice, monkeypatch):
    monkeypatch.setattr(limits, "posting", Buckets(0.1, 1))
    client = signed_in(alice)
    client.post(at("room_post", room), {"body": "one"})
    response = client.post(at("room_post", room), {"body": "two"}, headers=JSON)
    assert response.status_code == 429
    assert response.json()["code"] == "rate_limited"
    assert 0 < response.json()["retry_after"] <= 10
    assert int(response["Retry-After"]) in range(1, 11)
    page = client.post(at("room_post", room), {"body": "three"})
    assert page.context["composer_body"] == "three" and int(page["Retry-After"]) in range(1, 11)


# --- joining, leaving, preferences -----------------------------------------------------------------------


def test_joining_and_leaving_with_a_form(signed_in, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    client = signed_in(charlie)
    assert client.post(at("room_join", square))["Location"] == at("room", square)
    assert reverse("room_post", args=[square.pk]) in client.get(at("room", square)).text
    assert client.post(at("room_leave", square))["Location"] == "/"
    assert "You left the room." in client.get("/").text
    assert not Membership.objects.filter(user=charlie).exists()


def test_a_fetch_gets_the_room_as_it_is_now(signed_in, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    client = signed_in(charlie)
    joined = client.post(at("room_join", square), headers=JSON).json()
    assert (joined["ok"], joined["url"], joined["room"]["role"]) == (True, at("room", square), "member")
    assert client.post(at("room_pin", square), {"pinned": "1"}, headers=JSON).json()["room"]["pinned"] is True
    assert client.post(at("room_pin", square), {"pinned": "yes"}, headers=JSON).status_code == 400
    assert client.post(at("room_notify", square), {"notify": "none"}, headers=JSON).json()["room"]["notify"] == "none"
    assert client.post(at("room_notify", square), {}, headers=JSON).status_code == 400


# --- settings -----------------------------------------------------------------------------------------


def test_name_and_topic_change_together_or_not_at_all(signed_in, room, olga):
    client = signed_in(olga)
    assert client.post(at("room_edit", room), {"name": "cave", "topic": "x" * 501}).status_code == 413
    room.refresh_from_db()
    assert (room.name, room.version) == ("den", 0)
    assert client.post(at("room_edit", room), {"name": "cave", "topic": "bats"})["Location"] == at(
        "room_settings", room
    )
    room.refresh_from_db()
    assert (room.name, room.topic) == ("cave", "bats")


def test_a_name_in_use_is_a_conflict_that_says_so(signed_in, room, make_room, olga):
    make_room("cave")
    response = signed_in(olga).post(at("room_edit", room), {"name": "cave"})
    assert response.status_code == 409
    assert "exists already" in response.text


def test_deleting_asks_for_the_name(signed_in, room, olga):
    client = signed_in(olga)
    assert client.post(at("room_delete", room), {"confirm_name": "cave"}).status_code == 400
    assert client.post(at("room_delete", room), {"confirm_name": "den"})["Location"] == "/"
    assert not Room.objects.exists()


def test_the_settings_show_only_what_one_may_do(signed_in, room, olga, bob, alice):
    pages = {user: signed_in(user).get(at("room_settings", room)).text for user in (olga, bob, alice)}
    assert at("room_delete", room) in pages[olga] and at("room_archive", room) in pages[olga]
    assert at("room_edit", room) in pages[bob] and at("room_delete", room) not in pages[bob]
    assert at("room_edit", room) not in pages[alice] and at("room_leave", room) in pages[alice]


def test_the_side_pane_gets_its_part_alone(signed_in, room, alice):
    client = signed_in(alice)
    for name in ("room_settings", "room_members"):
        assert "<html" not in client.get(at(name, room), headers={"X-Fragment": "side"}).text
        assert "<html" in client.get(at(name, room), headers={"X-Fragment": "pane"}).text


# --- making rooms --------------------------------------------------------------------------------------


def test_a_room_is_made_with_a_form(signed_in, charlie, bob):
    client = signed_in(charlie)
    assert client.get(reverse("room_create")).status_code == 200
    response = client.post(
        reverse("room_create"), {"name": "Harbour", "topic": "ships", "kind": "private", "members": [bob.pk]}
    )
    made = Room.objects.get()
    assert response["Location"] == at("room", made)
    assert (made.kind, made.topic, made.member_count) == (Kind.PRIVATE, "ships", 2)


@pytest.mark.parametrize(
    "fields, status",
    [
        ({"name": "", "kind": "public"}, 400),
        ({"name": "DEN", "kind": "public"}, 409),
        ({"name": "x" * 81, "kind": "public"}, 413),
        ({"name": "cave", "kind": "direct"}, 400),
        ({"name": "cave", "kind": "public", "members": ["999999"]}, 404),
    ],
)
def test_a_refused_room_brings_the_form_back_with_what_was_typed(signed_in, room, alice, fields, status):
    client = signed_in(alice)
    page = client.post(reverse("room_create"), {"topic": "precious words", **fields})
    assert page.status_code == status
    assert "precious words" in page.text
    assert page.context["form"].errors
    answer = client.post(reverse("room_create"), fields, headers=JSON)
    assert (answer.status_code, set(answer.json())) == (status, {"code", "detail"})
    assert Room.objects.count() == 1


def test_rooms_are_not_made_by_the_hundred(signed_in, alice, settings):
    client = signed_in(alice)
    statuses = [
        client.post(reverse("room_create"), {"name": f"room {number}", "kind": "public"}, headers=JSON).status_code
        for number in range(12)
    ]
    assert statuses == [200] * 10 + [429] * 2
    assert int(client.post(reverse("room_create"), {"name": "one more", "kind": "public"})["Retry-After"]) > 1


# --- people ------------------------------------------------------------------------------------------


def test_people_are_invited_by_name_or_id(signed_in, room, alice, charlie, person):
    dora, emil = person("dora"), person("emil")
    client = signed_in(alice)
    response = client.post(at("room_invite", room), {"names": "@Dora, CHARLIE;alice", "users": [emil.pk]})
    assert response["Location"] == at("room_members", room)
    assert set(room.memberships.values_list("user__username", flat=True)) >= {"charlie", "dora", "emil"}
    answer = client.post(at("room_invite", room), {"users": [dora.pk]}, headers=JSON).json()
    assert answer["people"] == []


def test_an_unknown_name_is_named_and_nobody_is_invited(signed_in, room, alice, charlie):
    response = signed_in(alice).post(at("room_invite", room), {"names": "charlie nobody"}, headers=JSON)
    assert response.status_code == 404
    assert "nobody" in response.json()["detail"]
    assert not Membership.objects.filter(user=charlie).exists()


def test_inviting_is_counted_by_head(signed_in, room, alice, person, monkeypatch):
    monkeypatch.setattr(limits, "inviting", Buckets(0.1, 3))
    ids = [person(f"guest{number}").pk for number in range(4)]
    client = signed_in(alice)
    assert client.post(at("room_invite", room), {"users": ids[:2]}, headers=JSON).status_code == 200
    assert client.post(at("room_invite", room), {"users": ids[2:]}, headers=JSON).status_code == 429


def test_a_member_list_shows_ranks_and_what_one_may_do(signed_in, room, olga, bob, alice):
    def powers(user):
        members = signed_in(user).get(at("room_members", room)).context["members"]
        return [(one["username"], one["may_remove"], one["may_set_role"]) for one in members]

    assert powers(olga) == [("olga", False, True), ("bob", True, True), ("alice", True, True)]
    assert powers(bob) == [("olga", False, False), ("bob", False, False), ("alice", True, False)]
    assert powers(alice) == [("olga", False, False), ("bob", False, False), ("alice", False, False)]


def test_a_long_member_list_has_pages_and_a_search_and_a_bounded_cost(
    signed_in, room, alice, person, django_assert_max_num_queries
):
    Membership.objects.bulk_create(Membership(room=room, user=person(f"guest{number:03}")) for number in range(130))
    client = signed_in(alice)
    client.get(at("room_members", room))
    with django_assert_max_num_queries(11):
        page = client.get(at("room_members", room))
    assert len(page.context["members"]) == 50
    found = client.get(at("room_members", room) + "?q=guest1&page=2").context["members"]
    assert all("guest1" in one["username"] for one in found)
    assert client.get(at("room_members", room) + "?page=999").status_code == 200
    assert client.get(at("room_members", room) + "?q=%00&page=x").status_code == 200


# --- direct ------------------------------------------------------------------------------------------


def test_a_conversation_is_opened_with_a_form_and_found_again(signed_in, alice, bob):
    client = signed_in(alice)
    page = client.get(reverse("direct_create") + f"?with={bob.pk}&with=x")
    assert [one["username"] for one in page.context["chosen"]] == ["bob"]
    first = client.post(reverse("direct_create"), {"users": [bob.pk]})
    room = Room.objects.get()
    assert first["Location"] == at("room", room)
    assert client.post(reverse("direct_create"), {"names": "@bob"})["Location"] == first["Location"]
    assert client.post(reverse("direct_create"), {"names": "alice"}).status_code == 302
    assert Room.objects.count() == 2


def test_a_refused_conversation_brings_the_form_back(signed_in, alice, bob):
    client = signed_in(alice)
    page = client.post(reverse("direct_create"), {"names": "nobody", "users": [bob.pk]})
    assert page.status_code == 404
    assert page.context["names"] == "nobody" and "nobody" in page.context["error"]
    assert [one["username"] for one in page.context["chosen"]] == ["bob"]
    assert client.post(reverse("direct_create"), {}).status_code == 400
    assert client.post(reverse("direct_create"), {"users": ["x"]}, headers=JSON).status_code == 404


# --- browse ------------------------------------------------------------------------------------------


def test_browsing_finds_public_rooms_by_name_and_topic_and_never_a_private_one(
    signed_in, room, make_room, olga, charlie
):
    square = make_room("Square", kind="public", olga="owner", charlie="member")
    port = make_room("Port", kind="public", olga="owner")
    port.topic = "all about ships"
    port.save()
    client = signed_in(charlie)
    rows = client.get(reverse("browse")).context["rooms"]
    assert [(row["room"], row["joined"]) for row in rows] == [(square, True), (port, False)]

    def found(typed):
        return [row["room"].name for row in client.get(reverse("browse"), {"q": typed}).context["rooms"]]

    assert found("SQUARE") == ["Square"]
    assert found("ships") == ["Port"]
    assert found("den") == found("%") == found("_") == []


def test_browsing_many_rooms_costs_the_same_and_has_pages(signed_in, make_room, charlie, django_assert_max_num_queries):
    for number in range(70):
        make_room(f"room {number:02}", kind="public")
    client = signed_in(charlie)
    client.get(reverse("browse"))
    with django_assert_max_num_queries(11):
        page = client.get(reverse("browse"))
    assert len(page.context["rooms"]) == 50
    assert len(client.get(reverse("browse") + "?page=2").context["rooms"]) == 20


# --- preview -----------------------------------------------------------------------------------------


def test_a_preview_shows_what_the_message_will_look_like(signed_in, room, alice, bob):
    client = signed_in(alice)
    url = reverse("preview")
    assert "<em>so</em>" in client.post(url, {"body": "*so* <script>"}).json()["html"]
    assert "<script" not in client.post(url, {"body": "*so* <script>"}).json()["html"]
    assert f'{bob.pk}"' in client.post(url, {"body": "hello @bob", "room": room.pk}).json()["html"]
    assert f'{bob.pk}"' not in client.post(url, {"body": "hello @bob"}).json()["html"]
    assert not Message.objects.exists()


def test_a_preview_tells_an_outsider_nothing_of_a_room(signed_in, room, charlie, bob):
    client = signed_in(charlie)
    assert client.post(reverse("preview"), {"body": "hi @bob", "room": room.pk}, headers=JSON).status_code == 404
    assert client.post(reverse("preview"), {"body": "x" * 10_001}, headers=JSON).status_code == 413
