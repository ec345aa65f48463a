"""Files: pasted, dropped and picked, on their way beside the talk, and seen by the others."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from talkwave.testing_browser import Window

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]

# Hands files to the page as a paste or a drop does.
GIVE = """async ([selector, type, files, beside]) => {
  const data = new DataTransfer();
  for (const [name, kind, text] of files) {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    data.items.add(new File([bytes], name, { type: kind }));
  }
  for (const [kind, text] of Object.entries(beside)) data.setData(kind, text);
  const options = { bubbles: true, cancelable: true };
  const target = document.querySelector(selector);
  if (type === "paste") target.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
  else for (const name of ["dragover", "drop"]) target.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: data }));
}"""

# Before any script of the page runs.
FOUR_FILES = """document.addEventListener("readystatechange", () => {
  document.querySelector(".attached").dataset.most = 4;
})"""


def picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def give(page: Page, selector: str, how: str, *files: tuple[str, str, bytes], **beside: str) -> None:
    """`beside`: the texts that come with them, by their kind (`plain`, `html`)."""
    import base64

    texts = {f"text/{kind}": text for kind, text in beside.items()}
    given = [[name, kind, base64.b64encode(data).decode()] for name, kind, data in files]
    page.evaluate(GIVE, [selector, how, given, texts])


def tile(window: Window, name: str) -> Any:
    return window.page.locator(".attached__item", has_text=name)


def test_files_are_pasted_and_dropped_one_is_taken_back_and_both_see_the_others(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[[Page], None]
) -> None:
    a, b = visit(alice, room), visit(bob, room)
    expect(a.page.get_by_role("button", name="Attach files")).to_be_visible()
    lake = ("lake.png", "image/png", picture(900, 500))
    # From a text processor the words are meant; a Mac puts a file's name beside the file.
    give(a.page, "#composer-body", "paste", lake, plain="words", html="<b>words</b>")
    expect(a.composer).to_have_value("**words**")
    give(a.page, "#composer-body", "paste", lake, plain="lake.png")
    # What a browser cannot read is said.
    a.page.evaluate("DataTransferItem.prototype.webkitGetAsEntry = () => ({ isDirectory: true })")
    give(a.page, ".timeline", "drop", ("folder", "", b""))
    expect(a.page.get_by_text("A folder cannot be sent.")).to_be_visible()
    a.page.evaluate("DataTransferItem.prototype.webkitGetAsEntry = () => null")
    give(
        a.page,
        ".timeline",
        "drop",
        ("notes.txt", "text/plain", b"what was said"),
        ("wrong.txt", "text/plain", b"not this one"),
        ("page.png", "image/png", b"<html><script>parent.hacked = 1</script></html>"),
    )
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(4)
    expect(tile(a, "page.png")).to_contain_text("not a picture")
    # Said while the network is away for a moment, and a page later, it is told all the same.
    a.forgive()
    a.page.route(re.compile(r"/files/\d+/$"), lambda route: route.abort(), times=1)
    a.page.get_by_role("textbox", name="Describe lake.png").fill("A lake at dawn")
    a.page.get_by_role("button", name="Remove wrong.txt").click()
    expect(a.page.locator(".attached__item")).to_have_count(3)
    axe(a.page)

    # What is ready stands there again after a reload.
    a.page.add_init_script(FOUR_FILES)
    a.page.reload()
    a.is_live()
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(3)
    expect(a.page.get_by_role("textbox", name="Describe lake.png")).to_have_value("A lake at dawn")
    # Words that are too long stay where no file finds room, and come back by undo where one did.
    give(a.page, "#composer-body", "paste", ("more.txt", "text/plain", b"one more"))
    expect(a.page.locator('.attached__item[data-state="ready"]')).to_have_count(4)
    long = "long " * 2_500
    a.composer.fill(long)
    a.page.get_by_role("button", name="Send the text as a file").click()
    expect(a.page.get_by_text("A message holds 4 files: no more were taken.")).to_be_visible()
    expect(a.composer).to_have_value(long)
    a.page.get_by_role("button", name="Remove more.txt").click()
    a.page.get_by_role("button", name="Send the text as a file").click()
    expect(a.composer).to_have_value("")
    expect(tile(a, "text.txt")).to_have_attribute("data-state", "ready")
    a.composer.press("Control+z")
    expect(a.composer).to_have_value(long)
    # Another tab of the room has what is attached here, and nothing that was sent or taken away.
    tab = a.tab().open(room)
    theirs = tab.page.locator(".attached__item")
    expect(theirs).to_have_count(4)
    a.page.get_by_role("button", name="Remove text.txt").click()
    expect(theirs).to_have_count(3)
    a.say("From the lake")
    expect(a.page.locator(".attached__item")).to_have_count(0)
    expect(theirs).to_have_count(0)
    tab.say("Without them")
    a.sees("Without them")

    for window in (a, b):
        row = window.sees("From the lake")
        expect(row.locator(".file")).to_have_count(3)
        image = row.get_by_role("img", name="A lake at dawn")
        expect(image).to_be_visible()
        # Its box was known before it came, and it came.
        assert image.evaluate("image => image.decode().then(() => [image.width > 0, image.naturalWidth === 720])") == [
            True,
            True,
        ]
    b.page.reload()
    row = b.sees("From the lake")
    expect(row.locator(".file")).to_have_count(3)
    with b.page.expect_download() as saved:
        row.locator(".file", has_text="page.png").click()
    assert saved.value.suggested_filename == "page.png"
    assert b.page.evaluate("window.hacked") is None
    axe(b.page)


def test_a_network_that_goes_away_loses_nothing_and_the_message_goes_when_its_file_is_there(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    a, b = visit(alice, room), visit(bob, room)
    data = bytes(range(256)) * 4096 + bytes(range(256)) * 2048
    pieces: list[int] = []

    def third_is_lost(route: Any) -> None:
        pieces.append(int(route.request.headers["upload-offset"]))
        if len(pieces) == 3:
            route.abort()
        else:
            route.continue_()

    a.forgive()
    a.page.route(
        "**/uploads/*/", lambda route: third_is_lost(route) if route.request.method == "PATCH" else route.continue_()
    )
    # The last step waits until the message was sent: it must not have gone before.
    held: list[Any] = []
    a.page.route("**/uploads/*/done/", lambda route: held.append(route))
    with a.page.expect_request(re.compile("/done/$")):
        a.page.locator("input[data-attach]").set_input_files(
            [{"name": "large.bin", "mimeType": "application/octet-stream", "buffer": data}]
        )
        a.composer.fill("It comes")
        a.composer.press("Enter")
        expect(a.unsent.locator(".file--pending")).to_contain_text("large.bin")
    expect(a.page.locator(".attached__item")).to_have_count(0)
    # Until its file is there it can be had back, which then goes on in the composer.
    a.unsent.get_by_role("button", name="Take back").click()
    expect(a.unsent).to_have_count(0)
    expect(a.page.locator(".attached__item")).to_contain_text("large.bin")
    expect(a.composer).to_have_value("It comes")
    a.composer.press("Enter")
    a.say("Meanwhile something else")
    b.sees("Meanwhile something else")
    expect(b.row("It comes")).to_have_count(0)
    held[0].continue_()

    for window in (a, b):
        expect(window.sees("It comes").locator(".file--card")).to_contain_text("large.bin")
    # After the loss it went on where the server was, and no piece came twice.
    assert pieces[2] == pieces[3] and sorted(set(pieces)) == sorted([*pieces[:2], *pieces[3:]])
    with b.page.expect_download() as saved:
        b.row("It comes").locator(".file--card").click()
    with open(saved.value.path(), "rb") as file:
        assert file.read() == data


def test_without_javascript_one_file_goes_with_the_form(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room, java_script_enabled=False)
    a.page.locator("input[name=file]").set_input_files(
        [{"name": "lake.png", "mimeType": "image/png", "buffer": picture(300, 200)}]
    )
    a.page.get_by_role("button", name="Send", exact=True).click()
    expect(a.page.locator(".message .file--image img.file__picture")).to_have_attribute("alt", "lake.png")
