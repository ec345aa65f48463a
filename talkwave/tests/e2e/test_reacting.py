"""Two people react to what was said, with a finger on the mouse and with the keyboard alone."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from rooms.actions.emoji import add_emoji
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction
from rooms.actions.rooms import archive_room
from rooms.models import Reaction
from talkwave.testing_browser import PHONE, Window, apart

pytestmark = [pytest.mark.process, pytest.mark.browser]
Visit = Callable[..., Window]


def chip(row: Any, emoji: str) -> Any:
    return row.locator(f'.reaction[data-emoji="{emoji}"]')


def shows(row: Any, emoji: str, count: int, *, mine: bool) -> None:
    expect(chip(row, emoji).locator(".reaction__count")).to_have_text(str(count))
    expect(chip(row, emoji)).to_have_attribute("aria-pressed", str(mine).lower())


def choose(window: Window, letters: str, name: str) -> None:
    """Searches in the picker, and takes what comes first, by the keyboard alone."""
    search = window.page.get_by_role("combobox", name="Search")
    search.fill(letters)
    expect(window.page.locator("emoji-picker").get_by_role("option", name=re.compile(name)).first).to_be_visible()
    search.press("Enter")


def test_two_people_react_and_each_sees_at_once_who_did(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    apart(post_message, alice, room.pk, "soup at noon")
    a, b = visit(alice, room), visit(bob, room)
    at_alice, at_bob = a.sees("soup at noon"), b.sees("soup at noon")

    at_bob.hover()
    first = b.page.locator("[data-action=favourite-1]")
    expect(first).to_have_attribute("title", "React with 👍")
    first.click()
    shows(at_bob, "👍", 1, mine=True)
    shows(at_alice, "👍", 1, mine=False)

    chip(at_alice, "👍").click()
    shows(at_alice, "👍", 2, mine=True)
    shows(at_bob, "👍", 2, mine=True)
    chip(at_bob, "👍").hover()
    expect(b.page.locator("#reaction-who")).to_have_text("You and Alice reacted with 👍")
    axe(b.page)

    b.page.reload()
    b.is_live()
    shows(b.sees("soup at noon"), "👍", 2, mine=True)
    chip(b.row("soup at noon"), "👍").click()
    shows(b.row("soup at noon"), "👍", 1, mine=False)
    shows(at_alice, "👍", 1, mine=True)
    chip(at_alice, "👍").click()
    expect(at_bob.locator(".reactions")).to_be_hidden()
    expect(at_alice.locator(".reactions")).to_be_hidden()


def test_the_picker_by_keyboard_remembers_the_tone_and_finds_names_in_the_composer_too(
    visit: Visit, room: Any, alice: Any, axe: Callable[..., None]
) -> None:
    apart(post_message, alice, room.pk, "the tide is out")
    picture = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(picture, "PNG")
    apart(add_emoji, alice, name="blobwave", file=picture, size=picture.tell())
    a = visit(alice, room)
    row = a.sees("the tide is out")
    expect(a.composer).to_be_focused()
    row.focus()
    row.press("Enter")
    for _ in range(3):
        a.page.keyboard.press("ArrowRight")
    expect(a.page.locator("[data-action=react]").first).to_be_focused()
    a.page.keyboard.press("Escape")
    row.press("r")
    search = a.page.get_by_role("combobox", name="Search")
    expect(search).to_be_focused()
    axe(a.page)
    a.page.get_by_role("button", name=re.compile("skin tone")).click()
    a.page.get_by_role("option", name="Medium", exact=True).click()
    choose(a, "waving", "waving hand")
    shows(row, "👋🏽", 1, mine=True)
    expect(row).to_be_focused()
    # So have the favourites it from now on.
    expect(a.page.locator("[data-action=favourite-1]").first).to_have_attribute("title", "React with 👍🏽")
    row.press("+")
    expect(search).to_be_focused()
    search.press("Escape")
    expect(a.page.locator("#emoji-picker")).to_be_hidden()
    expect(row).to_be_focused()

    a.page.reload()
    a.is_live()
    a.composer.press_sequentially(":wave")
    expect(a.page.locator(".complete [role=option]").first).to_contain_text(":wave:")
    a.composer.press("Tab")
    expect(a.composer).to_have_value("👋🏽 ")
    a.page.locator("[data-does=emoji]").first.click()
    expect(a.page.locator("#emoji-picker .emoji-box__foot")).to_be_visible()
    choose(a, "blob", "blobwave")
    expect(a.composer).to_have_value("👋🏽 :blobwave: ")
    a.composer.press("Enter")
    expect(a.page.locator('.message__body img.emoji[alt=":blobwave:"]')).to_be_visible()
    a.page.locator("[data-does=emoji]").first.click()
    choose(a, "surf", "surfing")
    expect(a.composer).to_have_value(re.compile("^🏄"))
    expect(a.composer).to_be_focused()

    # Removed on the page of emoji, it still shows where it was used.
    a.page.goto("/emoji/")
    a.page.get_by_role("button", name="Remove :blobwave:").click()
    a.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(a.page.get_by_role("heading", name="There are none yet")).to_be_visible()
    a.open(room)
    shown = a.page.locator('.message__body img.emoji[alt=":blobwave:"]')
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_the_page_learns_what_one_uses_and_offers_no_reaction_that_is_not_taken(
    visit: Visit, room: Any, alice: Any, bob: Any, olga: Any
) -> None:
    message = apart(post_message, alice, room.pk, "all the faces")
    kinds = [chr(number) for number in range(ord("🐀"), ord("🐀") + 20)]
    apart(Reaction.objects.bulk_create, [Reaction(message=message, user=alice, emoji=kind) for kind in kinds])
    b = visit(bob, room)
    row = b.sees("all the faces")
    for count in (2, 1, 2):
        chip(row, kinds[0]).click()
        shows(row, kinds[0], count, mine=count == 2)
    row.hover()
    expect(b.page.locator("[data-action=favourite-3]")).to_have_attribute("title", f"React with {kinds[0]}")
    # It has all the kinds it takes: no other is offered.
    for offer in (b.page.locator("[data-action=favourite-1]"), row.locator(".reaction--add")):
        expect(offer).to_be_hidden()
    row.focus()
    row.press("r")
    expect(b.page.locator(".flash", has_text="This message has all the kinds of emoji")).to_be_visible()
    apart(archive_room, olga, room.pk)
    expect(b.page.locator(".bar--archived")).to_be_visible()
    chip(b.sees("all the faces"), kinds[0]).click()
    expect(b.page.locator(".flash", has_text="This room is archived")).to_be_visible()
    shows(row, kinds[0], 2, mine=True)


def test_on_a_phone_a_long_press_offers_six_and_on_a_chip_says_who(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    apart(post_message, alice, room.pk, "look at that")
    b = visit(bob, room, viewport=PHONE, has_touch=True, is_mobile=True)
    row = b.sees("look at that")
    press(row.locator(".message__body"))
    expect(b.page.locator(".actions-sheet [data-action^=favourite-]:visible")).to_have_count(6)
    b.page.locator("[data-action=favourite-2]").tap()
    shows(row, "❤️", 1, mine=True)
    apart(add_reaction, alice, row.get_attribute("data-id"), "🎉")
    chip(row, "🎉").focus()
    press(chip(row, "❤️"))
    # The finger that goes takes the focus along, from where it was: what it asked for stays.
    chip(row, "❤️").focus()
    expect(b.page.locator("#reaction-who")).to_have_text("You reacted with ❤️")
    shows(row, "❤️", 1, mine=True)


def press(target: Any) -> None:
    """A long press, lifted again where it was."""
    target.dispatch_event("pointerdown", {"pointerType": "touch", "isPrimary": True, "clientX": 150, "clientY": 300})
    expect(target.page.locator(".actions-sheet[open], #reaction-who:popover-open")).to_be_visible()
    target.dispatch_event("pointerup", {"pointerType": "touch", "isPrimary": True, "clientX": 150, "clientY": 300})
