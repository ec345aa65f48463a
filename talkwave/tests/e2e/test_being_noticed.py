"""Who writes, who is here, what is unread, and who is meant: seen without doing anything."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.actions.posting import post_message
from talkwave.testing_browser import Window, apart, until_true

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_one_sees_who_is_writing_until_the_message_is_there(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.composer.press_sequentially("Let me th")
    expect(b.page.locator(".typing")).to_have_text("Alice is writing")
    expect(a.page.locator(".typing")).to_be_empty()
    a.composer.press("Enter")
    b.sees("Let me th")
    expect(b.page.locator(".typing")).to_be_empty()


def test_one_sees_who_comes_and_goes(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a = visit(alice, room)
    a.page.get_by_role("link", name="3 people").click()
    dot = a.page.locator(f'#side .avatar__presence[data-presence="{bob.pk}"]')
    words = a.page.locator(f'#side [data-presence-words="{bob.pk}"]')
    expect(dot).to_have_attribute("data-state", "offline")
    b = visit(bob, room)
    expect(dot).to_have_attribute("data-state", "active")
    expect(words).to_have_text("@bob · here")
    b.page.close()
    expect(dot).to_have_attribute("data-state", "offline")
    expect(words).to_have_text("@bob · offline")


def test_what_is_unread_is_bold_counted_and_in_the_title_until_it_is_read(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    other = make_room("elsewhere", alice="member")
    a, b = visit(alice, other), visit(bob, room)
    expect(a.page).to_have_title("elsewhere – TalkWave")
    for number in range(3):
        b.say(f"news {number}")
    link = a.link_to(room)
    expect(link).to_have_class(re.compile("room-link--unread"))
    expect(link.locator(".room-link__count")).to_contain_text("3")
    expect(link.locator(".room-link__mentions")).to_be_hidden()
    expect(a.page).to_have_title("(3) elsewhere – TalkWave")
    assert link.locator(".room-link__name").evaluate("name => Number(getComputedStyle(name).fontWeight)") >= 600

    b.say("what does @alice think?")
    expect(link.locator(".room-link__mentions")).to_contain_text("1")
    expect(a.page).to_have_title("(4) elsewhere – TalkWave")

    link.click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("den")
    expect(a.page.locator(".timeline__new")).to_have_count(1)
    expect(a.sees("what does @Alice think?").locator(".mention--me")).to_have_count(1)
    expect(link).not_to_have_class(re.compile("room-link--unread"))
    expect(a.page).to_have_title("den – TalkWave")
    # The line stays where it was while the room is open.
    expect(a.page.locator(".timeline__new + .message")).to_contain_text("news 0")


def test_the_tab_and_the_badge_of_the_app_tell_of_threads_too_and_of_who_is_named_there(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    root = apart(post_message, alice, room.pk, "Where do we meet?")
    a = visit(alice, make_room("elsewhere", alice="member"))
    icon, badge = a.page.locator('link[rel="icon"]'), lambda: a.page.evaluate("window.badge")
    a.page.evaluate("navigator.setAppBadge = async (count) => { window.badge = count; }")
    still = icon.get_attribute("href")
    apart(post_message, bob, room.pk, "By the crane", thread=root.pk, in_room=False)
    expect(a.page).to_have_title("(1) elsewhere – TalkWave")
    expect(icon).to_have_attribute("href", re.compile("^data:image/png"))
    assert badge() == 1
    news = icon.get_attribute("href")
    # The same number, and another dot: this one is for her.
    apart(post_message, bob, room.pk, "Or not, @alice?", thread=root.pk, in_room=False)
    expect(icon).not_to_have_attribute("href", news)
    expect(a.page).to_have_title("(1) elsewhere – TalkWave")
    a.page.locator('.sidebar a[href="/threads/"]').click()
    a.page.locator(".threads__item--unread .threads__link").click()
    expect(a.page).to_have_title("Threads – TalkWave")
    expect(icon).to_have_attribute("href", still)
    assert badge() == 0
    # Where nobody is signed in any more the icon counts nothing; in the settings it goes on.
    a.page.add_init_script("navigator.clearAppBadge = async () => { sessionStorage.cleared = location.pathname; }")
    a.page.goto("/settings/profile/")
    expect(a.page.get_by_role("button", name="Save").first).to_be_enabled()
    a.context.clear_cookies()
    a.page.goto("/accounts/login/")
    until_true(a.page, "sessionStorage.cleared")
    assert a.page.evaluate("sessionStorage.cleared") == "/accounts/login/"


def test_reading_in_one_window_is_reading_in_all(visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any) -> None:
    other = make_room("elsewhere", alice="member")
    desk, sofa, b = visit(alice, other), visit(alice, other), visit(bob, room)
    b.say("news")
    for window in (desk, sofa):
        expect(window.link_to(room)).to_have_class(re.compile("room-link--unread"))
    sofa.link_to(room).click()
    expect(desk.link_to(room)).not_to_have_class(re.compile("room-link--unread"))
    expect(desk.page).to_have_title("elsewhere – TalkWave")
