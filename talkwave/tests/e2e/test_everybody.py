"""Everybody can use it: axe finds nothing on any page, in any state, light and dark, on a desktop and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rooms.actions.posting import post_message
from talkwave.testing_browser import DESKTOP, PHONE, Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]
# Colours do not depend on the size, nor what stands where on the colours: two looks see all of both.
LOOKS = [("desktop", "light"), ("phone", "dark")]
WORDS = [
    "# A heading\n\nSome *text*, ~~struck~~, `code` and https://example.org/",
    "@alice and @bob, look:\n\n```python\ndef tide(hour: int) -> float:\n    return 1.5  # metres\n```",
    "> quoted\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    ":wave:",
]


@pytest.fixture(params=LOOKS, ids=["-".join(look) for look in LOOKS])
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Options of a window."""
    size, scheme = request.param
    if size == "phone":
        return {"viewport": PHONE, "color_scheme": scheme, "has_touch": True, "is_mobile": True}
    return {"viewport": DESKTOP, "color_scheme": scheme}


@pytest.fixture
def busy(room: Any, make_room: Any, alice: Any, bob: Any, olga: Any) -> Any:
    """A room with messages of every kind, and others in the sidebar, unread and with a mention."""
    for number, words in enumerate(WORDS):
        apart(post_message, (bob, alice)[number % 2], room.pk, words)
    apart(post_message, bob, room.pk, "away with it")
    other = make_room("elsewhere with a name that is much too long for its place", alice="member", bob="member")
    for words in ("news", "and @alice"):
        apart(post_message, bob, other.pk, words)
    make_room("", kind="direct", alice="member", bob="member")
    make_room("square", kind="public", bob="owner")
    return room


def ways_in(page: Page) -> None:
    """The sidebar too, which a phone shows alone."""
    page.evaluate("location.hash = 'sidebar'")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/"])
def test_pages_for_everybody(visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], path: str) -> None:
    window = visit(None, None, **look)
    window.forgive("404")
    window.page.goto(path)
    axe(window.page)
    if "signup" in path:
        window.page.get_by_label("User name").fill("xx")
        window.page.get_by_label("E-mail address").fill("x@example.org")
        window.page.get_by_label("Password", exact=True).fill("password")
        window.page.get_by_role("button", name="Create the account").click()
        expect(window.page.locator(".field__error").first).to_be_visible()
        axe(window.page)


def test_pages_of_the_app(
    visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], busy: Any, alice: Any
) -> None:
    window = visit(alice, "/rooms/", **look)
    for path in (
        "/rooms/",
        "/rooms/?q=nothing+like+it",
        "/rooms/new/",
        "/direct/",
        f"/rooms/{busy.pk}/members/",
        f"/rooms/{busy.pk}/settings/",
        "/emoji/",
        "/settings/profile/",
        "/settings/sessions/",
        "/settings/delete/",
        "/accounts/password/change/",
        "/accounts/email/",
        f"/people/{alice.pk}/",
    ):
        window.page.goto(path)
        window.page.wait_for_load_state("load")
        axe(window.page)


def test_the_owner_of_a_room_in_its_settings(
    visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], busy: Any, olga: Any
) -> None:
    window = visit(olga, f"/rooms/{busy.pk}/settings/", **look)
    axe(window.page)


def test_the_first_page_of_somebody_new(
    visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], charlie: Any
) -> None:
    window = visit(charlie, "/", **look)
    axe(window.page)
    ways_in(window.page)
    axe(window.page)


def test_a_room(visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], busy: Any, alice: Any) -> None:
    window = visit(alice, busy, **look)
    page = window.page
    expect(page.locator(".timeline[data-ready]")).to_be_visible()
    axe(page)
    ways_in(page)
    axe(page)
    page.evaluate("history.back()")
    expect(page.locator(".composer")).to_be_visible()

    page.get_by_role("link", name="3 people").click()
    expect(page.locator("#side .person")).to_have_count(3)
    axe(page)
    page.locator("#side [data-side-close]").click()

    page.get_by_role("button", name="Room menu").click()
    axe(page)
    page.keyboard.press("Escape")


def test_a_room_while_one_acts_in_it(
    visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], busy: Any, alice: Any
) -> None:
    window = visit(alice, busy, **look)
    page = window.page
    expect(page.locator(".timeline[data-ready]")).to_be_visible()
    # A phone has no room for these two.
    if page.locator("[data-does=tools]").is_visible():
        page.locator("[data-does=tools]").click()
        window.composer.fill("half a thought, @bo")
        axe(page)
        page.locator("[data-does=preview]").click()
        expect(page.locator("#composer-preview")).to_contain_text("half a thought")
        axe(page)
        page.locator("[data-does=preview]").click()
    window.composer.fill("")
    window.composer.press("ArrowUp")
    expect(page.locator(".edit__body")).to_be_focused()
    axe(page)
    page.keyboard.press("Escape")

    window.offline()
    window.composer.fill("not sent yet")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(window.status).to_contain_text("waiting")
    axe(page)


def test_the_dialogs(visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], busy: Any, alice: Any) -> None:
    window = visit(alice, busy, **look)
    page = window.page
    expect(page.locator(".timeline[data-ready]")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#jump [role=option]").first).to_be_visible()
    axe(page)
    page.keyboard.type("nothing has such a name")
    expect(page.locator(".jump__none")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    axe(page)


def test_an_empty_room_a_preview_and_an_archived_one(
    visit: Visit, axe: Callable[[Page], None], look: dict[str, Any], make_room: Any, alice: Any, bob: Any
) -> None:
    from django.utils import timezone

    empty = make_room("empty", alice="owner")
    public = make_room("square", kind="public", bob="owner")
    archived = make_room("attic", alice="owner")
    archived.archived_at = timezone.now()
    archived.save()
    window = visit(alice, empty, **look)
    for room in (empty, public, archived):
        window.open(room)
        expect(window.page.locator(".timeline[data-ready]")).to_be_visible()
        axe(window.page)
