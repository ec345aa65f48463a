"""Answers in line, threads and moved messages, by two people at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from rooms.actions.pins import pin_message
from rooms.actions.posting import Draft, post_message, post_messages
from rooms.actions.reactions import add_reaction
from rooms.models import ThreadFollow
from talkwave.testing_browser import PHONE, Window, apart, until_true
from talkwave.tests.served import until

pytestmark = [pytest.mark.process, pytest.mark.browser]
Visit = Callable[..., Window]


def act(window: Window, row: Locator, action: str) -> None:
    """Presses a button of the bar over that message, in the menu where it is there."""
    row.hover()
    button = window.page.locator(f".actions:visible [data-action={action}]")
    if not button.is_visible():
        window.page.locator(".actions:visible .actions__more").click()
    button.click()


def answer_in(window: Window, text: str) -> None:
    """Writes in the thread that is open."""
    composer = window.page.locator("#thread-composer-body")
    expect(composer).to_have_attribute("enterkeyhint", "send")
    composer.fill(text)
    composer.press("Enter")


def in_thread(window: Window, text: str) -> Locator:
    return window.page.locator(".timeline--thread .message:not([data-root])").filter(has_text=text)


def test_a_thread_beside_the_room_is_followed_unread_and_read(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    root = apart(post_message, alice, room.pk, "Where do we meet?")
    a, b = visit(alice, room), visit(bob, room)
    b.sees("Where do we meet?")
    at_bob = b.page.locator("#main .message", has_text="Where do we meet?")
    expect(b.composer).to_be_focused()
    at_bob.focus()
    at_bob.press("t")
    expect(b.page.locator("#thread-composer-body")).to_be_focused()
    answer_in(b, "At the old harbour")
    expect(in_thread(b, "At the old harbour")).to_have_attribute("data-seq", "2")
    # Alice wrote the root: she follows, is told in the sidebar, and the room is not unread.
    at_alice = a.sees("Where do we meet?")
    expect(at_alice.locator(".thread-line__count")).to_have_text("1 answer")
    expect(at_alice.locator(".thread-line__new")).to_be_visible()
    expect(a.link_to(room).locator(".room-link__threads [data-count]")).to_have_text("1")
    assert a.texts() == ["Where do we meet?"]

    # The list of threads says what is new; opened there beside it, and read.
    a.page.locator('.sidebar a[href="/threads/"]').click()
    item = a.page.locator(".threads__item--unread")
    expect(item).to_contain_text("At the old harbour")
    expect(item).to_contain_text("1 new")
    axe(a.page)
    item.locator(".threads__link").click()
    expect(in_thread(a, "At the old harbour")).to_be_visible()
    expect(a.page.locator(".timeline--thread .timeline__new")).to_be_visible()
    expect(a.page.locator(".threads__item--unread")).to_have_count(0)
    expect(a.link_to(room).locator(".room-link__threads")).to_be_hidden()
    answer_in(a, "Which one?")
    expect(in_thread(b, "Which one?")).to_be_visible()
    expect(at_bob.locator(".thread-line__count")).to_have_text("2 answers")
    axe(a.page)

    # Also to the room; a reaction and an edit within the thread are seen by the other.
    b.page.locator("[data-also]").check()
    answer_in(b, "The one with the crane")
    expect(b.page.locator("[data-also]")).not_to_be_checked()
    in_room = b.page.locator("#main .message", has_text="The one with the crane")
    expect(in_room.locator(".thread-way")).to_be_visible()
    expect(in_thread(b, "The one with the crane")).to_have_attribute("data-seq", "4")
    b.page.locator("#thread-composer-body").press("ArrowUp")
    field = b.page.locator(".timeline--thread .edit__body")
    field.fill("The one with the red crane")
    field.press("Enter")
    expect(in_thread(a, "The one with the red crane")).to_be_visible()
    # Nothing counts it while she looks at it.
    expect(a.link_to(room).locator(".room-link__threads")).to_be_hidden()

    # Who looks on without following, and is named, follows from then on, and reads what they see.
    bell = b.page.locator("#side [data-follow]")
    bell.get_by_role("button", name="Following").click()
    expect(bell.get_by_role("button", name="Follow", exact=True)).to_be_visible()
    named = apart(post_message, alice, room.pk, "The small one, @bob", thread=root.pk, in_room=False)
    expect(bell.get_by_role("button", name="Following")).to_be_visible()
    follow = ThreadFollow.objects.filter(user=bob, thread=root.pk, read_seq=named.seq)
    until(lambda: apart(follow.exists), "Bob has read it")

    # After a reload everything stands.
    a.page.goto(f"/rooms/{room.pk}/")
    a.is_live()
    expect(a.sees("Where do we meet?").locator(".thread-line__count")).to_have_text("4 answers")
    a.row("Where do we meet?").locator(".thread-line").click()
    expect(in_thread(a, "Which one?")).to_be_visible()
    expect(a.link_to(room).locator(".room-link__threads")).to_be_hidden()
    a.page.keyboard.press("Escape")
    expect(a.page.locator("#side")).to_be_hidden()


def test_a_thread_longer_than_a_page_shows_its_answers_without_a_gap(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    root = apart(post_message, bob, room.pk, "Count with me")
    apart(post_message, alice, room.pk, "number 0", thread=root.pk, in_room=False)
    drafts = [Draft(bob.pk, room.pk, f"number {n}", thread=root.pk, in_room=False) for n in range(1, 110)]
    answers = apart(post_messages, drafts)
    a, b = visit(alice, room), visit(bob, room)
    shown = ".timeline--thread .message:not([data-root])"
    for window in (a, b):
        window.sees("Count with me").locator(".thread-line").click()
    # Bob read all of it and is at its end, Alice where she left off.
    expect(in_thread(b, "number 109")).to_be_visible()
    expect(in_thread(a, "number 1").first).to_be_visible()
    first, last = b.page.locator(shown).first, a.page.locator(shown).last
    expect(last).not_to_contain_text("number 109")
    held = first.get_attribute("data-seq"), last.get_attribute("data-seq")
    # What happens beyond comes with its page; before it the next page would begin in the wrong place.
    apart(add_reaction, bob, answers[0].pk, "👍")
    apart(post_message, alice, room.pk, "number 110", thread=root.pk, in_room=False)
    apart(add_reaction, bob, root.pk, "👍")
    for window in (a, b):
        expect(window.page.locator(".timeline--thread [data-root] .reaction__count")).to_have_text("1")
    expect(in_thread(b, "number 110")).to_be_visible()
    assert (first.get_attribute("data-seq"), last.get_attribute("data-seq")) == held
    for window, name in ((a, "Later answers"), (b, "Earlier answers")):
        while (
            turn := window.page.get_by_role("link", name=name).or_(window.page.get_by_role("button", name=name))
        ).count():
            before = window.page.locator(shown).count()
            turn.click()
            until_true(
                window.page, "([rows, before]) => document.querySelectorAll(rows).length > before", [shown, before]
            )
    assert b.page.locator(f"{shown} .message__body").all_text_contents() == [f"number {n}" for n in range(111)]
    expect(last).to_contain_text("number 110")


def test_an_answer_in_line_quotes_jumps_and_follows_what_it_quotes(
    visit: Visit, room: Any, alice: Any, bob: Any, axe: Callable[..., None]
) -> None:
    first = apart(post_message, alice, room.pk, "Bring *two* lamps ||tonight||")
    for number in range(15):
        apart(post_message, alice, room.pk, f"line {number}")
    a, b = visit(alice, room), visit(bob, room)
    row = b.at(first.seq)
    expect(b.composer).to_be_focused()
    b.rows.last.focus()
    for key in ("Home", "q"):
        b.page.keyboard.press(key)
    strip = b.page.locator(".replying")
    expect(strip).to_contain_text("Bring two lamps ▒▒▒")
    expect(b.composer).to_be_focused()
    b.composer.press("Escape")
    expect(strip).to_be_hidden()
    act(b, row, "reply")
    expect(strip).to_be_visible()
    # Kept beside the words: whoever comes back answers still.
    b.page.reload()
    b.is_live()
    expect(strip).to_contain_text("Bring two lamps ▒▒▒")
    b.say("I have three")
    expect(strip).to_be_hidden()
    quote = a.sees("I have three").locator(".quote")
    expect(quote).to_contain_text("Alice")
    expect(quote.locator(".quote__words")).to_have_text("Bring two lamps ▒▒▒")
    axe(a.page)
    # Covered words stay covered whatever happens to what is quoted.
    apart(add_reaction, bob, first.pk, "👍")
    expect(a.at(first.seq).locator(".reaction__count")).to_have_text("1")
    expect(quote.locator(".quote__words")).to_have_text("Bring two lamps ▒▒▒")
    quote.click()
    expect(a.at(first.seq)).to_have_class(re.compile("message--target"))
    a.page.go_back()
    expect(a.row("I have three")).to_be_in_viewport()
    a.rows.last.focus()
    for key in ("Home", "e"):
        a.page.keyboard.press(key)
    field = a.page.locator(".edit__body")
    field.fill("Bring four lamps ||at noon||")
    field.press("Enter")
    expect(b.row("I have three").locator(".quote__words")).to_have_text("Bring four lamps ▒▒▒")


def test_a_message_moves_to_another_room_and_its_link_finds_it(
    visit: Visit, room: Any, make_room: Any, alice: Any, bob: Any, olga: Any, axe: Callable[..., None]
) -> None:
    square = make_room("square", kind="public", olga="owner", alice="member", bob="member")
    harbour = make_room("harbour", kind="public", olga="owner", alice="member", bob="member")
    message = apart(post_message, alice, square.pk, "Ships at noon")
    apart(post_message, bob, square.pk, "And boats", reply_to=message.pk)
    a, b = visit(alice, square), visit(bob, square)
    b.sees("Ships at noon")
    apart(pin_message, olga, message.pk)
    pins = b.page.locator("[data-pins-count]")
    expect(pins).to_have_text("1")
    # Bob is about to answer it, in line and in a thread.
    act(b, b.row("Ships at noon"), "reply")
    expect(b.page.locator("#main .replying")).to_be_visible()
    b.row("Ships at noon").focus()
    b.row("Ships at noon").press("t")
    thread_words = b.page.locator("#thread-composer-body")
    expect(thread_words).to_be_focused()
    thread_words.fill("How many?")
    act(a, a.sees("Ships at noon"), "move")
    dialog = a.page.locator("#move-dialog")
    expect(dialog).to_be_visible()
    axe(a.page)
    # Tab goes through the rooms on its way, and chooses none.
    dialog.get_by_role("combobox").focus()
    expect(dialog.locator("[name=to]:checked")).to_have_count(0)
    dialog.get_by_role("combobox").select_option(label="harbour")
    dialog.get_by_role("button", name="Move").click()
    for window in (a, b):
        expect(window.page.locator("#main .message__body", has_text="Ships at noon")).to_have_count(0)
        expect(window.page.locator("#main .message--system")).to_contain_text("moved a message to harbour")
    # There is nothing to answer here any more, or to quote; the thread is where it went, with what was begun.
    expect(b.page.locator("#main .replying")).to_be_hidden()
    expect(pins).to_be_hidden()
    expect(b.row("And boats").locator(".quote")).to_be_hidden()
    expect(b.page.locator(".timeline--thread")).to_have_attribute("data-room", str(harbour.pk))
    expect(thread_words).to_have_value("How many?")
    expect(thread_words).to_be_focused()
    way = f"/rooms/{square.pk}/m/{message.pk}/"
    expect(b.page.locator("#main .message--system .message__body a")).to_have_attribute("href", way)
    b.page.goto(way)
    b.is_live()
    expect(b.page).to_have_url(re.compile(rf"/rooms/{harbour.pk}/"))
    expect(b.sees("Ships at noon").locator(".moved")).to_contain_text("Moved here")
    # Taken back with one press, it is in the first room again, where it stood.
    a.page.get_by_role("button", name="Undo").click()
    a.sees("Ships at noon")
    a.shows(["Ships at noon", "And boats"])
    expect(a.row("And boats").locator(".quote")).to_contain_text("Ships at noon")
    expect(a.page.locator(".message--system, .moved:visible")).to_have_count(0)
    expect(b.row("Ships at noon")).to_have_count(0)


def test_on_a_phone_a_swipe_answers_and_the_thread_covers_the_room(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    apart(post_message, alice, room.pk, "Soup or salad?")
    b = visit(bob, room, viewport=PHONE, has_touch=True, is_mobile=True)
    row = b.sees("Soup or salad?")
    box = row.bounding_box()
    assert box is not None
    b.page.evaluate(
        """([x, y]) => {
          const row = document.elementFromPoint(x, y);
          for (const [name, by] of [["pointerdown", 0], ["pointermove", 30], ["pointermove", 70], ["pointerup", 70]])
            row.dispatchEvent(new PointerEvent(name, {bubbles: true, isPrimary: true, pointerType: "touch", clientX: x - by, clientY: y}));
        }""",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] - 10],
    )
    expect(b.page.locator(".replying")).to_contain_text("Soup or salad?")
    apart(post_message, alice, room.pk, "Salad", thread=row.get_attribute("data-id"), in_room=False)
    row.locator(".thread-line").click()
    expect(in_thread(b, "Salad")).to_be_visible()
    expect(b.page.locator("#main")).to_be_hidden()
    b.page.go_back()
    expect(b.page.locator("#side")).to_be_hidden()
    expect(row).to_be_visible()
