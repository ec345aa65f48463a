"""Searching: by keys alone, with chips and suggestions; what is found opens in its place, and nothing counts as read."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rooms.actions.posting import Draft, post_message, post_messages
from rooms.models import Membership, ThreadFollow
from talkwave.testing_browser import PHONE, Window, apart, until_true

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def field(page: Page) -> Any:
    return page.locator(".search__input")


def chips(page: Page) -> Any:
    return page.locator(".search__field .chip bdi")


def test_somebody_finds_again_what_was_said(
    visit: Visit, make_room: Any, alice: Any, bob: Any, axe: Callable[[Page], None]
) -> None:
    den = make_room("den", alice="member", bob="owner")
    attic = make_room("attic", alice="member", bob="owner")
    apart(post_messages, [Draft(bob.pk, den.pk, f"line {number}") for number in range(60)])
    apart(post_messages, [Draft(bob.pk, den.pk, "The Grüße from Köln")])
    apart(post_messages, [Draft(bob.pk, den.pk, f"more {number}") for number in range(60)])
    apart(post_messages, [Draft(bob.pk, attic.pk, "grusse from the attic")])
    window = visit(alice, attic)
    page = window.page
    page.keyboard.press("Control+Shift+F")
    # The room stands in the field as a chip; Backspace takes it out.
    expect(field(page)).to_be_focused()
    expect(chips(page)).to_have_text(["in:attic"])
    page.keyboard.press("Backspace")
    expect(chips(page)).to_have_count(0)
    # What is offered is taken by the keys and becomes a chip.
    page.keyboard.type("from:bo")
    expect(page.get_by_role("option")).to_have_text(["from:bobBob"])
    # While the answer for more letters is on its way, that list is of others.
    page.route("**/*q=box*", lambda route: None)
    page.keyboard.type("x")
    page.keyboard.press("Tab")
    expect(chips(page)).to_have_count(0)
    field(page).focus()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("option")).to_have_text(["from:bobBob"])
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["from:bob"])
    page.keyboard.type("grusse")
    page.keyboard.press("Enter")
    hits = page.locator("#side .hit")
    expect(hits).to_have_count(2)
    expect(hits.locator("mark")).to_have_text(["grusse", "Grüße"])
    expect(chips(page)).to_have_text(["from:Bob"])
    axe(page)
    # The other room, at its place, with the word marked; nobody said it was read.
    expect(window.link_to(den)).to_contain_text("121")
    # Where the list counts wrongly, opening the room puts it right.
    apart(Membership.objects.filter(room=den, user=alice).update, read_seq=21)
    hits.nth(1).locator("a").click()
    row = window.at(61)
    expect(row).to_be_in_viewport()
    expect(page).to_have_url(f"{window_url(page)}/rooms/{den.pk}/?at=61&find=grusse")
    until_true(page, f"{MARKED} === 'Grüße'")
    expect(page.locator("#side .hit")).to_have_count(2)
    expect(window.link_to(den)).to_contain_text("100")
    until_true(page, "document.visibilityState === 'visible'")
    assert Membership.objects.get(room=den, user=alice).read_seq == 21
    root = apart(post_messages, [Draft(bob.pk, den.pk, "any news?")])[0]
    apart(post_message, alice, den.pk, "well?", thread=root.pk, in_room=False)
    answer = apart(post_message, bob, den.pk, "nothing but grusse", thread=root.pk, in_room=False)
    waiting = window.link_to(den).locator(".room-link__threads [data-count]")
    expect(waiting).to_have_text("1")
    # × searches without it; what is searched lately is offered again.
    before = hits.first.element_handle()
    page.get_by_role("button", name="Take out from:bob").click()
    before.wait_for_element_state("hidden")
    expect(chips(page)).to_have_count(0)
    expect(hits).to_have_count(3)
    # A thread opens in their place, and the arrow leads back to them.
    hits.first.locator("a").click()
    expect(page.locator("#thread-composer-body")).to_be_focused()
    # At the answer, which is marked as well.
    expect(page.locator("#side .message--target")).to_contain_text("nothing but grusse")
    until_true(page, f"{MARKED} === 'grusse'")
    # One only looks: read it is once one does something there.
    axe(page)
    assert ThreadFollow.objects.get(thread=root.pk, user=alice).read_seq < answer.seq
    expect(waiting).to_have_text("1")
    page.keyboard.press("ArrowDown")
    expect(waiting).to_be_hidden()
    page.get_by_role("button", name="Back").press("Enter")
    expect(hits).to_have_count(3)
    expect(hits.first.locator("a")).to_be_focused()
    # Where the hit stands in the room that is open, one goes there, and Back to where one was.
    hits.filter(has_text="Köln").locator("a").click()
    until_true(page, f"{MARKED} === 'Grüße'")
    expect(row).to_be_in_viewport()
    field(page).fill("")
    field(page).press("ArrowDown")
    expect(page.get_by_role("option").first).to_contain_text("grusse")


#: The words that are marked in the message one came to.
MARKED = "[...CSS.highlights.get('found') ?? []].join()"


def window_url(page: Page) -> str:
    return page.evaluate("() => location.origin")


def test_an_address_is_shared_and_shows_each_their_own(
    visit: Visit, make_room: Any, alice: Any, bob: Any, charlie: Any, axe: Callable[[Page], None]
) -> None:
    den = make_room("den", alice="member", bob="owner")
    square = make_room("square", kind="public", bob="owner")
    apart(post_messages, [Draft(bob.pk, den.pk, "marmalade in the den")])
    apart(post_messages, [Draft(bob.pk, square.pk, "marmalade in the square")])
    address = "/search/?q=marmalade"
    a, c = visit(alice, address), visit(charlie, address, viewport=PHONE, color_scheme="dark")
    expect(a.page.locator(".hit__text")).to_have_text(["marmalade in the square", "marmalade in the den"])
    expect(c.page.locator(".hit__text")).to_have_text(["marmalade in the square"])
    axe(c.page)
    # Deleted for all at once, and not understood is said.
    apart(post_messages, [Draft(alice.pk, den.pk, "marmalade again")])
    a.page.reload()
    expect(a.page.locator(".hit__text").first).to_have_text("marmalade again")
    field(c.page).fill("marmalade from:nobody")
    field(c.page).press("Enter")
    expect(c.page.get_by_text("Nobody here is called nobody.")).to_be_visible()
    expect(c.page.get_by_role("heading", name="Nothing was found")).to_be_visible()
    c.page.get_by_role("link", name="from:nobody").last.click()
    expect(c.page.locator(".hit__text")).to_have_text(["marmalade in the square"])
    # Without JavaScript it is a form.
    plain = visit(alice, "/search/", java_script_enabled=False)
    plain.page.locator("input[type=search]").fill("marmalade in:den")
    plain.page.get_by_role("button", name="Search").click()
    expect(plain.page.locator(".hit__text")).to_have_text(["marmalade again", "marmalade in the den"])
    expect(plain.page.locator(".chip")).to_have_text(["in:den"])
