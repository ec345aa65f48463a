"""Two people who have never been here register, find each other in a room, and talk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from talkwave.testing_browser import Window

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def register(window: Window, username: str, name: str) -> None:
    page = window.page
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("User name").fill(username)
    page.get_by_label("Display name").fill(name)
    page.get_by_label("E-mail address").fill(f"{username}@example.org")
    page.get_by_label("Password", exact=True).fill("correct-horse-9")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name=f"Welcome, {name}")).to_be_visible()
    window.is_live()


def test_two_people_register_find_a_room_and_talk(visit: Visit) -> None:
    ann, ben = visit(None, "/"), visit(None, "/")
    register(ann, "ann", "Ann Tide")
    register(ben, "ben", "Ben Wave")

    ann.page.locator("#main").get_by_role("link", name="Create a room").click()
    ann.page.get_by_label("Name").fill("harbour")
    ann.page.get_by_label("Topic").fill("Boats & tides")
    ann.page.get_by_role("button", name="Create the room").click()
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("harbour")
    ann.say("anybody here?")
    ann.sees("anybody here?")

    ben.page.locator("#main").get_by_role("link", name="Browse rooms").click()
    ben.page.get_by_role("searchbox").fill("harb")
    ben.page.locator(".room-card").get_by_role("link", name="harbour").click()
    # He may read before he joins, and not write.
    ben.sees("anybody here?")
    expect(ben.composer).to_have_count(0)
    ben.page.get_by_role("button", name="Join the room").click()
    expect(ben.composer).to_be_focused()
    expect(ann.page.locator(".message--system").last).to_contain_text("Ben Wave joined")

    ben.say("I am, **hello**")
    ann.sees("I am, hello")
    for number in range(5):
        ann.say(f"from Ann {number}")
        ben.say(f"from Ben {number}")
    for window in (ann, ben):
        expect(window.rows).to_have_count(12)
        expect(window.unsent).to_have_count(0)
    assert ann.texts() == ben.texts()
    ids = [window.rows.evaluate_all("rows => rows.map(row => row.dataset.id)") for window in (ann, ben)]
    assert ids[0] == ids[1]
