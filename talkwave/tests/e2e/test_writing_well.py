"""The composer: suggestions, formatting, preview, and that undo takes all of it back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from talkwave.testing_browser import Window

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def ready(window: Window) -> None:
    """The script that listens to the keys runs."""
    expect(window.composer).to_have_attribute("enterkeyhint", "send")
    expect(window.page.locator("[data-does=tools]")).to_be_visible()


def test_an_at_sign_suggests_people_and_enter_takes_one_without_sending(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.press_sequentially("hello @bo")
    chosen = a.page.locator('.complete [role=option][aria-selected="true"]')
    expect(chosen).to_contain_text("@bob")
    name = chosen.get_attribute("id")
    assert name is not None
    expect(a.composer).to_have_attribute("aria-activedescendant", name)
    a.composer.press("Enter")
    expect(a.composer).to_have_value("hello @bob ")
    expect(a.page.locator(".complete")).to_be_hidden()
    expect(a.rows).to_have_count(0)
    a.composer.press("Enter")
    a.sees("hello @Bob")
    # On a slow network the list of the letters before is nobody who is meant.
    suggested = a.page.locator(".complete [role=option]")
    a.page.route(re.compile(r"/members\.json\?q=z"), lambda route: None)
    a.composer.press_sequentially("@")
    expect(suggested.first).to_be_visible()
    a.composer.press_sequentially("z")
    expect(suggested).to_have_count(0)
    a.composer.press("Enter")
    a.sees("@z")


def test_escape_puts_the_suggestions_away_and_nothing_else(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.page.get_by_role("link", name="3 people").click()
    expect(a.page.locator("#side")).to_be_visible()
    a.composer.press_sequentially("@")
    expect(a.page.locator(".complete")).to_be_visible()
    a.composer.press("Escape")
    expect(a.page.locator(".complete")).to_be_hidden()
    expect(a.page.locator("#side")).to_be_visible()


def test_a_colon_and_two_letters_suggest_emoji_and_a_hash_public_rooms_ones_own_first(
    visit: Visit, room: Any, make_room: Any, alice: Any
) -> None:
    make_room("dell", kind="public")
    make_room("delta", kind="public", alice="member")
    a = visit(alice, room)
    ready(a)
    a.composer.press_sequentially(":wave")
    expect(a.page.locator(".complete [role=option]").first).to_contain_text(":wave:")
    a.composer.press("Tab")
    expect(a.composer).to_have_value("👋 ")
    # The room they are in is private: its name would lead nobody there.
    a.composer.press_sequentially("#de")
    expect(a.page.locator(".complete [role=option]")).to_have_text(["delta", "dell"])
    a.composer.press("Tab")
    expect(a.composer).to_have_value("👋 #delta ")


def test_a_time_or_an_address_suggests_nothing(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.press_sequentially("at 10:42 write ann@exa")
    expect(a.page.locator(".complete")).to_be_hidden()


def test_keys_format_the_chosen_words_and_undo_takes_it_back(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.press_sequentially("word")
    a.composer.press("Control+a")
    for key, marked in (
        ("Control+b", "**word**"),
        ("Control+i", "_word_"),
        ("Control+e", "`word`"),
        ("Control+Shift+x", "~~word~~"),
    ):
        a.composer.press(key)
        expect(a.composer).to_have_value(marked)
        a.composer.press(key)
        expect(a.composer).to_have_value("word")
    a.composer.press("Control+k")
    expect(a.composer).to_have_value("[word](https://)")
    a.composer.press("Control+z")
    expect(a.composer).to_have_value("word")


def test_without_chosen_words_the_key_of_a_link_jumps(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.press_sequentially("word")
    a.composer.press("Control+k")
    expect(a.page.locator("#jump")).to_be_visible()
    expect(a.composer).to_have_value("word")


def test_the_formatting_bar_stays_as_one_left_it(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    bar = a.page.get_by_role("toolbar", name="Formatting")
    expect(bar).to_be_hidden()
    a.page.get_by_role("button", name="Formatting").click()
    expect(bar).to_be_visible()
    a.page.reload()
    expect(bar).to_be_visible()
    a.composer.fill("one\ntwo")
    a.composer.press("Control+a")
    bar.get_by_role("button", name="List", exact=True).click()
    expect(a.composer).to_have_value("- one\n- two")


def test_the_preview_shows_what_the_message_will_be_and_runs_nothing(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.fill("**bold** @bob <img src=x onerror=alert(1)>")
    a.page.get_by_role("button", name="Preview").click()
    preview = a.page.get_by_role("region", name="Preview")
    expect(preview.locator("strong")).to_have_text("bold")
    expect(preview).to_contain_text("@Bob")
    expect(preview.locator("img")).to_have_count(0)
    # Sent, it makes room for what was said.
    a.composer.press("Enter")
    expect(preview).to_be_hidden()


def test_enter_inside_an_open_fence_of_code_breaks_the_line(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    # Found once, they are shown at once; but no name is meant in code.
    a.composer.press_sequentially("@bo")
    expect(a.page.locator(".complete")).to_be_visible()
    a.composer.fill("")
    a.composer.press_sequentially("```")
    a.composer.press("Enter")
    a.composer.press_sequentially("code @bo")
    a.composer.press("Enter")
    expect(a.composer).to_have_value("```\ncode @bo\n")
    expect(a.rows).to_have_count(0)


def test_enter_that_ends_a_composition_does_not_send(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    ready(a)
    a.composer.fill("かな")
    a.composer.evaluate(
        """area => area.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    expect(a.composer).to_have_value("かな")
    expect(a.rows).to_have_count(0)
