"""Everybody can use what there is to do with messages: axe finds nothing on its pages and in its states, by day and night."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from rooms.actions.messages import edit_message
from rooms.actions.pins import pin_message
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.actions.reminders import add_reminder
from rooms.actions.saved import save_message
from rooms.actions.scheduled import schedule_message
from talkwave.testing_browser import PHONE, Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


@pytest.fixture
def kept(room: Any, alice: Any, bob: Any) -> Any:
    """A room with a thread, a poll, a reaction, a pin, earlier words, and what Alice keeps for later."""
    first = apart(post_message, bob, room.pk, "Which tide do we take?")
    apart(post_message, alice, room.pk, "The second one, @bob", thread=first.pk, in_room=False)
    apart(post_message, bob, room.pk, "Then the *second*", thread=first.pk, in_room=False)
    poll = {"options": ["Early", "Late"], "multiple": False, "anonymous": False}
    apart(post_message, bob, room.pk, "And when?", poll=poll)
    mine = apart(post_message, alice, room.pk, "I bring a ||secret|| and $x^2$")
    apart(edit_message, alice, mine.pk, "I bring a ||surprise|| and $x^2$")
    apart(add_reaction, bob, mine.pk, "\N{THUMBS UP SIGN}")
    apart(pin_message, bob, first.pk)
    apart(save_message, alice, first.pk)
    soon = timezone.now() + timedelta(hours=3)
    apart(add_reminder, alice, "call the harbour", soon)
    apart(schedule_message, alice, room.pk, "Good morning", soon)
    return room


@pytest.fixture
def by_day_and_night(axe: Callable[[Page], None]) -> Callable[[Page], None]:
    """axe in both looks of the page as it stands: cheaper than a second window that goes everywhere again."""

    def check(page: Page) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            axe(page)

    return check


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_pages_of_what_one_keeps_and_finds(
    visit: Visit, by_day_and_night: Callable[[Page], None], kept: Any, alice: Any, phone: bool
) -> None:
    window = visit(alice, "/threads/", **({"viewport": PHONE, "has_touch": True, "is_mobile": True} if phone else {}))
    for path, shown in (
        ("/threads/", ".threads__item"),
        ("/saved/", ".kept__item"),
        ("/reminders/", ".kept__item"),
        ("/scheduled/", ".kept__item"),
        ("/search/?q=tide", ".hit"),
        ("/catch-up/", ".sheet__column"),
        (f"/rooms/{kept.pk}/pins/", ".kept__item"),
        (f"/rooms/{kept.pk}/files/", "#main"),
    ):
        window.page.goto(path)
        expect(window.page.locator(shown).first).to_be_visible()
        by_day_and_night(window.page)


def test_what_one_does_with_messages_on_a_desktop(
    visit: Visit, by_day_and_night: Callable[[Page], None], kept: Any, alice: Any
) -> None:
    window = visit(alice, kept)
    page = window.page
    row = window.rows.last
    row.hover()
    page.locator(".actions:visible .actions__more").click()
    expect(page.locator("#message-menu")).to_be_visible()
    by_day_and_night(page)
    page.keyboard.press("Escape")

    row.hover()
    page.locator(".actions:visible [data-action=react]").click()
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    by_day_and_night(page)
    page.keyboard.press("Escape")

    def status() -> None:
        page.locator(".me").click()
        page.get_by_role("button", name="Set a status").click()

    dialogs: list[tuple[Callable[[], None], str]] = [
        (lambda: page.keyboard.press("Control+Shift+D"), "Jump to a date"),
        (lambda: page.get_by_role("button", name="Poll", exact=True).click(), "Ask everybody"),
        (status, "My status"),
    ]
    for opens, name in dialogs:
        opens()
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        by_day_and_night(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name=name)).to_be_hidden()

    window.composer.fill("")
    window.composer.press_sequentially("/re")
    expect(page.get_by_role("option").first).to_be_visible()
    by_day_and_night(page)
    window.composer.fill("/nothing of the kind")
    window.composer.press("Enter")
    expect(page.locator(".composer-note")).to_be_visible()
    by_day_and_night(page)
    window.composer.fill("")

    row.locator(".message__edited").click()
    expect(page.locator("#side .history__version")).to_have_count(2)
    by_day_and_night(page)
    page.locator(".thread-line:visible").first.click()
    expect(page.locator("#thread-composer-body")).to_be_visible()
    by_day_and_night(page)


def test_what_one_does_with_messages_on_a_phone(
    visit: Visit, by_day_and_night: Callable[[Page], None], kept: Any, alice: Any
) -> None:
    window = visit(alice, kept, viewport=PHONE, has_touch=True, is_mobile=True)
    page = window.page
    page.locator(".composer__plus").tap()
    expect(page.get_by_role("button", name="Attach files")).to_be_visible()
    by_day_and_night(page)
    page.keyboard.press("Escape")

    box = window.rows.last.locator(".message__body").bounding_box()
    assert box
    finger = window.context.new_cdp_session(page)
    point = {"x": box["x"] + 10, "y": box["y"] + box["height"] / 2}
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator(".actions-sheet[open]")).to_be_visible()
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    by_day_and_night(page)
