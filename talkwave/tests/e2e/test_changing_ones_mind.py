"""Editing and deleting what one wrote, as everybody else sees it; and words that are not lost meanwhile."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.actions.messages import edit_message
from rooms.actions.posting import post_message
from rooms.models import Membership, Message
from talkwave.testing_browser import Window, apart
from talkwave.tests.served import until

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_arrow_up_edits_my_last_message_for_everybody(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.say("see you at noon")
    a.sees("see you at noon")
    b.say("fine")
    a.sees("fine")
    a.composer.press("ArrowUp")
    field = a.page.locator(".edit__body")
    expect(field).to_be_focused()
    expect(field).to_have_value("see you at noon")
    field.fill("see you at **one**,")
    field.press_sequentially(" @bo")
    expect(a.page.locator(".edit [role=option]").first).to_contain_text("@bob")
    field.press("Tab")
    expect(field).to_have_value("see you at **one**, @bob ")
    field.press("Enter")
    for window in (a, b):
        expect(window.sees("see you at one, @Bob").locator(".message__edited")).to_be_visible()
        assert window.texts() == ["see you at one, @Bob", "fine"]
    expect(a.composer).to_be_focused()


def test_escape_leaves_a_message_as_it_was(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    a.say("as it was")
    a.sees("as it was")
    a.composer.press("ArrowUp")
    field = a.page.locator(".edit__body")
    field.fill("something else")
    field.press("Escape")
    expect(field).to_have_count(0)
    a.shows(["as it was"])
    expect(a.composer).to_be_focused()
    assert Message.objects.get(room=room).edited_at is None


def delete(window: Window, words: str) -> None:
    window.row(words).hover()
    bar = window.page.get_by_role("toolbar", name="About this message")
    bar.get_by_role("button", name="More").click()
    bar.get_by_role("button", name="Delete").click()


def test_a_deleted_message_comes_back_when_that_was_a_slip(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.say("not this one")
    b.sees("not this one")
    delete(a, "not this one")
    expect(b.row("not this one")).to_have_count(0)
    a.page.get_by_role("button", name="Undo").click()
    for window in (a, b):
        window.sees("not this one")
    # By the keyboard alone: the focus stays among the messages, where Ctrl+Z takes it back.
    a.say("nor this one")
    b.sees("nor this one")
    a.composer.press("Shift+Tab")
    expect(a.row("nor this one")).to_be_focused()
    a.page.keyboard.press("Delete")
    expect(b.row("nor this one")).to_have_count(0)
    expect(a.row("not this one")).to_be_focused()
    expect(a.page.get_by_role("button", name="Undo")).to_be_visible()
    a.page.keyboard.press("Control+z")
    b.sees("nor this one")
    # On a Mac that key is Backspace.
    a.page.keyboard.press("Backspace")
    expect(b.row("not this one")).to_have_count(0)


def test_what_nobody_has_seen_leaves_no_trace(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a = visit(alice, room)
    a.say("first")
    a.say("to the wrong room")
    delete(a, "to the wrong room")
    a.shows(["first"])
    expect(a.page.locator(".message__gone:visible")).to_have_count(0)
    # What was sent from another device comes back as well.
    apart(post_message, alice, room.pk, "from my phone", client_id=uuid.uuid4())
    a.sees("from my phone")
    delete(a, "from my phone")
    a.shows(["first"])
    a.page.get_by_role("button", name="Undo").last.click()
    a.shows(["first", "from my phone"])
    visit(bob, room).shows(["first", "from my phone"])


def test_those_who_may_see_what_it_said_before(visit: Visit, room: Any, alice: Any, bob: Any, axe: Any) -> None:
    message = apart(post_message, alice, room.pk, "the wave is small")
    apart(edit_message, alice, message.pk, "the wave is tall")
    a = visit(alice, room)
    edited = a.page.get_by_role("link", name="(edited)")
    expect(edited).to_have_attribute("title", re.compile("Changed on .*20"))
    edited.click()
    side = a.page.get_by_role("complementary").filter(has_text="Earlier words")
    expect(side.locator("del")).to_have_text("small")
    expect(side.locator("ins")).to_have_text("tall")
    axe(a.page)
    # Of what Bob wrote Alice sees that he changed it, and no more.
    apart(edit_message, bob, apart(post_message, bob, room.pk, "my wave").pk, "his wave")
    a.page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    a.sees("his wave").locator(".message__edited").click()
    expect(side).to_be_hidden()
    expect(a.rows).to_have_count(2)


def test_a_deleted_message_leaves_a_line_and_not_a_word(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.say("what was I thinking")
    b.sees("what was I thinking")
    # Read: somebody would wonder where it went.
    until(lambda: apart(Membership.objects.filter(user=bob, room=room, read_seq__gte=1).exists), "Bob has read it")
    b.row("what was I thinking").hover()
    answer = b.page.get_by_role("toolbar", name="About this message").get_by_role("button", name="Answer, quoting it")
    expect(answer).to_be_visible()
    delete(a, "what was I thinking")
    expect(answer).to_be_hidden()
    for window in (a, b):
        expect(window.page.get_by_text("This message was deleted.")).to_be_visible()
        expect(window.row("what was I thinking")).to_have_count(0)
        assert window.rows.count() == 1
    b.page.reload()
    expect(b.page.get_by_text("This message was deleted.")).to_be_visible()
    assert "what was I thinking" not in b.page.content()


def test_nobody_is_offered_to_change_the_words_of_others(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.say("mine")
    b.sees("mine").hover()
    bar = b.page.get_by_role("toolbar", name="About this message")
    bar.get_by_role("button", name="More").click()
    expect(bar.get_by_role("button", name="Copy the text")).to_be_visible()
    expect(bar.get_by_role("button", name="Edit")).to_be_hidden()
    # Bob moderates: what others wrote he may take away.
    expect(bar.get_by_role("button", name="Delete")).to_be_visible()
    b.page.keyboard.press("Escape")
    b.say("his")
    a.sees("his").hover()
    bar = a.page.get_by_role("toolbar", name="About this message")
    bar.get_by_role("button", name="More").click()
    expect(bar.get_by_role("button", name="Copy the text")).to_be_visible()
    expect(bar.get_by_role("button", name="Delete")).to_be_hidden()


def test_a_draft_survives_a_reload_and_shows_a_pencil(visit: Visit, make_room: Any, room: Any, alice: Any) -> None:
    other = make_room("elsewhere", alice="member")
    a = visit(alice, room)
    a.composer.fill("half a tho")
    a.page.reload()
    expect(a.composer).to_have_value("half a tho")
    a.link_to(other).click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("elsewhere")
    expect(a.composer).to_have_value("")
    expect(a.link_to(room).locator(".room-link__draft")).to_be_visible()
    a.link_to(room).click()
    expect(a.composer).to_have_value("half a tho")
    a.say("half a thought, finished")
    a.sees("half a thought, finished")
    a.page.reload()
    a.is_live()
    expect(a.composer).to_have_value("")
    a.link_to(other).click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("elsewhere")
    expect(a.link_to(room).locator(".room-link__draft")).to_be_hidden()


# Somebody types as soon as there is where to type.
TYPES_AT_ONCE = """new MutationObserver((_, watching) => {
  const area = document.getElementById("composer-body");
  if (!area) return;
  watching.disconnect();
  area.value = "typed at once";
}).observe(document, { childList: true, subtree: true });"""


def test_words_typed_before_the_page_lives_and_the_draft_they_came_before_are_both_kept(
    visit: Visit, room: Any, alice: Any
) -> None:
    a = visit(alice, room)
    a.composer.fill("a long thought")
    a.page.reload()
    expect(a.composer).to_have_value("a long thought")
    tab = a.tab()
    tab.page.add_init_script(TYPES_AT_ONCE)
    tab.open(room)
    expect(tab.composer).to_have_value("typed at once")
    other = tab.page.get_by_role("group", name="Another draft")
    expect(other).to_contain_text("a long thought")
    tab.say("typed at once")
    tab.sees("typed at once")
    other.get_by_role("button", name="Use it").click()
    expect(tab.composer).to_have_value("a long thought")
    expect(other).to_have_count(0)


def test_a_message_too_long_is_refused_with_the_count_and_the_text_stays(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    text = "wave " * 2000 + "too much"
    a.composer.fill(text)
    a.composer.press("Enter")
    expect(a.page.locator(".composer__count")).to_have_text("8 characters too many: a message holds 10,000")
    expect(a.composer).to_have_value(text)
    expect(a.composer).to_have_attribute("aria-invalid", "true")
    expect(a.rows).to_have_count(0)
    a.say(text[:10_000])
    expect(a.rows).to_have_count(1)
    expect(a.unsent).to_have_count(0)
    assert Message.objects.get(room=room).body == text[:10_000].strip()
