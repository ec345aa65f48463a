"""Pins that everybody sees, lists that are one's own, and what comes later: by mouse, by keys, over a reload."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rooms.actions.deleting import delete_message, restore_message
from rooms.actions.posting import post_message
from rooms.actions.reminders import tell_of_due
from rooms.actions.saved import save_message
from rooms.actions.scheduled import schedule_message, send_due
from rooms.models import Reminder, Scheduled
from talkwave.testing_browser import PHONE, Window, apart

pytestmark = [pytest.mark.process, pytest.mark.browser]
Visit = Callable[..., Window]


def more(window: Window, row: Any, action: str) -> None:
    """From the menu of a message."""
    row.hover()
    window.page.locator(".actions__more").click()
    window.page.locator(f".actions__menu [data-action={action}]").click()


def test_what_one_pins_everybody_finds_and_what_one_saves_nobody_else_does(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    rules = apart(post_message, alice, room.pk, "the rules of the house")
    for number in range(30):
        apart(post_message, bob, room.pk, f"line {number}")
    apart(post_message, alice, room.pk, "water the plants")
    a, b = visit(alice, room), visit(bob, room)
    rules_at_a = a.sees("the rules of the house")
    # The composer takes the focus of a page that was just opened.
    expect(a.composer).to_be_focused()
    a.sees("water the plants").focus()
    a.page.keyboard.press("Home")
    expect(rules_at_a).to_be_focused()
    a.page.keyboard.press("p")
    expect(rules_at_a.locator(".mark--pinned")).to_have_text("Pinned by Alice")
    pins_at_b = b.page.get_by_role("link", name="1 pinned message")
    expect(pins_at_b).to_be_visible()
    pins_at_b.click()
    card = b.page.locator("#side .kept__item")
    expect(card).to_contain_text("the rules of the house")
    axe(b.page)
    card.locator("a.kept__card").click()
    expect(b.row("the rules of the house")).to_be_in_viewport()
    expect(b.row("the rules of the house").locator(".mark--pinned")).to_have_text("Pinned by Alice")

    plants_at_b = b.sees("water the plants")
    more(b, plants_at_b, "pin")
    expect(b.page.locator("#side .kept__item").first).to_contain_text("water the plants")
    expect(a.page.get_by_role("link", name="2 pinned messages")).to_be_visible()
    b.page.locator("#side .kept__item", has_text="rules of the house").get_by_role("button").click()
    expect(a.page.get_by_role("link", name="1 pinned message")).to_be_visible()
    expect(rules_at_a.locator(".mark--pinned")).to_be_hidden()

    plants_at_a = a.sees("water the plants")
    rules_at_a.focus()
    a.page.keyboard.press("End")
    expect(plants_at_a).to_be_focused()
    a.page.keyboard.press("s")
    expect(plants_at_a.locator(".mark--saved")).to_be_visible()
    expect(plants_at_b.locator(".mark--saved")).to_be_hidden()
    saved = a.page.locator("#sidebar").get_by_role("link", name=re.compile("^Saved"))
    expect(saved.locator("[data-kept-todo]")).to_contain_text("1")
    a.page.reload()
    a.is_live()
    expect(a.row("water the plants").locator(".mark--saved")).to_be_visible()
    other = a.tab().open("/saved/")
    saved.click()
    item = a.page.locator(".kept__item")
    expect(item).to_contain_text("water the plants")
    axe(a.page)
    item.get_by_role("button", name="Done").click()
    expect(a.page.get_by_text("Nothing is waiting")).to_be_visible()
    expect(other.page.get_by_text("Nothing is waiting")).to_be_visible()
    expect(saved.locator("[data-kept-todo]")).to_be_hidden()
    a.page.get_by_role("link", name="Done").click()
    item.locator("a.kept__card").click()
    expect(a.row("water the plants")).to_be_in_viewport()
    more(a, a.row("water the plants"), "unsave")
    expect(a.row("water the plants").locator(".mark--saved")).to_be_hidden()
    # What happened while the connection was away is there once it is back.
    other.offline()
    expect(other.status).to_contain_text("Offline")
    apart(save_message, alice, rules.pk)
    other.online()
    expect(other.page.locator(".kept__item")).to_contain_text("the rules of the house")


def test_a_reminder_comes_and_stays_until_it_is_done_and_words_go_out_later(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    boat = apart(post_message, bob, room.pk, "the boat leaves at six")
    a = visit(alice, room, timezone_id="Europe/Berlin")
    more(a, a.sees("the boat leaves at six"), "remind")
    dialog = a.page.get_by_role("dialog", name="Remind me")
    said = dialog.get_by_role("status")
    when = dialog.get_by_label("In words")
    when.fill("some day")
    expect(said).to_contain_text("not a time I understand")
    dialog.get_by_label("Or a date and time").fill(f"{timezone.now().year + 1}-01-02T08:30")
    expect(said).to_contain_text("8:30")
    dialog.get_by_role("button", name="In 20 minutes").click()
    expect(said).to_contain_text("That is")
    axe(a.page)
    a.page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(a.page.locator(".flash")).to_contain_text("You will be reminded")
    expect(a.sees("the boat leaves at six")).to_be_focused()

    past = timezone.now() - timedelta(seconds=1)
    apart(Reminder.objects.update, due_at=past)
    apart(tell_of_due)
    notice = a.page.locator(".due__item")
    expect(notice).to_contain_text("the boat leaves at six")
    expect(a.page.locator("[data-kept-due]")).to_contain_text("1")
    axe(a.page)
    a.page.reload()
    a.is_live()
    expect(notice).to_contain_text("Bob: the boat leaves at six")
    other = a.tab().open("/reminders/")
    expect(other.page.locator(".kept__item--due")).to_contain_text("the boat leaves at six")
    other.page.locator("#reminder-when").fill("tomorrow at 3")
    expect(other.page.locator("#reminder-said")).to_contain_text("15:00")
    axe(other.page)
    # Deleted, its words are nowhere to be read any more.
    apart(delete_message, bob, boat.pk)
    expect(notice.locator(".due__about")).to_have_text("deleted message")
    expect(other.page.locator(".kept__gone")).to_be_visible()
    expect(other.page.locator(".kept__words")).to_have_count(0)
    # Taken back, they are there again.
    apart(restore_message, bob, boat.pk)
    expect(notice).to_contain_text("Bob: the boat leaves at six")
    expect(other.page.locator(".kept__words")).to_have_text("the boat leaves at six")
    notice.get_by_role("button", name="Done").click()
    expect(notice).to_have_count(0)
    expect(other.page.get_by_text("No reminders")).to_be_visible()
    expect(a.page.locator("[data-kept-due]")).to_be_hidden()

    b = visit(bob, room, viewport=PHONE, has_touch=True, is_mobile=True)
    b.composer.fill("good morning")
    b.page.locator(".composer__plus").tap()
    b.page.get_by_role("button", name="Send later").tap()
    # On a slow network it goes out neither now as well nor twice, also where the answer is lost.
    held: list[Any] = []
    b.forgive()
    b.page.route("**/scheduled/", lambda route: held.append(route))
    with b.page.expect_request("**/scheduled/"):
        b.page.locator("[data-later]", has_text="Tomorrow at 9").tap()
    sends = b.page.locator(".composer__send")
    expect(sends).to_have_attribute("aria-busy", "true")
    b.composer.press("Control+Enter")
    expect(b.composer).to_have_value("good morning")
    held[0].fetch()
    held[0].abort()
    expect(sends).not_to_have_attribute("aria-busy", "true")
    b.page.unroute("**/scheduled/")
    expect(b.composer).to_have_value("good morning")
    b.page.locator(".composer__plus").tap()
    b.page.get_by_role("button", name="Send later").tap()
    b.page.locator("[data-later]", has_text="Tomorrow at 9").tap()
    expect(b.composer).to_have_value("")
    expect(b.row("good morning")).to_have_count(0)
    waits = b.page.get_by_role("link", name="1 message of yours is sent here later")
    waits.tap()
    item = b.page.locator(".kept__item")
    expect(item).to_contain_text("good morning")
    axe(b.page)
    item.get_by_text("Change").tap()
    item.get_by_label("Message").fill("good evening")
    item.get_by_label("Message").blur()
    # What comes meanwhile takes no unsaved words away; it is shown once they are saved.
    another = b.tab().open("/scheduled/")
    apart(schedule_message, bob, room.pk, "and good night", timezone.now() + timedelta(days=9))
    expect(another.page.locator(".kept__item")).to_have_count(2)
    item.get_by_role("button", name="Another time").tap()
    dialog = b.page.get_by_role("dialog", name="Send later")
    dialog.get_by_role("button", name="Monday at 9").tap()
    expect(dialog.get_by_role("status")).to_contain_text("That is")
    dialog.get_by_role("button", name="Send then").tap()
    expect(dialog).to_be_hidden()
    expect(item.locator(".kept__text")).to_have_text(["good evening", "and good night"])
    apart(Scheduled.objects.update, due_at=past, look_at=past)
    for _each in range(2):
        apart(send_due)
    expect(b.page.get_by_text("Nothing waits to be sent")).to_be_visible()
    a.sees("good evening")
