"""Moving about: the jump field, the keys, the side pane, and a phone with one pane at a time."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.actions.messages import edit_message
from rooms.actions.pins import pin_message
from rooms.actions.posting import Draft, post_message, post_messages
from talkwave.testing_browser import PHONE, Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_a_few_letters_jump_to_a_room_and_the_composer_is_ready(
    visit: Visit, make_room: Any, room: Any, alice: Any
) -> None:
    other = make_room("release notes", alice="member")
    a = visit(alice, room)
    a.page.keyboard.press("Control+k")
    expect(a.page.locator(".jump__input")).to_be_focused()
    a.page.keyboard.type("rel")
    chosen = a.page.locator('#jump [role=option][aria-selected="true"]')
    expect(chosen).to_contain_text("release notes")
    a.page.keyboard.press("Enter")
    expect(a.page).to_have_url(re.compile(f"/rooms/{other.pk}/$"))
    expect(a.composer).to_be_focused()


def test_the_jump_field_finds_nothing_of_a_private_room_one_is_not_in(
    visit: Visit, room: Any, alice: Any, charlie: Any, make_room: Any
) -> None:
    make_room("open house", kind="public", alice="owner")
    c = visit(charlie, "/rooms/")
    c.page.keyboard.press("Control+k")
    c.page.keyboard.type("open")
    expect(c.page.locator("#jump [role=option]", has_text="open house")).to_be_visible()
    c.page.locator(".jump__input").fill("den")
    expect(c.page.locator(".jump__none")).to_be_visible()


def test_escape_closes_the_jump_field_and_the_focus_is_where_it_was(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    expect(a.composer).to_be_focused()
    a.page.keyboard.press("Control+k")
    a.page.keyboard.press("Escape")
    expect(a.page.locator("#jump")).to_be_hidden()
    expect(a.composer).to_be_focused()


def test_alt_and_the_arrows_go_from_room_to_room_and_with_shift_to_unread_ones(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    for name in ("one", "two", "three"):
        make_room(name, alice="member")
    a, b = visit(alice, room), visit(bob, room)
    links = a.page.locator(".room-list .room-link")
    expect(links.locator(".room-link__name")).to_have_text(["three", "two", "one", "den"])
    expect(links.last).to_have_attribute("aria-current", "page")
    a.page.keyboard.press("Alt+ArrowUp")
    expect(links.nth(2)).to_have_attribute("aria-current", "page")
    expect(a.page.get_by_role("heading", level=1)).to_have_text("one")
    a.page.keyboard.press("Alt+ArrowDown")
    expect(links.last).to_have_attribute("aria-current", "page")
    # After the last comes the first.
    a.page.keyboard.press("Alt+ArrowDown")
    expect(links.first).to_have_attribute("aria-current", "page")
    b.say("over here")
    expect(a.link_to(room)).to_have_class(re.compile("room-link--unread"))
    a.page.keyboard.press("Alt+Shift+ArrowDown")
    expect(a.page).to_have_url(re.compile(f"/rooms/{room.pk}/$"))


def test_the_question_mark_shows_the_keys_but_is_a_letter_to_who_writes(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    a.composer.press("?")
    expect(a.page.locator("#keyboard-map")).to_be_hidden()
    expect(a.composer).to_have_value("?")
    a.page.locator("#main").focus()
    a.page.keyboard.press("?")
    expect(a.page.locator("#keyboard-map")).to_be_visible()
    expect(a.page.locator(".keys__row").first).to_contain_text("K")
    delete = a.page.locator(".keys__row").filter(has=a.page.get_by_text("Delete", exact=True))
    expect(delete.locator("kbd")).to_have_text("Del")
    a.page.add_init_script("Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })")
    a.open(room)
    a.page.locator("#main").focus()
    a.page.keyboard.press("?")
    expect(delete.locator("kbd")).to_have_text("⌫")


def test_the_side_pane_opens_by_a_key_and_escape_gives_the_focus_back(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    a = visit(alice, room)
    people = a.page.get_by_role("link", name="3 people")
    people.click()
    expect(a.page.locator("#side")).to_contain_text("Bob")
    expect(people).to_have_attribute("aria-expanded", "true")
    a.page.keyboard.press("Escape")
    expect(a.page.locator("#side")).to_be_hidden()
    expect(people).to_be_focused()
    a.page.keyboard.press("Control+.")
    expect(a.page.locator("#side")).to_be_visible()
    # It is there again after a reload; one that was closed is not.
    a.page.reload()
    expect(a.page.locator("#side")).to_contain_text("Bob")
    a.page.locator("#side [data-side-close]").click()
    a.page.reload()
    a.is_live()
    expect(a.page.locator("#side")).to_be_hidden()


def test_a_pane_that_opens_beside_the_room_leaves_what_one_reads_in_sight(visit: Visit, room: Any, alice: Any) -> None:
    drafts = [Draft(alice.pk, room.pk, f"{number} " + "and so on " * 60) for number in range(60)]
    apart(post_messages, drafts)
    a = visit(alice, f"/rooms/{room.pk}/?at=30")
    expect(a.at(30)).to_be_in_viewport(ratio=1)
    for button, shown in ((".pane-head__people[data-side=people]", True), ("#side [data-side-close]", False)):
        a.page.locator(button).click()
        expect(a.page.locator("#side")).to_be_visible(visible=shown)
        # Lines broke anew in all that stands above it.
        expect(a.at(30)).to_be_in_viewport(ratio=1)


def test_a_phone_shows_one_pane_at_a_time_and_back_leads_through_them(
    visit: Visit, make_room: Any, room: Any, alice: Any
) -> None:
    other = make_room("elsewhere", alice="member")
    a = visit(alice, "/", viewport=PHONE, has_touch=True, is_mobile=True)
    sidebar, main, side = (a.page.locator(f"#{name}") for name in ("sidebar", "main", "side"))
    # Who was in no room yet begins with the rooms.
    expect(sidebar).to_be_visible()
    expect(main).to_be_hidden()
    a.link_to(room).tap()
    expect(main).to_be_visible()
    expect(sidebar).to_be_hidden()
    a.page.get_by_role("link", name="All rooms").tap()
    expect(sidebar).to_be_visible()
    expect(main).to_be_hidden()
    a.link_to(other).tap()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("elsewhere")
    expect(sidebar).to_be_hidden()
    a.page.get_by_role("link", name="1 person").first.tap()
    expect(side).to_be_visible()
    a.page.go_back()
    expect(side).to_be_hidden()
    expect(main).to_be_visible()
    a.page.go_back()
    expect(sidebar).to_be_visible()
    a.page.go_back()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("den")


def test_on_a_phone_a_list_leads_to_its_messages_and_is_there_again_on_the_way_back(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    other = make_room("elsewhere", alice="member", bob="member")
    root = apart(post_message, bob, room.pk, "a boat of wood")
    apart(pin_message, bob, root.pk)
    for number in range(30):
        apart(post_message, alice, room.pk, f"line {number}")
    apart(post_message, bob, other.pk, "a boat of tin")
    apart(post_message, alice, room.pk, "that boat leaks", thread=root.pk, in_room=False)
    a = visit(alice, room, viewport=PHONE, has_touch=True, is_mobile=True)
    main, side = (a.page.locator(f"#{name}") for name in ("main", "side"))

    a.page.get_by_role("button", name="Room menu").tap()
    a.page.get_by_role("link", name="Pinned", exact=True).tap()
    pin = side.locator("a.kept__card")
    expect(pin).to_be_visible()
    # A tab that was put away, or loaded anew, shows what it showed.
    a.page.reload()
    expect(pin).to_be_visible()
    expect(main).to_be_hidden()
    # To a message that stands in the room already: the list makes way, and is there again on the way back.
    pin.tap()
    expect(a.row("a boat of wood")).to_be_in_viewport()
    expect(side).to_be_hidden()
    a.page.go_back()
    expect(pin).to_be_visible()
    side.get_by_role("button", name="Close").tap()
    expect(a.row("line 29")).to_be_in_viewport()
    expect(a.page).to_have_url(re.compile(f"/rooms/{room.pk}/$"))

    # To another room, and into a thread: each is a step from the list, and back leads to it.
    main.get_by_role("link", name="Search").tap()
    search = side.get_by_role("combobox")
    expect(side.locator(".search__field .chip")).to_have_count(1)
    search.press("Backspace")
    search.fill("boat")
    search.press("Enter")
    hits = side.locator(".hit__text")
    words = ["that boat leaks", "a boat of tin", "a boat of wood"]
    expect(hits).to_have_text(words)
    hits.nth(1).tap()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("elsewhere")
    expect(side).to_be_hidden()
    a.page.go_back()
    expect(hits).to_have_text(words)
    answer = side.locator(".message__body", has_text="that boat leaks")
    hits.first.tap()
    expect(answer).to_be_visible()
    side.get_by_role("button", name="Back").tap()
    expect(hits).to_have_text(words)
    expect(side.get_by_role("button", name="Back")).to_have_count(0)
    hits.first.tap()
    expect(answer).to_be_visible()
    side.get_by_role("button", name="Close").tap()
    expect(main).to_be_visible()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("den")
    expect(a.page).to_have_url(re.compile(f"/rooms/{room.pk}/$"))


def test_on_a_touch_keyboard_enter_breaks_the_line_and_the_button_sends(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room, viewport=PHONE, has_touch=True, is_mobile=True)
    expect(a.page.locator(".timeline[data-ready]")).to_be_visible()
    a.composer.press_sequentially("one")
    a.composer.press("Enter")
    a.composer.press_sequentially("two")
    expect(a.composer).to_have_value("one\ntwo")
    a.page.get_by_role("button", name="Send", exact=True).tap()
    expect(a.rows).to_have_count(1)
    expect(a.composer).to_have_value("")


def test_hours_are_said_in_one_way_everywhere_that_of_the_readers_own_country(
    visit: Visit, room: Any, alice: Any, bob: Any
) -> None:
    message = apart(post_message, bob, room.pk, "the kettle is on")
    answer = apart(post_message, bob, room.pk, "no, it is off", thread=message.pk, in_room=False)
    apart(edit_message, bob, message.pk, "the kettle was on")
    apart(pin_message, bob, message.pk)
    a = visit(bob, room, locale="en-US")
    hours = re.compile(r"(^|, )\d{1,2}:\d\d\s[AP]M$")
    expect(a.sees("the kettle was on").locator(".message__time time")).to_have_text(hours)
    for place, time in [
        (f"/rooms/{room.pk}/threads/{message.pk}/", f"#t-{message.pk} time, #t-{answer.pk} time"),
        ("/threads/", ".threads__time"),
        ("/search/?q=kettle", ".hit__time"),
        (f"/rooms/{room.pk}/pins/", ".kept__time"),
        (f"/rooms/{room.pk}/m/{message.pk}/history/", ".history__when time"),
    ]:
        a.open(place)
        for shown in a.page.locator(time).all():
            expect(shown).to_have_text(hours)
        assert a.page.locator(time).count() > 0, place
    g = visit(alice, "/catch-up/?since=day", locale="en-US")
    expect(g.page.locator("main time").first).to_have_text(hours)
