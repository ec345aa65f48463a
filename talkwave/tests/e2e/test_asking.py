"""A poll: asked from the composer by keys alone, voted in by two, ended by who asked."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.actions.posting import post_message
from talkwave.testing_browser import Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_a_question_is_asked_answered_by_both_and_ended(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Any
) -> None:
    apart(post_message, bob, room.pk, "When do we go?")
    a, b = visit(alice, room), visit(bob, room)
    # Words, a file and an answer begun wait in the composer: asking something else leaves all of it there.
    a.page.locator("input[data-attach]").set_input_files(
        [{"name": "map.txt", "mimeType": "text/plain", "buffer": b"north"}]
    )
    expect(a.page.locator(".attached__item[data-state=ready]")).to_have_count(1)
    a.composer.fill("At noon")
    a.sees("When do we go?").focus()
    a.page.keyboard.press("q")
    a.page.get_by_role("button", name="Poll").click()
    dialog = a.page.get_by_role("dialog", name="Ask everybody")
    expect(dialog.get_by_role("textbox", name="Question")).to_be_focused()
    a.page.keyboard.type("Where shall we meet?")
    a.page.keyboard.press("Enter")
    for answer in ("The harbour", "The beach", "At home"):
        a.page.keyboard.type(answer)
        a.page.keyboard.press("Enter")
    axe(a.page)
    # Closed by a slip, it is there again.
    a.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    a.page.get_by_role("button", name="Poll").click()
    expect(dialog.get_by_role("textbox", name="Answer 3")).to_have_value("At home")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    for window in (a, b):
        window.sees("Where shall we meet?")
        expect(window.page.locator(".poll__option")).to_have_count(3)
    expect(a.sees("Where shall we meet?").locator(".quote")).to_be_hidden()
    expect(a.page.locator(".replying")).to_contain_text("When do we go?")
    a.composer.press("Enter")
    said = b.sees("At noon")
    expect(said.locator(".quote")).to_contain_text("When do we go?")
    expect(said.locator(".file")).to_contain_text("map.txt")

    beach = {window: window.page.get_by_role("button", name="The beach") for window in (a, b)}
    beach[b].click()
    expect(beach[b]).to_have_attribute("aria-pressed", "true")
    expect(beach[a].locator(".poll__count")).to_have_text("1")
    beach[a].click()
    expect(beach[b].locator(".poll__count")).to_have_text("2")
    b.composer.hover()
    beach[b].hover()
    expect(b.page.get_by_role("tooltip")).to_have_text("You and Alice")
    beach[b].click()
    expect(beach[a].locator(".poll__count")).to_have_text("1")

    b.page.reload()
    b.is_live()
    expect(beach[b]).to_have_attribute("aria-pressed", "false")
    expect(beach[b].locator(".poll__count")).to_have_text("1")
    axe(b.page)
    a.page.get_by_role("button", name="End the poll").click()
    a.page.get_by_role("dialog", name="End the poll?").get_by_role("button", name="End the poll").click()
    for window in (a, b):
        expect(window.page.get_by_text("ended")).to_be_visible()
        expect(beach[window]).to_be_disabled()
    expect(a.sees("Where shall we meet?")).to_be_focused()

    # Several answers, faster than the server: each counts.
    answers = {"options": ["Monday", "Tuesday", "Friday"], "multiple": True}
    apart(post_message, alice, room.pk, "Which days?", poll=answers)
    days = b.sees("Which days?").locator(".poll__option")
    b.page.evaluate("""() => {
      const ask = fetch;
      const held = new Promise((go) => (window.release = go));
      window.fetch = (...what) => held.then(() => ask(...what));
    }""")
    for place in range(3):
        days.nth(place).click()
        expect(days.nth(place)).to_have_attribute("aria-pressed", "true")
        expect(days.nth(place).locator(".poll__count")).to_have_text("1")
    b.page.evaluate("release()")
    for place in range(3):
        expect(a.sees("Which days?").locator(".poll__count").nth(place)).to_have_text("1")

    # Nobody is told who chose what, oneself included: what one presses is marked all the same, by keys too.
    apart(post_message, bob, room.pk, "Honestly?", poll={"options": ["Yes", "No"], "anonymous": True})
    yes, no = (a.sees("Honestly?").get_by_role("button", name=name) for name in ("Yes", "No"))
    yes.focus()
    a.page.keyboard.press("Space")
    expect(b.sees("Honestly?").locator(".poll__count").first).to_have_text("1")
    expect(yes).to_have_attribute("aria-pressed", "true")
    other = a.tab().open(room)
    yes_there, no_there = (other.sees("Honestly?").get_by_role("button", name=name) for name in ("Yes", "No"))
    expect(yes_there).to_have_attribute("aria-pressed", "true")
    no.click()
    expect(yes).to_have_attribute("aria-pressed", "false")
    expect(no).to_have_attribute("aria-pressed", "true")
    # On another device of theirs, too.
    expect(no_there).to_have_attribute("aria-pressed", "true")
    other.page.close()

    # More answers than a poll takes are said to be too many where they can still be taken out.
    a.composer.fill(f"/poll Which? | {' | '.join(map(str, range(13)))}")
    a.composer.press("Enter")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("A poll has at most 12 answers.")
    dialog.get_by_role("button", name="Cancel").click()

    # Asked later it waits, and the focus is where one writes again.
    a.page.locator("form.composer [data-does=poll]").click()
    expect(a.page.get_by_role("textbox", name="Question")).to_have_value("")
    a.page.keyboard.type("Breakfast?")
    for name, words in (("Answer 1", "soup"), ("Answer 2", "bread")):
        dialog.get_by_role("textbox", name=name).fill(words)
    dialog.get_by_role("button", name="Ask later").click()
    when = a.page.get_by_role("dialog", name="Ask later")
    when.get_by_role("button", name="Tomorrow at 9").click()
    a.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(a.composer).to_be_focused()
    a.page.get_by_role("link", name="1 message of yours is sent here later").click()
    expect(a.page.locator(".kept__item")).to_contain_text("bread")
    axe(a.page)
