"""Several messages chosen, forwarded, deleted and exported; forwarded ones seen by somebody else; words quoted."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from rooms.actions.posting import post_message
from talkwave.testing_browser import PHONE, Window, apart

pytestmark = [pytest.mark.process, pytest.mark.browser]
Visit = Callable[..., Window]


def stand_on(row: Locator) -> None:
    """As the arrows do: the list is one tab stop, and only the current row takes the focus."""
    row.evaluate("row => { row.tabIndex = 0; row.focus(); }")


def test_messages_are_chosen_by_keys_deleted_taken_back_exported_and_forwarded(
    visit: Visit, room: Any, make_room: Any, alice: Any, bob: Any, charlie: Any, axe: Callable[..., None], tmp_path: Any
) -> None:
    harbour = make_room("harbour", kind="public", charlie="owner", alice="member")
    said = [apart(post_message, alice, room.pk, f"line {n}") for n in range(4)]
    apart(post_message, bob, room.pk, "Bob's own")
    a, c = visit(alice, room), visit(charlie, harbour)
    bar = a.page.locator(".timeline:not(.timeline--thread) .selection")
    boxes = a.page.locator(".message__choose:checked")

    # By keys: one, the two after it; Space takes one back.
    expect(a.composer).to_be_focused()
    row = a.sees("line 0")
    stand_on(row)
    row.press("x")
    expect(bar).to_contain_text("1 selected")
    expect(a.composer).to_be_hidden()
    expect(row).to_be_focused()
    a.page.keyboard.press("Shift+ArrowDown")
    a.page.keyboard.press("Shift+ArrowDown")
    expect(bar).to_contain_text("3 selected")
    a.page.keyboard.press(" ")
    expect(boxes).to_have_count(2)
    expect(a.page.locator("[data-selection-status]").first).to_have_text("2 selected")
    axe(a.page)
    # What comes meanwhile changes nothing of it.
    apart(post_message, bob, room.pk, "meanwhile")
    a.sees("meanwhile")
    expect(boxes).to_have_count(2)
    # A range by the mouse, with somebody else's at its end: of these, her own may be deleted.
    a.sees("Bob's own").click(modifiers=["Shift"])
    expect(bar).to_contain_text("5 selected")
    expect(bar.locator("[data-does=delete]")).to_contain_text("Delete 4 of 5")
    expect(bar.locator("[data-does=move]")).to_be_disabled()

    bar.locator("[data-does=delete]").click()
    expect(bar).to_be_hidden()
    expect(a.composer).to_be_visible()
    toast = a.page.locator(".flash", has_text="4 messages deleted")
    expect(toast).to_be_visible()
    expect(a.row("line 1")).to_have_count(0)
    toast.get_by_role("button", name="Undo").click()
    for one in said:
        a.sees(one.body)

    # Esc ends it; a file of the chosen ones.
    row = a.sees("line 1")
    stand_on(row)
    row.press("x")
    row.press("Escape")
    expect(bar).to_be_hidden()
    row.press("x")
    a.sees("Bob's own").locator(".message__choose").click()
    expect(boxes).to_have_count(2)
    bar.get_by_role("button", name="Export").click()
    with a.page.expect_download() as download:
        bar.get_by_role("button", name="Plain text").click()
    kept = tmp_path / "kept.txt"
    download.value.save_as(kept)
    assert download.value.suggested_filename == "den.txt"
    text = kept.read_text()
    assert text.index("line 1") < text.index("Bob's own")
    assert "line 2" not in text

    # Two are forwarded with a word of her own, and stand in the other room with their source.
    row = a.sees("line 2")
    stand_on(row)
    row.press("x")
    a.sees("Bob's own").click()
    row.press("f")
    dialog = a.page.locator("#forward-dialog")
    expect(dialog).to_contain_text("Forward 2 messages")
    axe(a.page)
    dialog.locator(".forward__input").fill("harb")
    expect(dialog.locator("[role=option]")).to_have_count(1)
    dialog.locator(".forward__input").press("Enter")
    expect(dialog.locator(".chip")).to_have_text("harbour")
    dialog.locator("textarea").fill("Look at this")
    dialog.locator("[type=submit]").click()
    expect(dialog).to_be_hidden()
    expect(bar).to_be_hidden()
    c.sees("Look at this")
    c.sees("line 2")
    # Taken back, its words are gone there, too; and it goes once more.
    a.page.locator(".flash", has_text="Forwarded").get_by_role("button", name="Undo").click()
    for words in ("Look at this", "line 2", "Bob's own"):
        expect(c.row(words)).to_have_count(0)
    row = a.sees("line 2")
    stand_on(row)
    row.press("x")
    a.sees("Bob's own").click()
    row.press("f")
    dialog.locator(".forward__input").fill("harb")
    expect(dialog.locator("[role=option]")).to_have_count(1)
    dialog.locator(".forward__input").press("Enter")
    dialog.locator("[type=submit]").click()
    source = c.sees("Bob's own").locator(".forwarded")
    expect(source).to_contain_text("Forwarded from Bob · another room")
    axe(c.page)
    # After a reload it says the same, and leads nowhere for who may not go there.
    c.open(harbour)
    expect(c.sees("Bob's own").locator(".forwarded")).to_contain_text("Forwarded from Bob · another room")
    c.forgive(r"404")
    c.sees("Bob's own").locator(".forwarded").click()
    expect(c.page.locator("body")).to_contain_text("not for you to see")
    a.open(harbour)
    a.sees("Bob's own").locator(".forwarded").click()
    expect(a.page.locator(f"#main[data-room='{room.pk}']")).to_be_visible()
    expect(a.sees("Bob's own")).to_be_in_viewport()

    # A message is quoted with its author; what is selected in it, alone.
    row = a.sees("Bob's own")
    row.locator(".message__body").hover()
    a.page.locator(".actions:visible .actions__more").click()
    a.page.locator(".actions:visible [data-action=quote]").click()
    expect(a.composer).to_be_focused()
    quoted = a.composer.input_value()
    assert quoted.startswith("> [Bob](http")
    assert quoted.endswith("> Bob's own\n\n")


def test_on_a_phone_messages_are_chosen_by_touch(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    for n in range(3):
        apart(post_message, alice, room.pk, f"line {n}")
    a = visit(alice, room, viewport=PHONE, has_touch=True, is_mobile=True)
    row = a.sees("line 0")
    row.evaluate(
        """row => row.dispatchEvent(new PointerEvent("pointerdown",
            {bubbles: true, pointerType: "touch", isPrimary: true, clientX: 100, clientY: 100}))"""
    )
    sheet = a.page.locator(".actions-sheet[open]")
    expect(sheet).to_be_visible()
    sheet.locator("[data-action=select]").tap()
    bar = a.page.locator(".selection:visible")
    expect(bar).to_contain_text("1 selected")
    a.sees("line 2").tap()
    expect(bar).to_contain_text("2 selected")
    expect(bar.locator("[data-does=forward]")).to_be_in_viewport()
    for size in bar.locator(".selection__act").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    ):
        assert size >= 44
    axe(a.page)
    bar.locator("[data-does=end]").tap()
    expect(bar).to_have_count(0)
    expect(a.composer).to_be_visible()
