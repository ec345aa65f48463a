"""The worker looks where links lead, once, and shows what it found as a change of the message."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from rooms import limits
from rooms.actions.deleting import delete_message
from rooms.actions.messages import edit_message
from rooms.actions.posting import Draft, post_message, post_messages
from rooms.actions.previews import remove_preview, set_previews
from rooms.models import LinkCard, Message, Preview
from rooms.previews import worker
from rooms.previews.looking import look
from rooms.previews.worker import look_at_links
from rooms.tests.previewing import LINK, elsewhere, png, post, shown  # noqa: F401 (fixtures)
from talkwave.testing_network import answer, redirect

pytestmark = pytest.mark.django_db


def test_a_link_gets_its_card_after_the_message_was_sent(post, elsewhere, room, alice, published):  # noqa: F811
    message = post(look=False)
    assert shown(message) == []
    assert elsewhere.asked == [], "posting waits for nobody"
    assert look_at_links(elsewhere.network) is True
    (card,) = shown(message)
    preview = Preview.objects.get()
    assert card == {
        "id": str(preview.pk), "url": LINK, "title": "A <b>story", "description": "What happened.", "site": "News",
        "image": {"url": f"/previews/{preview.pk}/picture", "width": 640, "height": 320},
    }  # fmt: skip
    with default_storage.open(preview.card.image) as file, Image.open(file) as image:
        assert (image.format, image.size) == ("WEBP", (640, 320))
    before = message.version
    message.refresh_from_db()
    room.refresh_from_db()
    assert (message.version, message.changes) == (before + 1, 2) and room.version == message.version
    assert message.edited_at is None
    assert b"message.updated" in repr(published[-1]).encode() and "A <b>story" in repr(published[-1])
    assert look_at_links(elsewhere.network) is False


def test_the_worker_is_told_at_once(room, alice, published):
    post_message(alice, room.pk, "no link")
    assert "'work'" not in repr(published)
    message = post_message(alice, room.pk, LINK)
    assert "'work'" in repr(published)
    published.clear()
    edit_message(alice, message.pk, f"{LINK} http://other.example/")
    assert "'work'" in repr(published)


def test_a_message_without_links_costs_nothing(room, alice):
    with CaptureQueriesContext(connection) as queries:
        post_message(alice, room.pk, "no link, example.org in passing")
    assert not [query for query in queries if "rooms_preview" in query["sql"]]
    with CaptureQueriesContext(connection) as more:
        post_messages([Draft(alice.pk, room.pk, f"http://a{n}.example/ http://b{n}.example/") for n in range(5)])
    assert len([query for query in more if "rooms_preview" in query["sql"]]) == 1, "one insert a batch"


def test_a_page_is_looked_at_once_for_all_its_messages(post, elsewhere):  # noqa: F811
    messages = [post(look=False) for _ in range(4)]
    while look_at_links(elsewhere.network):
        pass
    messages.append(post())
    assert len(elsewhere.asked) == 2, "the page and its picture"
    assert all(shown(message)[0]["title"] == "A <b>story" for message in messages)
    assert LinkCard.objects.count() == 1


def test_an_old_look_serves_no_new_message_and_stays_under_the_old_one(post, elsewhere):  # noqa: F811
    old = post()
    LinkCard.objects.update(fetched_at=timezone.now() - timedelta(days=31))
    elsewhere.pages["/story"] = answer(b"<title>Changed</title>")
    new = post()
    assert (shown(old)[0]["title"], shown(new)[0]["title"]) == ("A <b>story", "Changed")
    assert shown(new)[0]["image"] is None


def test_where_somebody_who_wants_no_previews_links_to_is_never_looked_at(post, elsewhere, room, alice):  # noqa: F811
    type(alice).objects.filter(pk=alice.pk).update(link_previews=False)
    message = post()
    edit_message(alice, message.pk, f"{LINK} {LINK}?2")
    assert not Preview.objects.exists() and look_at_links(elsewhere.network) is False
    type(alice).objects.filter(pk=alice.pk).update(link_previews=True)
    assert shown(post())


def test_several_links_stand_in_their_order(post, elsewhere):  # noqa: F811
    for name in "abcd":
        elsewhere.pages[f"/{name}"] = answer(f"<title>{name}</title>".encode())
    message = post("http://x.example/b http://x.example/a http://x.example/gone http://x.example/d")
    assert [card["title"] for card in shown(message)] == ["b", "a"]


def test_a_link_to_a_picture_is_that_picture(post, elsewhere):  # noqa: F811
    elsewhere.pages["/cat.png"] = answer(png(300, 600), "image/png")
    (card,) = shown(post("http://www.cats.example/cat.png"))
    assert (card["title"], card["site"]) == ("", "cats.example")
    assert (card["image"]["width"], card["image"]["height"]) == (300, 600)


def test_the_icon_stands_in_for_a_picture_that_cannot_be_had(post, elsewhere):  # noqa: F811
    elsewhere.pages["/story"] = answer(
        b'<title>x</title><meta property="og:image" content="http://127.0.0.1/secret.png"><link rel=icon href=/icon.png>'
    )
    elsewhere.pages["/icon.png"] = answer(png(64, 64), "image/png")
    (card,) = shown(post())
    assert card["image"]["width"] == 64
    assert all(address != "127.0.0.1" for address, _port in elsewhere.connected)
    elsewhere.pages["/small"] = answer(b"<title>x</title><link rel=icon href=/small.png>")
    elsewhere.pages["/small.png"] = answer(png(32, 32), "image/png")
    assert shown(post("http://x.example/small"))[0]["image"] is None, "it would be but a blur"
    assert shown(post("http://x.example/small.png"))[0]["image"]["width"] == 32, "what is linked to is shown as it is"


def test_a_slow_page_holds_up_no_other(post, elsewhere, room, alice, monkeypatch):  # noqa: F811
    slow, fast = post("http://slow.example/story", look=False), post(look=False)
    settle, late = worker.settle_preview, []
    go_on = threading.Event()

    def waits_its_turn(url: str, network: Any) -> Any:
        if "slow" in url:
            assert go_on.wait(20)
        return look(url, network)

    def goes_on(preview_id: int, card: LinkCard) -> None:
        settle(preview_id, card)
        if late and late[0].previews.get().pk == preview_id:
            go_on.set()
        elif not late:
            late.append(post_message(alice, room.pk, "http://late.example/story"))

    monkeypatch.setattr(worker, "look", waits_its_turn)
    monkeypatch.setattr(worker, "settle_preview", goes_on)
    assert look_at_links(elsewhere.network) is True
    assert go_on.is_set(), "the one that came last was shown before the slow one"
    assert all(shown(message) for message in (slow, fast, *late))


@pytest.mark.parametrize(
    "found",
    [answer(b"nothing at all"), answer(b"x", status="404 Not Found"), answer(b"%PDF", "application/pdf"),
     redirect("http://127.0.0.1/"), redirect("http://[::ffff:10.0.0.1]/"), answer(b"<svg/>", "image/svg+xml"),
     answer(b"<meta property=og:image content=/pic.png>")],
)  # fmt: skip
def test_what_has_nothing_to_show_changes_nothing(post, elsewhere, room, found):  # noqa: F811
    elsewhere.pages["/story"] = found
    message = post()
    assert shown(message) == []
    assert Message.objects.get(pk=message.pk).changes == 1
    asked = len(elsewhere.asked)
    post()
    assert len(elsewhere.asked) == asked, "nor is it asked for again at once"
    LinkCard.objects.update(fetched_at=timezone.now() - timedelta(minutes=31))
    post()
    assert len(elsewhere.asked) > asked


def test_a_failure_that_may_pass_is_tried_again_later_and_not_for_ever(post, elsewhere):  # noqa: F811
    good = elsewhere.pages["/story"]
    elsewhere.pages["/story"] = answer(b"", status="503 Service Unavailable")
    message = post()
    assert len(elsewhere.asked) == 1 and look_at_links(elsewhere.network) is False, "not at once"
    Preview.objects.update(due_at=timezone.now())
    elsewhere.pages["/story"] = good
    assert look_at_links(elsewhere.network)
    assert shown(message)[0]["title"] == "A <b>story"

    elsewhere.pages["/story"] = answer(b"", status="503 Service Unavailable")
    LinkCard.objects.update(digest="-")
    post()
    before = len(elsewhere.asked)
    for _ in range(5):
        Preview.objects.filter(settled_at=None).update(due_at=timezone.now())
        look_at_links(elsewhere.network)
    assert len(elsewhere.asked) == before + 2, "three times in all"
    assert not Preview.objects.filter(settled_at=None)


def test_what_a_worker_took_and_died_with_is_taken_again(post, elsewhere, monkeypatch):  # noqa: F811
    message = post(look=False)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("rooms.previews.worker.look", lambda url, network: (_ for _ in ()).throw(KeyboardInterrupt))
        look_at_links(elsewhere.network)
    assert look_at_links(elsewhere.network) is False, "another worker leaves it alone, as long as it may be worked on"
    Preview.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert look_at_links(elsewhere.network) is True
    assert shown(message)[0]["site"] == "News"


def test_a_worker_that_died_between_two_messages_leaves_none_behind(post, elsewhere, monkeypatch):  # noqa: F811
    messages = [post(look=False) for _ in range(3)]
    settle, done = worker.settle_preview, []

    def dies_after_one(preview_id: int, card: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(preview_id)
        settle(preview_id, card)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(worker, "settle_preview", dies_after_one)
        look_at_links(elsewhere.network)
    assert [len(shown(message)) for message in messages] == [1, 0, 0]
    Preview.objects.update(due_at=timezone.now())
    while look_at_links(elsewhere.network):
        pass
    assert [len(shown(message)) for message in messages] == [1, 1, 1]
    assert {Message.objects.get(pk=message.pk).changes for message in messages} == {2}
    assert len(elsewhere.asked) == 2


# --- Words that change, messages that go ---------------------------------------------------------------
def test_a_link_edited_away_takes_its_card_along_at_once(post, elsewhere, alice):  # noqa: F811
    elsewhere.pages["/b"] = answer(b"<title>b</title>")
    message = post(f"{LINK} http://x.example/b")
    edit_message(alice, message.pk, "now only http://x.example/b")
    assert [card["title"] for card in shown(message)] == ["b"]
    edit_message(alice, message.pk, f"other order http://x.example/b {LINK}")
    while look_at_links(elsewhere.network):
        pass
    assert [card["title"] for card in shown(message)] == ["b", "A <b>story"]
    edit_message(alice, message.pk, f"nothing to see <{LINK}>")
    assert shown(message) == []
    assert not Preview.objects.exists()


def test_a_link_edited_away_while_the_worker_looks_gets_no_card(post, elsewhere, alice, monkeypatch):  # noqa: F811
    message = post(look=False)
    settle = worker.settle_preview

    def too_late(preview_id: int, card: LinkCard) -> None:
        edit_message(alice, message.pk, "never mind")
        settle(preview_id, card)

    monkeypatch.setattr(worker, "settle_preview", too_late)
    assert look_at_links(elsewhere.network)
    assert shown(message) == [] and not Preview.objects.exists()


def test_a_removed_card_stays_away_when_the_words_change(post, elsewhere, alice):  # noqa: F811
    message = post()
    remove_preview(alice, Preview.objects.get().pk)
    edit_message(alice, message.pk, f"again: {LINK}")
    while look_at_links(elsewhere.network):
        pass
    assert shown(message) == []


def test_a_deleted_message_keeps_no_links(post, elsewhere, alice):  # noqa: F811
    message, waiting = post(), post("http://x.example/late", look=False)
    for one in (message, waiting):
        delete_message(alice, one.pk)
        assert shown(one) == []
    assert not Preview.objects.exists()
    assert look_at_links(elsewhere.network) is False


# --- Switched off --------------------------------------------------------------------------------------
def test_a_server_that_does_without_looks_at_nothing_and_shows_nothing(post, elsewhere, settings):  # noqa: F811
    old = post()
    settings.LINK_PREVIEWS = False
    asked = len(elsewhere.asked)
    assert shown(old) == []
    new = post("http://x.example/new")
    assert len(elsewhere.asked) == asked and not Preview.objects.filter(message=new)


def test_a_room_that_does_without_gets_none(post, elsewhere, room, bob):  # noqa: F811
    waiting = post(look=False)
    set_previews(bob, room.pk, False)
    message = post()
    assert shown(message) == [] and shown(waiting) == [], "what was waiting gets none either"
    assert not Preview.objects.filter(message=message)
    set_previews(bob, room.pk, True)
    assert len(shown(post())) == 1
    assert shown(message) == [], "what was said meanwhile stays as it was"


def test_links_beyond_ones_share_stay_links(post, alice, monkeypatch):  # noqa: F811
    from talkwave.web.ratelimit import Buckets

    monkeypatch.setattr(limits, "previewing", Buckets(0.001, 2))
    message = post()
    for words in range(5):
        edit_message(alice, message.pk, f"{LINK} {words}")  # what is there already costs nothing again
    assert [len(shown(post())) for _ in range(2)] == [1, 0]
    assert len(shown(message)) == 1
