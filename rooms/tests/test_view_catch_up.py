"""One page of what one missed: what stands on it, from where, and that it costs the same however much it is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rooms.actions.direct import direct_room_for
from rooms.actions.emoji import remove_emoji
from rooms.actions.memberships import leave_room
from rooms.actions.moving import move_messages
from rooms.actions.pins import pin_message
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.actions.reads import mark_read
from rooms.models import Attachment, Membership, Message, OwnEmoji, Pin
from rooms.search.index import index_some

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(signed_in):
    return lambda user, **query: signed_in(user).get(reverse("catch_up"), query)


def by_kind(response, room) -> dict[str, list[str]]:
    found = [one for one in (*response.context["rooms"], *response.context["quiet"]) if one.room["id"] == str(room.pk)]
    return {kind: [line["excerpt"] for line in lines] for one in found for kind, lines in one.found.items()}


def test_it_gathers_what_calls_me_answers_me_and_was_liked(look, room, alice, bob, olga):
    mine = post_message(alice, room.pk, "who brings bread?")
    post_message(bob, room.pk, "I do", reply_to=mine.pk)
    post_message(bob, room.pk, "@alice and butter?")
    post_message(bob, room.pk, "@everyone come")
    liked = post_message(olga, room.pk, "the sea was calm")
    add_reaction(bob, liked.pk, "👍")
    add_reaction(alice, liked.pk, "👍")
    post_message(olga, room.pk, "plain")
    response = look(alice)
    assert by_kind(response, room) == {
        "mentions": ["@everyone come", "@alice and butter?"],
        "answers": ["I do"],
        "reacted": ["the sea was calm"],
    }
    assert f'href="{reverse("message", args=[room.pk, liked.pk])}"' in response.content.decode()
    assert "👍 2" in response.content.decode()
    # What is deleted while the page is open is found by this.
    assert f'data-says="{liked.pk}"' in response.content.decode()


def test_what_calls_or_answers_me_in_a_thread_alone_is_there_and_leads_into_it(look, room, make_room, alice, bob, olga):
    """Such an answer makes no room unread, nor the latest: all the rest was said, and read, long ago."""
    mine = post_message(alice, room.pk, "who brings bread?")
    other = post_message(olga, room.pk, "the boat")
    Message.objects.update(created_at=timezone.now() - timedelta(days=3))
    room.refresh_from_db()
    room.last_message_at = timezone.now() - timedelta(days=3)
    room.save()
    mark_read(alice, room.pk, other.seq)
    assert look(alice).context["rooms"] == []
    answer = post_message(bob, room.pk, "I do", thread=mine.pk, in_room=False)
    named = post_message(bob, room.pk, "ask @alice", thread=other.pk, in_room=False)
    add_reaction(olga, named.pk, "👍")
    post_message(bob, room.pk, "said among others", thread=other.pk, in_room=False)
    # Where an answer went to another room, the line in its place answers nobody.
    gone = post_message(bob, room.pk, "which boat?", thread=mine.pk, in_room=False)
    move_messages(bob, [gone.pk], room=make_room("square", kind="public", bob="owner").pk)
    response = look(alice)
    assert by_kind(response, room) == {"mentions": ["ask @alice"], "answers": ["I do"], "reacted": ["ask @alice"]}
    (line,) = response.context["rooms"][0].found["answers"]
    assert line["in_thread"] and f'href="{line["url"]}"' in response.content.decode()
    assert line["url"] == reverse("message", args=[room.pk, answer.pk])


def test_files_without_a_word_are_called_by_their_names(look, room, alice, bob):
    file = Attachment.objects.create(
        room=room, uploader=bob, kind="pdf", name="harbour map.pdf", type="application/pdf", size=1, stored="x"
    )
    post_message(bob, room.pk, "", attachments=[file.pk])
    assert by_kind(look(alice), room) == {"files": ["harbour map.pdf"]}
    # One's own is no news.
    assert by_kind(look(bob), room) == {}


def test_links_are_found_without_any_preview(look, room, alice, bob, settings):
    settings.LINK_PREVIEWS = False
    post_message(bob, room.pk, "see https://boats.example/one")
    post_message(bob, room.pk, "`https://code.example/` is none")
    index_some()
    assert by_kind(look(alice), room) == {"links": ["see https://boats.example/one"]}
    assert by_kind(look(bob), room) == {}


def test_what_was_pinned_meanwhile_is_there_however_old_it_is(look, room, alice, bob):
    old = post_message(bob, room.pk, "the rules")
    before = post_message(bob, room.pk, "pinned before")
    pin_message(bob, before.pk)
    long_ago = timezone.now() - timedelta(days=3)
    Message.objects.update(created_at=long_ago)
    Pin.objects.update(at=long_ago)
    pin_message(bob, old.pk)
    assert by_kind(look(alice), room) == {"pins": ["the rules"]}
    assert by_kind(look(bob), room) == {}


def test_reactions_with_emoji_of_ones_own_show_their_picture_though_it_be_removed(look, room, alice, bob, olga):
    parrot = OwnEmoji.objects.create(name="parrot", picture="parrot-0123456789abcdef.webp", created_by=bob)
    liked = post_message(olga, room.pk, "the sea was calm")
    add_reaction(bob, liked.pk, ":parrot:")
    add_reaction(alice, liked.pk, ":parrot:")
    remove_emoji(bob, parrot.pk)
    response = look(alice)
    (line,) = response.context["rooms"][0].found["reacted"]
    assert line["reactions"] == [{"emoji": ":parrot:", "count": 2, "url": parrot.url}]
    assert f'src="{parrot.url}"' in response.content.decode()


def test_what_somebody_wrote_to_me_alone_stands_out_by_itself(look, alice, bob):
    direct = direct_room_for(bob, [alice.pk])
    post_message(alice, direct.pk, "my own words do not")
    post_message(bob, direct.pk, "lunch?")
    assert by_kind(look(alice), direct) == {"mentions": ["lunch?"]}


def test_what_was_written_to_me_alone_counts_as_calls_and_comes_before_the_noise(look, make_room, alice, bob):
    noisy = make_room("noisy", alice="member", bob="owner")
    for text in ("@alice hello", "and", "so", "on"):
        post_message(bob, noisy.pk, text)
    direct = direct_room_for(bob, [alice.pk])
    post_message(bob, direct.pk, "lunch?")
    post_message(bob, direct.pk, "now?")
    response = look(alice)
    assert [one.for_you for one in response.context["rooms"]] == [2, 1]
    assert response.context["rooms"][0].room["id"] == str(direct.pk)
    assert "2 for you" in response.content.decode()


def test_what_was_said_in_threads_alone_is_told_where_nothing_stands_out(look, room, alice, bob, olga):
    root = post_message(olga, room.pk, "the boat")
    Message.objects.update(created_at=timezone.now() - timedelta(days=3))
    post_message(bob, room.pk, "leaks", thread=root.pk, in_room=False)
    assert "1 answer in threads" in look(alice).content.decode()


def test_looking_reads_nothing(look, room, alice, bob):
    post_message(bob, room.pk, "@alice hello")
    look(alice)
    assert Membership.objects.get(user=alice, room=room).read_seq == 0


def test_nothing_of_rooms_one_is_not_in_and_nothing_deleted(look, room, make_room, alice, bob, charlie):
    secret = make_room("secret", charlie="member", bob="owner")
    post_message(bob, secret.pk, "@alice @everyone secret words")
    gone = post_message(bob, room.pk, "@alice deleted words")
    Message.objects.filter(pk=gone.pk).update(deleted_at=timezone.now(), body="")
    assert "deleted words" not in look(alice).content.decode()
    assert "secret words" not in look(alice).content.decode()


def test_what_came_before_is_left_out(look, room, alice, bob):
    old = post_message(bob, room.pk, "@alice last week")
    Message.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    post_message(bob, room.pk, "@alice today")
    assert by_kind(look(alice, since="day"), room) == {"mentions": ["@alice today"]}
    assert by_kind(look(alice, since="week"), room) == {"mentions": ["@alice today", "@alice last week"]}
    assert look(alice, since="2099-01-01").context["rooms"] == []


def test_rooms_that_call_come_first_and_quiet_ones_are_folded(look, make_room, room, alice, bob):
    busy = make_room("busy", alice="member", bob="owner")
    quiet = make_room("quiet", alice="member", bob="owner")
    Membership.objects.filter(room=quiet, user=alice).update(notify="none")
    for _ in range(3):
        post_message(bob, busy.pk, "hello")
    post_message(bob, room.pk, "@alice hello")
    post_message(bob, quiet.pk, "@alice hello")
    response = look(alice)
    assert [one.room["title"] for one in response.context["rooms"]] == ["den", "busy"]
    assert [one.room["title"] for one in response.context["quiet"]] == ["quiet"]


def test_each_kind_and_the_rooms_are_bounded(look, make_room, room, alice, bob, olga, settings):
    settings.CATCH_UP_EACH, settings.CATCH_UP_ROOMS = 2, 1
    post_message(bob, make_room("other", alice="member", bob="owner").pk, "hello")
    # Where just somebody came nothing was said: that is no page of its own.
    leave_room(olga, make_room("third", alice="owner", olga="member").pk)
    for number in range(4):
        post_message(bob, room.pk, f"@alice {number}")
    response = look(alice)
    assert by_kind(response, room) == {"mentions": ["@alice 3", "@alice 2"]}
    assert len(response.context["rooms"]) == 1
    # The others are a page away.
    assert "More rooms" in response.content.decode()
    further = look(alice, page=2)
    assert [one.room["title"] for one in further.context["rooms"]] == ["other"]
    assert "The rooms before" in further.content.decode() and "More rooms" not in further.content.decode()
    assert look(alice, page="x").context["page"] == look(alice, page="0").context["page"] == 1
    assert look(alice, page="99").status_code == 200


def test_only_the_latest_part_of_a_flood_is_looked_at(look, room, alice, bob, settings):
    settings.CATCH_UP_SPAN = 3
    for number in range(6):
        post_message(bob, room.pk, f"@alice {number}")
    assert by_kind(look(alice), room) == {"mentions": ["@alice 5", "@alice 4", "@alice 3"]}


def test_it_costs_the_same_for_one_room_and_for_many(look, make_room, room, alice, bob):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            look(alice)
        return len(asked)

    add_reaction(bob, post_message(bob, room.pk, "@alice hello").pk, "👍")
    look(alice)
    once = cost()
    for number in range(12):
        other = make_room(f"room {number}", alice="member", bob="owner")
        add_reaction(bob, post_message(bob, other.pk, "@alice hello").pk, "👍")
    assert cost() == once


@pytest.mark.parametrize("since", ["x", "9999-99-99", "0001-01-01", "9999-12-31", "\x00"])
def test_a_since_that_is_none_is_refused(look, alice, since):
    assert look(alice, since=since).status_code == 400


def test_who_may_be_invited_is_told_only_to_who_may_invite(signed_in, room, make_room, alice, charlie, bob):
    url = reverse("room_mentioned", args=[room.pk])
    found = signed_in(alice).get(url, {"names": "charlie,ALICE,nobody"}).json()
    assert [one["username"] for one in found["absent"]] == ["charlie"]
    assert signed_in(charlie).get(url, {"names": "alice"}).status_code == 404
    square = make_room("square", kind="public", bob="owner")
    looking = reverse("room_mentioned", args=[square.pk])
    assert signed_in(charlie).get(looking, {"names": "alice"}).json()["absent"] == []
    assert signed_in(charlie).get(looking, {"here": "1"}).status_code == 403
    assert signed_in(alice).get(url, {"here": "1"}).json()["here"] == 0


def test_a_room_that_was_read_and_where_nothing_stands_out_is_left_out(look, room, alice, bob):
    def rooms() -> list[str]:
        return [one.room["id"] for one in look(alice).context["rooms"]]

    said = post_message(bob, room.pk, "just so")
    assert rooms() == [str(room.pk)]
    mark_read(alice, room.pk, said.seq)
    assert rooms() == []
    mark_read(alice, room.pk, post_message(bob, room.pk, "@alice and you?").seq)
    assert rooms() == [str(room.pk)]
