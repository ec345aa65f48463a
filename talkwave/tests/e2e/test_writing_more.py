"""Commands, drafts on two devices, rich text, covered words: each a whole story."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from talkwave.testing_browser import Window
from talkwave.tests.e2e.test_threads import act

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]

PASTE = """(area, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def ready(window: Window) -> None:
    expect(window.composer).to_have_attribute("enterkeyhint", "send")
    expect(window.page.locator("[data-does=tools]")).to_be_visible()


def test_commands_do_what_they_say_and_a_wrong_one_keeps_the_text(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    # A moderator, who may set the topic.
    b, a = visit(bob, room), visit(alice, room)
    ready(b)
    hint = b.page.locator(".composer-hints")
    b.say("/wave at you")
    expect(hint).to_contain_text("There is no command /wave")
    expect(b.composer).to_have_value("/wave at you")
    b.composer.press("Escape")
    expect(hint).to_be_empty()
    expect(b.composer).to_have_value("/wave at you")
    # Chosen from the list, by keys alone.
    b.composer.fill("")
    b.composer.press_sequentially("/to")
    expect(b.page.locator(".command-list [role=option]")).to_have_count(1)
    b.composer.press("Enter")
    expect(b.composer).to_have_value("/topic ")
    b.composer.press("Enter")
    expect(hint).to_contain_text("Something is missing: /topic words")
    b.composer.press_sequentially("Bats and birds")
    b.composer.press("Enter")
    expect(a.page.locator("[data-room-topic]")).to_have_text("Bats and birds")
    expect(b.composer).to_have_value("")
    # Undo brings the words back, as after every tool.
    b.composer.press("Control+z")
    expect(b.composer).to_have_value("/topic Bats and birds")
    # What is no message cannot be sent later, and is not done now.
    b.composer.fill("/topic Nothing")
    b.page.get_by_role("button", name="Send later").click()
    b.page.locator("[data-later]", has_text="Tomorrow at 9").click()
    expect(hint).to_contain_text("/topic is done at once and cannot wait.")
    expect(b.composer).to_have_value("/topic Nothing")
    b.say("/me")
    expect(hint).to_contain_text("Something is missing: /me")
    b.say("/me waves_")
    a.sees("Bob waves_")
    expect(a.page.locator("[data-room-topic]")).to_have_text("Bats and birds")
    b.say("/shrug oh well")
    a.sees("oh well ¯\\_(ツ)_/¯")
    b.say("//me is a command")
    a.sees("/me is a command")
    b.say("/status 🌴 on holiday")
    a.page.get_by_role("link", name="3 people").click()
    expect(a.page.locator(f'#side [data-presence-words="{bob.pk}"]')).to_have_text("@bob · here · 🌴 on holiday")
    b.say("/away")
    expect(a.page.locator(f'#side [data-presence="{bob.pk}"]')).to_have_attribute("data-state", "idle")
    # What only a moderator may is refused in words, and the text is still there.
    a.forgive("403")
    a.say("/topic Mine")
    expect(a.page.locator(".composer-hints .composer-note--wrong")).to_be_visible()
    expect(a.composer).to_have_value("/topic Mine")
    # Those that lead on to another part.
    b.say("/remind in 20 minutes tea")
    expect(b.page.locator(".flashes")).to_contain_text("You will be reminded")
    b.say("/poll Lunch? | soup | salad")
    asking = b.page.locator("dialog#poll")
    expect(asking.get_by_label("Question")).to_have_value("Lunch?")
    b.page.keyboard.press("Escape")
    b.say("/search waves")
    expect(b.page.locator("#side")).to_contain_text("waves")
    b.say("/help")
    expect(hint).to_contain_text("Lists the commands")
    a.shows(["Bob waves_", "oh well ¯\\_(ツ)_/¯", "/me is a command"])


def other(window: Window) -> Locator:
    return window.page.get_by_role("group", name="Another draft")


def test_a_draft_follows_its_writer_and_of_two_both_are_kept(
    visit: Visit, room: Any, make_room: Any, alice: Any, bob: Any
) -> None:
    elsewhere = make_room("elsewhere", alice="member", bob="member")
    desk, phone = visit(alice, room), visit(alice, elsewhere)
    ready(desk)
    desk.composer.fill("from the desk")
    expect(phone.link_to(room).locator(".room-link__draft")).to_be_visible()
    phone.open(room)
    expect(phone.composer).to_have_value("from the desk")
    # Apart from each other, both write on.
    phone.offline()
    expect(phone.page.locator(".status-bar__text")).to_contain_text("Offline")
    phone.composer.fill("from the train")
    desk.composer.fill("from the desk, more")
    third = visit(alice, room)
    expect(third.composer).to_have_value("from the desk, more")
    phone.online()
    expect(other(phone)).to_contain_text("from the desk, more")
    expect(phone.composer).to_have_value("from the train")
    other(phone).get_by_role("button", name="Use it").click()
    expect(phone.composer).to_have_value("from the train\n\nfrom the desk, more")
    expect(other(phone)).to_have_count(0)
    expect(desk.composer).to_have_value("from the train\n\nfrom the desk, more")
    # Sent here, gone everywhere.
    phone.composer.press("Enter")
    expect(desk.composer).to_have_value("")
    expect(third.composer).to_have_value("")
    # What comes from elsewhere is shown, not answered as if it were being typed here.
    desk.composer.fill("/topic The")
    expect(desk.page.locator(".composer-hints")).to_contain_text("/topic words")
    expect(third.composer).to_have_value("/topic The")
    expect(third.page.locator(".composer-hints")).to_be_empty()


def test_rich_text_comes_in_as_markdown_and_covered_words_are_read_when_pressed(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    a, b = visit(alice, room), visit(bob, room)
    ready(a)
    a.composer.press_sequentially("see ")
    a.composer.evaluate(PASTE, "<p><b>the end</b></p><ul><li>of <a href='https://a.example/x'>it</a></li></ul>")
    pasted = "see **the end**\n\n- of [it](https://a.example/x)"
    expect(a.composer).to_have_value(pasted)
    a.composer.press("Control+z")
    expect(a.composer).to_have_value("see ")
    a.composer.press("Control+Shift+z")
    expect(a.composer).to_have_value(pasted)
    a.composer.press("Control+a")
    a.composer.press_sequentially("it was ||the **gardener**||, $E = mc^2$ for $5 and $10")
    # The preview shows it as it will be.
    a.page.get_by_role("button", name="Preview").click()
    expect(a.page.locator(".composer__preview math")).to_have_count(1)
    a.composer.press("Enter")
    body = b.rows.first.locator(".message__body")
    covered = body.get_by_role("button", name="Covered words. Press to read them.")
    expect(covered).to_be_visible()
    expect(body.locator("math")).to_have_text(re.compile("E.?=.?m.?c.?2"))
    expect(body).to_contain_text("for $5 and $10")
    expect(body.get_by_text("gardener")).to_be_hidden()
    # Nor is it read out.
    expect(b.page.locator("[data-announcer]")).to_contain_text("it was ▒▒▒, ")
    act(b, b.rows.first, "remind")
    expect(b.page.locator(".moment__about")).to_contain_text("it was ▒▒▒, ")
    b.page.keyboard.press("Escape")
    covered.click()
    expect(body.get_by_text("gardener")).to_be_visible()
    # After a reload it is covered again, and the keys open it, too.
    b.open(room)
    covered.press("Enter")
    expect(body.get_by_text("gardener")).to_be_visible()
