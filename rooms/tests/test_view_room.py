"""Opening a room: who sees it, what is on the page, and what it costs."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from rooms.actions.deleting import delete_message
from rooms.actions.direct import direct_room_for
from rooms.actions.posting import post_message
from rooms.models import Membership, Message
from rooms.sync import page

# Session and person, room and seat, the sidebar with what waits there, the messages, their authors and each kind of thing that
# stands beside them, what the reader keeps here: one each.
PAGE_QUERIES = 20

STATIC = settings.BASE_DIR / "static"

pytestmark = pytest.mark.django_db


def address(room, **query):
    from urllib.parse import urlencode

    return reverse("room", args=[room.pk]) + ("?" + urlencode(query) if query else "")


def fill(room, sender, count):
    """So many messages, written past the actions: quick."""
    Message.objects.bulk_create(
        Message(room=room, seq=seq, version=seq, sender=sender, body=f"line {seq}", html=f"<p>line {seq}</p>")
        for seq in range(1, count + 1)
    )
    room.last_seq = room.version = count
    room.last_message_at = timezone.now()
    room.save()


# --- who --------------------------------------------------------------------------------------------


def test_a_member_reads_the_newest_fifty(signed_in, room, alice):
    fill(room, alice, 120)
    response = signed_in(alice).get(address(room))
    assert response.status_code == 200
    assert [message["seq"] for message in response.context["messages"]] == list(range(71, 121))
    assert response.context["has_older"] and not response.context["has_newer"]
    assert "line 120" in response.text
    assert response["Cache-Control"] == "private, no-store"


def test_an_outsider_gets_the_same_answer_as_for_a_room_that_is_not_there(signed_in, room, charlie):
    seen = signed_in(charlie).get(address(room))
    missing = signed_in(charlie).get(reverse("room", args=[10**9]))
    assert (seen.status_code, missing.status_code) == (404, 404)
    assert re.sub("nonce-?[^ >]*", "", seen.text) == re.sub("nonce-?[^ >]*", "", missing.text)
    assert seen["Cache-Control"] == "private, no-store"


def test_nobody_is_sent_to_sign_in_and_brought_back(signed_in, room):
    response = signed_in(None).get(address(room, at=3))
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={reverse('room', args=[room.pk])}%3Fat%3D3"
    assert signed_in(None).get(address(room), headers={"Accept": "application/json"}).status_code == 401


def test_somebody_suspended_reads_nothing(signed_in, room, alice):
    with_session = signed_in(alice)
    User.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    fill(room, alice, 3)
    response = with_session.get(address(room))
    assert response.status_code in (302, 403)
    assert "line 1" not in response.text


def test_a_public_room_can_be_looked_into_before_joining(signed_in, make_room, olga, charlie):
    square = make_room("square", kind="public", olga="owner")
    post_message(olga, square.pk, "welcome all")
    response = signed_in(charlie).get(address(square))
    assert response.status_code == 200
    assert response.context["seat"].membership is None
    assert "welcome all" in response.text
    assert reverse("room_join", args=[square.pk]) in response.text
    assert reverse("room_post", args=[square.pk]) not in response.text


def test_who_left_or_was_removed_sees_it_no_more(signed_in, room, alice):
    session = signed_in(alice)
    assert session.get(address(room)).status_code == 200
    Membership.objects.filter(room=room, user=alice).delete()
    assert session.get(address(room)).status_code == 404


# --- what -------------------------------------------------------------------------------------------


def test_the_page_opens_around_a_message(signed_in, room, alice):
    fill(room, alice, 200)
    response = signed_in(alice).get(address(room, at=100))
    seqs = [message["seq"] for message in response.context["messages"]]
    assert seqs == list(range(75, 125))
    assert response.context["around"] == 100
    assert response.context["has_older"] and response.context["has_newer"]


def test_one_pages_through_history_without_javascript(signed_in, room, alice):
    fill(room, alice, 120)
    session = signed_in(alice)
    page = session.get(address(room, before=71))
    assert [message["seq"] for message in page.context["messages"]] == list(range(21, 71))
    page = session.get(address(room, before=21))
    assert not page.context["has_older"] and page.context["has_newer"]
    page = session.get(address(room, after=20))
    assert page.context["messages"][0]["seq"] == 21


@pytest.mark.parametrize("at", ["x", "-1", "1.5", "9" * 30, "٣", ""])
def test_a_point_that_is_no_number_is_a_clear_refusal(signed_in, room, alice, at):
    assert signed_in(alice).get(address(room, at=at)).status_code == 400


def test_a_point_beyond_the_end_shows_the_end(signed_in, room, alice):
    fill(room, alice, 60)
    assert signed_in(alice).get(address(room, at=10**17)).status_code == 200


def test_the_browser_gets_only_the_middle_where_it_asks_for_it(signed_in, room, alice):
    part = signed_in(alice).get(address(room), headers={"X-Fragment": "pane"})
    assert part.text.lstrip().startswith("<main")
    assert "<html" not in part.text
    assert "X-Fragment" in part["Vary"]


def test_a_conversation_is_called_after_the_others_in_it(signed_in, alice, bob, olga):
    two, three, notes = (direct_room_for(alice, ids) for ids in ([bob.pk], [bob.pk, olga.pk], []))
    session = signed_in(alice)
    assert session.get(address(two)).context["title"] == "Bob"
    assert session.get(address(two)).context["room_wire"]["partner"]["username"] == "bob"
    assert session.get(address(three)).context["title"] == "Bob, Olga"
    assert session.get(address(notes)).context["title"] == "Notes to myself"


def test_a_deleted_message_shows_nothing_of_what_it_said(signed_in, room, alice):
    message = post_message(alice, room.pk, "regretted words")
    delete_message(alice, message.pk)
    assert "regretted" not in signed_in(alice).get(address(room)).text


def test_what_people_call_things_is_escaped(signed_in, room, alice):
    room.topic = '<script>alert("topic")</script>'
    room.save()
    alice.display_name = '"><img src=x onerror=alert(1)>'
    alice.save()
    post_message(alice, room.pk, "hello")
    text = signed_in(alice).get(address(room)).text
    assert "<script>alert" not in text and "<img src=x" not in text


def test_opening_marks_nothing_as_read(signed_in, room, alice, bob):
    post_message(bob, room.pk, "news")
    response = signed_in(alice).get(address(room))
    assert response.context["read_seq"] == 0
    assert Membership.objects.get(room=room, user=alice).read_seq == 0


# --- what it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 200])
@pytest.mark.parametrize("fragment", [False, True])
def test_a_room_costs_a_fixed_number_of_queries_however_large(
    signed_in, room, alice, bob, person, size, fragment, django_assert_max_num_queries
):
    guests = [person(f"guest{number}") for number in range(size)]
    Membership.objects.bulk_create(Membership(room=room, user=guest) for guest in guests)
    fill(room, guests[0], size)
    for guest in guests[:20]:
        direct_room_for(alice, [guest.pk])
    session = signed_in(alice)
    session.get(address(room))
    headers = {"X-Fragment": "pane"} if fragment else {}
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert session.get(address(room), headers=headers).status_code == 200


# --- ways to it --------------------------------------------------------------------------------------


def test_a_permalink_leads_to_the_message_and_tells_an_outsider_nothing(signed_in, room, make_room, alice, charlie):
    message = post_message(alice, room.pk, "look here")
    link = reverse("message", args=[room.pk, message.pk])
    assert signed_in(alice).get(link)["Location"] == f"{address(room)}?at=1#m-{message.pk}"
    assert signed_in(charlie).get(link).status_code == 404
    # From another room it leads to where it is, whom it is for: so links outlive a move.
    other = make_room("cave", alice="owner", charlie="member")
    elsewhere = reverse("message", args=[other.pk, message.pk])
    assert signed_in(alice).get(elsewhere)["Location"] == f"{address(room)}?at=1#m-{message.pk}"
    assert signed_in(charlie).get(elsewhere).status_code == 404


def test_home_is_the_last_room_and_a_welcome_where_that_is_gone(signed_in, room, alice):
    session = signed_in(alice)
    assert session.get("/").status_code == 200
    session.get(address(room))
    assert session.get("/")["Location"] == address(room)
    Membership.objects.filter(user=alice).delete()
    response = session.get("/")
    assert response.status_code == 200
    assert address(room) not in response.text


def test_a_forged_last_room_opens_nothing(signed_in, room, charlie):
    session = signed_in(charlie)
    for forged in (str(room.pk), "x", "9" * 40):
        session.cookies["last_room"] = forged
        assert session.get("/").status_code == 200


def test_the_sidebar_has_pinned_rooms_first_then_unread_then_the_latest(signed_in, make_room, alice, bob):
    now = timezone.now()
    for place, name in enumerate(["oldest", "muted", "unread", "pinned", "latest"]):
        made = make_room(name, alice="member", bob="owner")
        made.last_message_at = now + timezone.timedelta(minutes=place)
        made.save()
    post_message(bob, Membership.objects.get(room__name="unread", user=alice).room_id, "hello")
    post_message(bob, Membership.objects.get(room__name="muted", user=alice).room_id, "hello")
    Membership.objects.filter(room__name="pinned", user=alice).update(pinned_at=now)
    Membership.objects.filter(room__name="muted", user=alice).update(notify="none")
    for name, minutes in (("unread", -9), ("muted", -8)):
        from rooms.models import Room

        Room.objects.filter(name=name).update(last_message_at=now + timezone.timedelta(minutes=minutes))
    sidebar = signed_in(alice).get("/").context["sidebar"]
    assert [link["title"] for link in sidebar.rooms] == ["pinned", "unread", "latest", "oldest", "muted"]


# --- what it starts with ------------------------------------------------------------------------------


def test_the_page_preloads_just_the_modules_it_starts(signed_in, room, alice):
    """What sleeps (`data-wakes`) is loaded when it is wanted; what is preloaded and not started would be for nothing."""
    ui = set(re.findall(r'"(\w+)"', re.search(r"UI = new Set\(\[(.*?)\]", (STATIC / "js/modules.js").read_text())[1]))
    elements = re.findall(r"<[^>]*data-module=[^>]*>", signed_in(alice).get(address(room)).text)
    started = {re.search(r'data-module="(\w+)"', element)[1] for element in elements if "data-wakes" not in element}
    template = (settings.BASE_DIR / "templates" / "base_app.html").read_text()
    preloaded = re.search(r"{% modulepreload (.*?) %}", template)[1].replace("'", "").split()
    assert preloaded == [f"js/{'ui' if name in ui else 'chat'}/{name}.js" for name in sorted(started)]
    assert all((STATIC / name).is_file() for name in preloaded)


def test_a_message_with_nothing_beside_its_words_brings_no_empty_places(signed_in, room, alice):
    post_message(alice, room.pk, "just words")
    page = signed_in(alice).get(address(room)).text
    rows, blank = page.split('<template id="message-template">')[0], page.split('<template id="message-template">')[1]
    for place in ("message__gone", "message__edited", "files", "poll", "previews", "reactions", "thread-line", "quote"):
        assert f'class="{place}"' not in rows, place
        assert f'class="{place}"' in blank, place


def test_a_page_around_a_message_asks_one_question_more_than_the_newest(room, alice, bob, django_assert_num_queries):
    fill(room, bob, 120)
    room.refresh_from_db()
    with CaptureQueriesContext(connection) as newest:
        assert len(page(room, limit=50, view="room")) == 50
    with django_assert_num_queries(len(newest) + 1):
        middle = page(room, around=60, limit=50, view="room")
    assert [message.seq for message in middle] == list(range(35, 85))
    assert [message.seq for message in page(room, around=3, limit=50, view="room")] == list(range(1, 51))
