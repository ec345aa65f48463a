"""Looking at files: pictures at full size, voice notes, texts, and the gallery of a room."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from talkwave.testing_browser import PHONE, Window
from talkwave.tests.e2e.test_files import give, picture
from talkwave.tests.e2e.test_threads import act

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_pictures_are_looked_at_by_keys_and_a_text_is_read(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[[Page], None]
) -> None:
    a = visit(alice, room)
    lines = "\n".join(f"line {number}" for number in range(1, 400))
    give(
        a.page,
        "#composer-body",
        "paste",
        ("one.png", "image/png", picture(900, 500)),
        ("two.png", "image/png", picture(400, 700)),
        ("notes.txt", "text/plain", lines.encode()),
    )
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(3)
    a.page.get_by_role("textbox", name="Describe two.png").fill("A tall one")
    a.say("Two pictures")
    row = a.sees("Two pictures")
    a.say("Go to the first")
    a.sees("Go to the first")

    # By keys alone: opened, walked through, zoomed, closed, and the focus is where it was.
    row.locator(".file--image").first.focus()
    row.locator(".file").evaluate_all("files => files.forEach((file) => (file.dataset.drawn = 'once'))")
    a.page.keyboard.press("Enter")
    box = a.page.get_by_role("dialog", name="Picture")
    expect(box).to_contain_text("one.png")
    expect(box).to_contain_text("Alice")
    expect(box.get_by_role("status")).to_have_text("1 of 2")
    expect(box.locator(".lightbox__image")).to_have_attribute("src", re.compile(r"/files/\d+/one\.png$"))
    assert box.locator(".lightbox__image").bounding_box()["width"] == pytest.approx(900, abs=1)  # type: ignore[index]
    axe(a.page)
    # What was forgotten is described later, here and from the message's menu.
    box.get_by_role("button", name="Describe…").click()
    described = a.page.get_by_role("dialog", name="What is to be seen?")
    axe(a.page)
    described.get_by_role("textbox", name="Describe one.png").fill("A wide one")
    described.get_by_role("button", name="Save").click()
    expect(box.locator(".lightbox__alt")).to_have_text("A wide one")
    expect(described).to_be_hidden()
    a.page.keyboard.press("ArrowRight")
    expect(box.get_by_role("status")).to_have_text("2 of 2")
    expect(box.get_by_role("img", name="A tall one")).to_be_visible()
    expect(box.locator(".lightbox__alt")).to_have_text("A tall one")
    expect(box.get_by_role("button", name="Next picture")).to_be_hidden()
    a.page.keyboard.press("+")
    expect(box.get_by_role("button", name="Zoom")).to_have_attribute("aria-pressed", "true")
    # Dragged, and let go over the head: it does not follow the mouse any more.
    mouse, style = a.page.mouse, box.locator(".lightbox__image")
    mouse.move(720, 450)
    mouse.down()
    mouse.move(720, 10)
    mouse.up()
    still = style.get_attribute("style")
    mouse.move(720, 600)
    assert style.get_attribute("style") == still
    # Where one reads from the right, a swipe goes the way of the arrows.
    a.page.keyboard.press("0")
    a.page.evaluate("document.documentElement.dir = 'rtl'")
    mouse.move(720, 450)
    mouse.down()
    mouse.move(520, 450)
    mouse.up()
    expect(box.get_by_role("status")).to_have_text("1 of 2")
    a.page.evaluate("document.documentElement.dir = 'ltr'")
    a.page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(row.locator(".file--image").first).to_be_focused()
    expect(row.get_by_role("img", name="A wide one")).to_be_visible()
    act(a, row, "describe")
    expect(described.get_by_role("textbox")).to_have_count(2)
    described.get_by_role("textbox", name="Describe two.png").fill("The tallest")
    described.get_by_role("button", name="Save").click()
    expect(row.get_by_role("img", name="The tallest")).to_be_visible()
    expect(described).to_be_hidden()
    # What only got other words was not drawn anew: a sound beside it would have stopped.
    expect(row.locator('.file[data-drawn="once"]')).to_have_count(3)

    # A text shows how it begins, and all of it when asked; also to who comes later.
    b = visit(bob, room, viewport=PHONE, has_touch=True, is_mobile=True)
    text = b.sees("Two pictures").locator(".file--text")
    text.scroll_into_view_if_needed()
    expect(text.locator(".file__lines")).to_contain_text("line 5")
    expect(text.locator(".file__lines")).not_to_contain_text("line 6")
    text.get_by_role("button", name="Show all of it").tap()
    reader = b.page.get_by_role("dialog", name="notes.txt")
    expect(reader.locator("pre")).to_contain_text("line 399")
    axe(b.page)
    reader.get_by_role("button", name="Close").tap()

    # On a phone the browser's back closes a picture, and the room still stands there.
    b.sees("Two pictures").locator(".file--image").first.tap()
    expect(b.page.locator("#lightbox")).to_be_visible()
    b.page.go_back()
    expect(b.page.locator("#lightbox")).to_be_hidden()
    b.sees("Go to the first")
    b.sees("Two pictures").locator(".file--image").first.tap()
    b.page.get_by_role("link", name="Go to its message").tap()
    expect(b.page.locator("#lightbox")).to_be_hidden()
    expect(b.page).to_have_url(re.compile(r"/m/\d+/$|\?at=\d+|/rooms/\d+/$"))
    # Deleted while somebody looks at it, it is gone from there as well.
    b.sees("Two pictures").locator(".file--image").first.tap()
    expect(b.page.locator("#lightbox")).to_be_visible()
    act(a, row, "delete")
    expect(b.page.locator("#lightbox")).to_be_hidden()


def test_a_voice_note_is_recorded_thrown_away_recorded_again_and_heard_by_the_other(
    visit: Visit, room: Any, make_room: Any, alice: Any, bob: Any, axe: Callable[[Page], None]
) -> None:
    make_room("harbour", kind="public", alice="owner")
    a, b = visit(alice, room), visit(bob, room)
    record = a.page.get_by_role("button", name="Record a voice note")
    strip = a.page.get_by_role("group", name="Voice note")
    # Whoever says no to the browser is told what to do about it.
    a.page.evaluate("""() => {
      const devices = navigator.mediaDevices;
      devices.getUserMedia = () => { delete devices.getUserMedia; return Promise.reject(new DOMException("", "NotAllowedError")); };
    }""")
    record.click()
    expect(a.page.get_by_text("The microphone is not allowed here.")).to_be_visible()
    expect(strip).to_have_count(0)

    record.click()
    expect(strip.locator(".voice__levels rect").first).to_be_attached()
    axe(a.page)
    a.page.keyboard.press("Escape")
    expect(strip).to_have_count(0)
    expect(a.rows).to_have_count(0)

    record.click()
    expect(strip.get_by_role("timer")).to_have_text(re.compile("0:0[2-9]"))
    a.page.keyboard.press("Enter")
    expect(strip).to_have_count(0)
    for window in (a, b):
        expect(window.rows.locator('.file--sound[data-kind="voice"]')).to_have_count(1)

    # The microphone goes (a call, a plug): what was said is there, to be sent or not.
    kept = a.page.locator('.attached__item[data-state="ready"]')
    a.page.evaluate("""() => {
      const devices = navigator.mediaDevices;
      const ask = devices.getUserMedia.bind(devices);
      devices.getUserMedia = async (what) => (window.microphone = await ask(what));
    }""")
    record.click()
    expect(strip.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    a.page.evaluate("microphone.getTracks().forEach((track) => track.stop())")
    expect(kept).to_have_count(1)
    expect(strip).to_have_count(0)
    # And so it is where one left while recording.
    record.click()
    expect(strip.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    a.page.locator("#sidebar").get_by_role("link", name="harbour").click()
    expect(a.page.get_by_text("Your voice note ended as you left.")).to_be_visible()
    expect(a.page.locator(".attached__item")).to_have_count(0)
    a.page.go_back()
    expect(kept).to_have_count(2)
    b.page.reload()
    b.is_live()
    note = b.rows.locator('.file--sound[data-kind="voice"]')
    expect(note.locator(".sound__bar")).to_have_count(64)
    # The fake microphone beeps: some of it is loud.
    assert max(map(int, note.get_attribute("data-waveform").split())) == 100  # type: ignore[union-attr]
    expect(note.locator(".sound__time")).to_have_text(re.compile("0:(0[2-9]|[1-5])"))
    note.get_by_role("button", name=re.compile("^Speed")).click()
    expect(note.get_by_role("button", name="Speed 1.5×")).to_be_visible()
    # Without a network it cannot be heard, and once that is back it can.
    b.forgive()
    b.page.route("**/files/**", lambda route: route.abort())
    note.get_by_role("button", name=re.compile("^Play")).click()
    expect(note.locator(".sound__unplayable")).to_be_visible()
    b.page.unroute("**/files/**")
    note.get_by_role("button", name=re.compile("^Play")).click()
    expect(note.locator(".sound__unplayable")).to_be_hidden()
    expect(note.locator(".sound__bar--past").first).to_be_attached()
    assert note.locator("audio").evaluate("audio => audio.playbackRate") == 1.5
    # Sought by keys, also in a recording that does not know its own length.
    slider = note.get_by_role("slider", name="Place in the recording")
    note.locator("audio").evaluate("audio => audio.pause()")
    slider.focus()
    b.page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^0:00 of 0:(0[2-9]|[1-5])"))
    b.page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^0:(0[2-9]|[1-5]) of 0:(0[2-9]|[1-5])"))
    # Sending while it records takes along what was said until then.
    record.click()
    expect(strip.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    a.say("listen")
    expect(strip).to_have_count(0)
    expect(b.sees("listen").locator('.file--sound[data-kind="voice"]')).to_have_count(3)
    axe(b.page)


def test_the_gallery_shows_what_was_sent_and_leads_back_to_it(
    visit: Visit, room: Any, alice: Any, axe: Callable[[Page], None]
) -> None:
    a = visit(alice, room)
    give(
        a.page,
        "#composer-body",
        "paste",
        ("lake.png", "image/png", picture(900, 500)),
        ("sea.png", "image/png", picture(500, 500)),
        ("plan.bin", "application/octet-stream", b"\0\1\2"),
    )
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(3)
    a.say("From the lake, see https://example.org/lake")
    a.sees("From the lake, see https://example.org/lake")

    a.page.get_by_role("link", name="Media, files and links").click()
    side = a.page.locator("#side")
    expect(side.locator(".gallery__tile")).to_have_count(2)
    axe(a.page)
    # The lightbox walks through the gallery, and knows where each comes from.
    side.locator(".gallery__tile").first.click()
    box = a.page.get_by_role("dialog", name="Picture")
    expect(box).to_contain_text("Alice")
    expect(box.get_by_role("status")).to_have_text("1 of 2")
    a.page.keyboard.press("ArrowRight")
    expect(box.get_by_role("status")).to_have_text("2 of 2")
    a.page.keyboard.press("Escape")
    expect(side.locator(".gallery__tile").first).to_be_focused()

    side.get_by_role("link", name="Files", exact=True).click()
    expect(side.locator(".gallery__item")).to_have_count(1)
    expect(side.locator(".gallery__item")).to_contain_text("plan.bin")
    axe(a.page)
    # What is sent while one looks comes to the top.
    give(a.page, "#composer-body", "paste", ("map.bin", "application/octet-stream", b"\0\1\3"))
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(1)
    a.say("and the map")
    expect(side.locator(".gallery__name")).to_have_text(["map.bin", "plan.bin"])
    side.get_by_role("link", name="Links", exact=True).click()
    expect(side.locator(".gallery__item")).to_contain_text(["example.org/lake"])
    side.get_by_role("link", name="Go to the message by Alice").click()
    expect(a.page).to_have_url(re.compile(r"\?at=1|/m/\d+/"))
    a.sees("From the lake, see https://example.org/lake")
