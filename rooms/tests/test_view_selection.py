"""The doors of forwarding and of several messages at once, and who gets what at them."""

import pytest
from django.urls import reverse

from rooms.actions.posting import post_message
from rooms.models import Message

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def message(room, alice):
    return post_message(alice, room.pk, "hello")


@pytest.fixture
def square(make_room, olga, alice, bob, charlie):
    return make_room("square", kind="public", olga="owner", bob="moderator", alice="member", charlie="member")


@pytest.mark.parametrize("who, status", [("olga", 200), ("bob", 200), ("alice", 200), ("charlie", 404), (None, 401)])
def test_forwarding(signed_in, square, message, request, who, status):
    client = signed_in(request.getfixturevalue(who) if who else None)
    fields = {"ids": message.pk, "rooms": square.pk, "comment": "look"}
    response = client.post(reverse("messages_forward"), fields, headers=JSON)
    assert response.status_code == status, response.text
    assert Message.objects.filter(room=square).count() == (2 if status == 200 else 0)


def test_what_was_forwarded_is_taken_back_room_by_room(signed_in, square, make_room, message, alice):
    harbour = make_room("harbour", kind="public", alice="member")
    client = signed_in(alice)
    fields = {"ids": message.pk, "rooms": [square.pk, harbour.pk], "comment": "look"}
    sent = client.post(reverse("messages_forward"), fields, headers=JSON).json()["sent"]
    assert [one["room"] for one in sent] == [str(square.pk), str(harbour.pk)]
    for one in sent:
        assert len(one["ids"]) == 2
        client.post(reverse("selection_delete", args=[one["room"]]), {"ids": one["ids"]}, headers=JSON)
    assert not Message.objects.filter(room__in=[square, harbour], in_room=True).exists(), "nobody had read it: no trace"


@pytest.mark.parametrize("who, status", [("olga", 302), ("alice", 302), ("charlie", 404)])
def test_the_way_to_where_it_was_said(signed_in, message, request, who, status):
    response = signed_in(request.getfixturevalue(who)).get(reverse("message_source", args=[message.pk]))
    assert response.status_code == status
    if status == 302:
        assert response["Location"].endswith(f"#m-{message.pk}")


def test_a_suspended_person_forwards_nothing(signed_in, square, message, alice):
    from django.utils import timezone

    client = signed_in(alice)
    type(alice).objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    for name in ("messages_forward",):
        assert client.post(reverse(name), {"ids": message.pk, "rooms": square.pk}, headers=JSON).status_code in (
            401,
            403,
        )
    assert not Message.objects.filter(room=square).exists()


def test_deleting_restoring_and_exporting(signed_in, room, message, bob, charlie):
    client, other = signed_in(bob), signed_in(charlie)
    address = {name: reverse(f"selection_{name}", args=[room.pk]) for name in ("delete", "restore", "export")}
    exported = client.get(address["export"], {"ids": message.pk, "as": "md"})
    assert exported["Content-Type"] == "text/markdown; charset=utf-8"
    assert exported["Content-Disposition"] == 'attachment; filename="den.md"'
    assert "hello" in exported.text
    assert other.get(address["export"], {"ids": message.pk}, headers=JSON).status_code == 404
    assert other.post(address["delete"], {"ids": message.pk}, headers=JSON).status_code == 404
    answer = client.post(address["delete"], {"ids": message.pk}, headers=JSON).json()
    assert (answer["deleted"], answer["detail"]) == ([str(message.pk)], "1 message deleted")
    assert other.post(address["restore"], {"ids": message.pk}, headers=JSON).status_code == 404
    assert client.post(address["restore"], {"ids": message.pk}, headers=JSON).json()["restored"] == [str(message.pk)]
    assert Message.objects.get(pk=message.pk).body == "hello"


def test_a_broken_client_id_is_told(signed_in, square, message, alice):
    fields = {"ids": message.pk, "rooms": square.pk, "client_id": "x"}
    assert signed_in(alice).post(reverse("messages_forward"), fields, headers=JSON).status_code == 400


def test_forwarding_many_is_slowed_down(signed_in, square, message, alice, monkeypatch):
    from rooms import limits
    from talkwave.web.ratelimit import Buckets

    monkeypatch.setattr(limits, "forwarding", Buckets(0.001, 1))
    client = signed_in(alice)
    fields = {"ids": message.pk, "rooms": square.pk}
    assert client.post(reverse("messages_forward"), fields, headers=JSON).status_code == 200
    assert client.post(reverse("messages_forward"), fields, headers=JSON).status_code == 429
