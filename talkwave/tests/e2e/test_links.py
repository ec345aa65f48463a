"""What links lead to: shown to everybody below the message, taken away by its author, switched off by whoever likes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.actions.posting import Draft, post_messages
from rooms.actions.previews import set_previews
from rooms.previews.worker import look_at_links
from rooms.tests.previewing import PAGE, png
from talkwave.testing_browser import Window, apart
from talkwave.testing_network import Elsewhere, answer

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    running = Elsewhere()
    running.pages |= {
        "/story": answer(PAGE.encode()),
        "/pic.png": answer(png(), "image/png"),
        "/cat.png": answer(png(600, 400), "image/png"),
    }
    yield running
    running.close()


def test_a_link_is_shown_to_all_and_taken_away_by_its_author(
    visit: Visit, make_room: Any, alice: Any, bob: Any, olga: Any, elsewhere: Elsewhere
) -> None:
    room = make_room("den", olga="owner", alice="member", bob="member")
    apart(post_messages, [Draft(olga.pk, room.pk, f"line {number}") for number in range(30)])
    room.memberships.update(read_seq=30)
    a, b = visit(alice, room), visit(bob, room)
    a.say("read this: http://news.example/story")
    b.sees("read this: http://news.example/story")
    apart(look_at_links, elsewhere.network)
    for window in (a, b):
        card = window.page.locator(".preview")
        expect(card.get_by_role("link", name="A <b>story")).to_have_attribute("href", "http://news.example/story")
        expect(card).to_contain_text("News")
        expect(card).to_contain_text("What happened.")
        picture = card.locator("img")
        expect(picture).to_have_js_property("naturalWidth", 640)
        assert str(picture.get_attribute("src")).startswith("/previews/"), "from here, and from nowhere else"
        expect(window.page.locator(".message__edited:visible")).to_have_count(0)
        # Who was at the end still is: the card that came in below pushed nothing away.
        expect(card).to_be_in_viewport(ratio=1)

    # A picture stands at the size it has before it is loaded.
    b.say("and this http://cats.example/cat.png")
    a.sees("and this http://cats.example/cat.png")
    apart(look_at_links, elsewhere.network)
    for window in (a, b):
        box = window.page.locator(".preview--picture img").bounding_box()
        assert box is not None and box["width"] == 352 and 230 < box["height"] < 240, box

    # Others cannot take it away; its author can, by keyboard, and goes on from the message.
    expect(b.page.locator(".preview").first.locator(".preview__remove")).to_be_hidden()
    row = a.row("read this: http://news.example/story")
    row.focus()
    remove = row.get_by_role("button", name="Remove this preview")
    remove.focus()
    remove.press("Enter")
    expect(row).to_be_focused()
    for window in (a, b):
        expect(window.page.locator(".preview")).to_have_count(1)
        window.open(room)
        window.sees("read this: http://news.example/story")
        expect(window.page.locator(".preview")).to_have_count(1)
        expect(window.page.locator(".preview--picture img")).to_have_js_property("naturalWidth", 600)

    # Bob does without: for himself alone. Then the room does, at once.
    b.page.goto("/settings/profile/")
    b.page.get_by_label("Show what links lead to").uncheck()
    b.page.get_by_role("button", name="Save").click()
    b.open(room)
    b.sees("and this http://cats.example/cat.png")
    expect(b.page.locator(".preview")).to_be_hidden()
    expect(a.page.locator(".preview")).to_be_visible()
    apart(set_previews, olga, room.pk, False)
    expect(a.page.locator(".preview")).to_be_hidden()
    apart(set_previews, olga, room.pk, True)
    expect(a.page.locator(".preview")).to_be_visible()
