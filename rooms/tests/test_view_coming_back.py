"""Whoever was away: since when, what is offered to them, and marking what they caught up on as read."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from presence.actions import saw
from presence.models import LastSeen
from rooms.actions.posting import post_message
from rooms.digest import away_since
from rooms.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(signed_in):
    return lambda user, **query: signed_in(user).get(reverse("catch_up"), query)


def test_a_long_absence_is_remembered_from_where_it_began(alice):
    left = timezone.now() - timedelta(hours=9)
    LastSeen.objects.create(user=alice, at=left, active_at=left)
    assert away_since(alice) == left
    saw({alice.pk}, {alice.pk})
    assert away_since(alice) == left
    seen = LastSeen.objects.get(user=alice)
    seen.back_at = timezone.now() - timedelta(hours=5)
    seen.left_at = left
    seen.save()
    assert away_since(alice) is None


def test_a_short_one_is_no_absence(alice):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    LastSeen.objects.create(user=alice, at=an_hour_ago, active_at=an_hour_ago)
    saw({alice.pk}, {alice.pk})
    assert away_since(alice) is None


def test_a_page_that_stays_open_is_here_and_its_reader_was_away_all_the_same(alice):
    left = timezone.now() - timedelta(hours=9)
    LastSeen.objects.create(user=alice, at=left, active_at=left)
    saw({alice.pk}, set())
    seen = LastSeen.objects.get(user=alice)
    assert timezone.now() - seen.at < timedelta(minutes=1), "to others they were here just now"
    assert away_since(alice) == seen.active_at == left
    # Sitting down again within the same minute is written all the same.
    saw({alice.pk}, {alice.pk})
    seen.refresh_from_db()
    assert seen.left_at == away_since(alice) == left
    assert timezone.now() - seen.active_at < timedelta(minutes=1)


def test_much_unread_after_an_absence_offers_the_page_until_one_looked(signed_in, room, alice, bob, settings):
    settings.CATCH_UP_UNREAD = 2
    left = timezone.now() - timedelta(hours=9)
    LastSeen.objects.create(user=alice, at=timezone.now(), active_at=left)
    client = signed_in(alice)

    def offered(yes: bool) -> None:
        assert ("You were away for 9" in client.get(reverse("browse")).content.decode()) == yes
        # A page that stayed open asks.
        assert client.get(reverse("kept_json")).json()["offer"].startswith("You were away for 9") == yes

    post_message(bob, room.pk, "one")
    offered(False)
    post_message(bob, room.pk, "two")
    offered(True)
    client.get(reverse("catch_up"))
    offered(False)


def test_one_room_is_read_as_far_as_the_page_showed_it_and_taken_back(look, signed_in, room, alice, bob):
    message = post_message(bob, room.pk, "hello")
    page = look(alice).content.decode()
    assert f'name="seq" value="{message.seq}"' in page
    post_message(bob, room.pk, "said since then")
    client, url = signed_in(alice), reverse("room_read", args=[room.pk])
    assert client.post(url, {"seq": message.seq})["Location"] == reverse("catch_up")
    assert Membership.objects.get(user=alice, room=room).read_seq == message.seq
    answer = client.post(url, {"seq": "10" + "0" * 12}, headers={"Accept": "application/json"}).json()
    assert answer["marks"] == {str(room.pk): message.seq}
    assert Membership.objects.get(user=alice, room=room).read_seq == message.seq + 1
    client.post(reverse("read_undo"), {"marks": json.dumps(answer["marks"])})
    assert Membership.objects.get(user=alice, room=room).read_seq == message.seq
    for wrong in ("", "x", "-1", "1" * 19):
        assert client.post(url, {"seq": wrong}).status_code == 400, wrong


def test_marks_come_back_by_the_undo_door_and_nonsense_is_refused(signed_in, room, alice, bob):
    post_message(bob, room.pk, "hello")
    client = signed_in(alice)
    marks = client.post(reverse("read_all"), headers={"Accept": "application/json"}).json()["marks"]
    assert marks == {str(room.pk): 0}
    assert client.post(reverse("read_undo"), {"marks": json.dumps({room.pk: 0})}).status_code == 302
    assert Membership.objects.get(user=alice, room=room).read_seq == 0
    for wrong in ("", "[]", "x", "[" * 100_000, '{"x": 1}', "1" * 400_000):
        for name in ("marks", "threads"):
            assert client.post(reverse("read_undo"), {name: wrong}).status_code in (400, 404), wrong[:20]
