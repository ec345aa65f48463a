"""Threads and moving at their addresses: who gets what, without JavaScript too, and the list of threads."""

import pytest
from django.urls import reverse
from django.utils import timezone

from rooms.actions.deleting import delete_message
from rooms.actions.messages import edit_message
from rooms.actions.moving import move_messages
from rooms.actions.posting import post_message
from rooms.actions.threads import follow_thread, mark_thread_read, mark_threads_read
from rooms.models import Attachment, Message, ThreadFollow
from rooms.queries import unread_threads
from rooms.threads import inbox, known_threads
from talkwave.errors import Refused

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}


@pytest.fixture
def root(room, alice):
    return post_message(alice, room.pk, "The plan")


@pytest.fixture
def answer(root, room, bob):
    return post_message(bob, room.pk, "A detail", thread=root.pk, in_room=False)


def knocks(root):
    """(address, what is posted or None) of each door."""
    in_room = [root.room_id, root.pk]
    return [
        (reverse("room_thread", args=in_room), None),
        (reverse("thread_follow", args=in_room), {"following": "0"}),
        (reverse("thread_read", args=in_room), {}),
        (reverse("message_move", args=[root.pk]), None),
        (reverse("messages_move"), {"ids": str(root.pk), "to": f"room:{root.room_id}"}),
    ]


def statuses(client, root):
    return [
        (client.get(url, headers=JSON) if fields is None else client.post(url, fields, headers=JSON)).status_code
        for url, fields in knocks(root)
    ]


def test_every_door_as_everybody(signed_in, root, answer, olga, alice, bob, charlie):
    assert statuses(signed_in(alice), root) == [200, 200, 200, 200, 200]
    assert statuses(signed_in(bob), root) == [200, 200, 200, 200, 200]
    assert statuses(signed_in(charlie), root) == [404, 404, 404, 404, 404]
    assert statuses(signed_in(None), root) == [401, 401, 401, 401, 401]
    # The moderator's answer is not Alice's to move.
    assert statuses(signed_in(alice), answer)[3:] == [403, 403]
    bob.suspended_at = timezone.now()
    bob.save()
    assert set(statuses(signed_in(bob), root)) <= {401, 403}


def test_a_reader_of_a_public_room_reads_its_threads_and_joins_for_the_rest(signed_in, make_room, alice, charlie):
    square = make_room("square", kind="public", alice="owner")
    root = post_message(alice, square.pk, "for all")
    assert statuses(signed_in(charlie), root) == [200, 403, 200, 403, 403]
    assert not ThreadFollow.objects.filter(user=charlie).exists()


def test_the_page_and_the_pane_show_the_root_and_its_answers(signed_in, room, root, answer, alice):
    session = signed_in(alice)
    address = reverse("room_thread", args=[room.pk, root.pk])
    page = session.get(address).text
    assert "The plan" in page and "A detail" in page and "<html" in page
    pane = session.get(address, headers={"X-Fragment": "side"}).text
    assert "A detail" in pane and "<html" not in pane
    # An answer leads to the thread it stands in, and its permalink too.
    assert session.get(reverse("room_thread", args=[room.pk, answer.pk]))["Location"] == address
    link = session.get(reverse("message", args=[room.pk, answer.pk]))["Location"]
    assert link == f"{address}?at=2#t-{answer.pk}"


def test_a_thread_of_a_moved_message_is_found_from_its_first_address(signed_in, make_room, room, root, alice):
    cave = make_room("cave", alice="owner")
    move_messages(alice, [root.pk], room=cave.pk)
    moved = signed_in(alice).get(reverse("room_thread", args=[room.pk, root.pk]))
    assert moved["Location"] == reverse("room_thread", args=[cave.pk, root.pk])


def test_without_javascript_one_answers_by_form_in_the_thread_and_also_to_the_room(signed_in, room, root, alice):
    session = signed_in(alice)
    post = reverse("room_post", args=[room.pk])
    aside = session.post(post, {"body": "just here", "thread": root.pk})
    assert aside["Location"].startswith(reverse("room_thread", args=[room.pk, root.pk]))
    session.post(post, {"body": "for all", "thread": root.pk, "in_room": "1"})
    stood = dict(Message.objects.filter(thread=root.pk).values_list("body", "in_room"))
    assert stood == {"just here": False, "for all": True}
    refused = session.post(post, {"body": "x" * 20_000, "thread": root.pk})
    assert refused.status_code == 413 and "x" * 20_000 in refused.text and "The plan" in refused.text


def test_a_long_thread_comes_in_pages(signed_in, room, root, alice, settings):
    settings.PAGE_SIZE = 2
    for number in range(5):
        post_message(alice, room.pk, f"answer {number}", thread=root.pk, in_room=False)
    session = signed_in(alice)
    address = reverse("room_thread", args=[room.pk, root.pk])
    newest = session.get(address).text
    assert "answer 4" in newest and "answer 2" not in newest and "?before=5" in newest
    earlier = session.get(address, {"before": "5"}).text
    assert "answer 2" in earlier and "answer 4" not in earlier and "?after=4" in earlier


def test_the_inbox_shows_what_is_new_in_the_threads_one_follows(signed_in, room, root, answer, alice, bob, charlie):
    page = signed_in(alice).get(reverse("threads")).text
    assert "The plan" in page and "A detail" in page and "1 new" in page
    post_message(bob, room.pk, "@alice look", thread=root.pk, in_room=False)
    (row,) = inbox(alice, None)[1]
    assert (row["unread"], row["named"], len(row["answers"])) == (2, 1, 2)
    assert "You are named here" in signed_in(alice).get(reverse("threads")).text
    assert inbox(charlie, None)[1] == []
    # Who left the room is told no more of it.
    room.memberships.filter(user=alice).delete()
    assert inbox(alice, None)[1] == [] and known_threads(alice) == []


def test_the_inbox_costs_the_same_however_many(room, alice, bob, django_assert_num_queries):
    def threads(number):
        for _ in range(number):
            root = post_message(alice, room.pk, "root")
            for _ in range(3):
                post_message(bob, room.pk, "answer", thread=root.pk, in_room=False)

    threads(1)
    with django_assert_num_queries(5):
        inbox(alice, None)
    threads(4)
    with django_assert_num_queries(5):
        assert len(inbox(alice, None)[1]) == 5


def test_following_is_chosen_lost_and_brought_back_by_being_named(room, root, answer, alice, bob, olga):
    assert unread_threads(alice) == {room.pk: 1} and unread_threads(bob) == {}
    follow_thread(alice, answer.pk, False)
    assert unread_threads(alice) == {}
    post_message(bob, room.pk, "more", thread=root.pk, in_room=False)
    assert unread_threads(alice) == {}
    post_message(bob, room.pk, "@alice and @olga", thread=root.pk, in_room=False)
    assert unread_threads(alice) == {room.pk: 1}
    # To whoever is named first, what was said before is no news.
    assert inbox(olga, None)[1][0]["unread"] == 1


def test_who_is_named_by_an_edit_follows_as_if_named_at_once(room, root, answer, alice, bob, olga):
    follow_thread(alice, root.pk, False)
    edit_message(bob, answer.pk, "A detail, @alice and @olga")
    assert ThreadFollow.objects.get(user=alice).following and unread_threads(olga) == {room.pk: 1}
    assert inbox(olga, None)[1][0]["named"] == 1
    mark_thread_read(olga, root.pk, answer.seq)
    # Who left the thread since is not brought back by a corrected word.
    follow_thread(alice, root.pk, False)
    edit_message(bob, answer.pk, "A small detail, @alice and @olga")
    assert not ThreadFollow.objects.get(user=alice).following and unread_threads(olga) == {}


def test_what_is_read_stays_read_and_what_is_deleted_is_no_news(room, root, answer, alice, bob):
    mark_thread_read(alice, root.pk, answer.seq)
    mark_thread_read(alice, root.pk, 1)
    assert unread_threads(alice) == {}
    later = post_message(bob, room.pk, "later", thread=root.pk, in_room=False)
    mark_thread_read(alice, root.pk, 10**9)
    assert ThreadFollow.objects.get(user=alice).read_seq == later.seq
    last = post_message(bob, room.pk, "last", thread=root.pk, in_room=False)
    assert unread_threads(alice) == {room.pk: 1}
    delete_message(bob, last.pk)
    assert unread_threads(alice) == {}
    post_message(bob, room.pk, "again", thread=root.pk, in_room=False)
    mark_threads_read(alice)
    assert unread_threads(alice) == {}


def test_nobody_follows_what_they_may_not_see(root, charlie):
    with pytest.raises(Refused) as refusal:
        follow_thread(charlie, root.pk, True)
    assert refusal.value.code == "not_found"
    with pytest.raises(Refused):
        mark_thread_read(charlie, root.pk, 1)


def test_where_it_may_go_is_offered_and_the_move_is_answered_with_its_undo(signed_in, room, make_room, root, alice):
    cave = make_room("cave", alice="owner")
    other = post_message(alice, room.pk, "another")
    session = signed_in(alice)
    form = session.get(reverse("message_move", args=[other.pk]), headers={"X-Fragment": "dialog"}).text
    assert f'value="thread:{root.pk}"' in form and "cave" in form and "<html" not in form
    move = reverse("messages_move")
    link = f"http://testserver/rooms/{room.pk}/m/{root.pk}/"
    answer = session.post(move, {"ids": other.pk, "to": "link", "link": link}, headers=JSON).json()
    assert Message.objects.get(pk=other.pk).thread_id == root.pk
    assert answer["back"] == [{"ids": [str(other.pk)], "to": f"room:{room.pk}", "in_room": ""}]
    (back,) = answer["back"]
    again = session.post(move, {"ids": other.pk, "to": "link", "link": link}, headers=JSON).json()
    assert (again["detail"], again["back"]) == ("It is there already.", [])
    session.post(move, back, headers=JSON)
    assert Message.objects.get(pk=other.pk).thread_id is None
    answer = session.post(move, {"ids": other.pk, "to": "room", "room": cave.pk}, headers=JSON).json()
    assert answer["url"] == reverse("message", args=[cave.pk, other.pk])
    for wrong in ({"to": "moon"}, {"to": "link", "link": "https://example.org/x"}, {"to": "link", "link": ""}, {}):
        assert session.post(move, {"ids": root.pk, **wrong}, headers=JSON).status_code == 400
    for wrong in ({"to": "room:x"}, {"to": "thread:"}, {"to": "room"}):
        assert session.post(move, {"ids": root.pk, **wrong}, headers=JSON).status_code == 404


def test_what_is_a_file_alone_is_told_by_its_name_in_the_list_and_where_it_may_go(signed_in, room, alice, bob):
    def sent(name, **where):
        file = Attachment.objects.create(
            room=room, uploader=bob, kind="file", name=name, type="text/plain", size=1, stored=name
        )
        return post_message(bob, room.pk, "", attachments=[file.pk], **where)

    root = sent("harbour.png")
    post_message(alice, room.pk, "How fine", thread=root.pk, in_room=False)
    sent("tide.pdf", thread=root.pk, in_room=False)
    page = signed_in(alice).get(reverse("threads")).text
    assert "harbour.png" in page and "tide.pdf" in page
    below = sent("map.txt")
    form = signed_in(bob).get(reverse("message_move", args=[below.pk]), headers={"X-Fragment": "dialog"}).text
    assert "map.txt" in form and "harbour.png" in form
