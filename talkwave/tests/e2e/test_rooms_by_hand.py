"""Finding, making, changing and leaving rooms, and writing to people; with JavaScript and, where it says so, without."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rooms.models import Membership, Room
from talkwave.testing_browser import Window

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]
Axe = Callable[[Page], None]


def agree(window: Window) -> None:
    """Yes, to the question that was asked."""
    window.page.locator("dialog[open] button[value=yes]").click()


def test_one_looks_into_a_public_room_joins_it_and_it_stands_at_the_side(
    visit: Visit, axe: Axe, make_room: Any, alice: Any, charlie: Any
) -> None:
    garden = make_room("gardening", kind="public", alice="owner")
    make_room("running", kind="public", alice="owner")
    c = visit(charlie, "/rooms/")
    expect(c.page.locator(".room-card")).to_have_count(2)
    c.page.get_by_role("searchbox").press_sequentially("gard")
    expect(c.page.locator(".room-card")).to_have_count(1)
    axe(c.page)
    c.page.get_by_role("link", name="gardening").click()
    expect(c.page.locator(".bar--join")).to_contain_text("1 person")
    expect(c.composer).to_have_count(0)
    axe(c.page)
    c.page.get_by_role("button", name="Join the room").click()
    expect(c.composer).to_be_visible()
    expect(c.link_to(garden)).to_be_visible()
    assert Membership.objects.filter(room=garden, user=charlie).exists()


def test_a_name_that_is_taken_is_said_in_the_form_and_what_was_typed_stays(
    visit: Visit, axe: Axe, make_room: Any, alice: Any
) -> None:
    make_room("harbour", kind="public", alice="owner")
    a = visit(alice, "/rooms/new/")
    a.forgive("409")
    a.page.get_by_label("Name").fill("Harbour")
    a.page.get_by_label("Topic").fill("Ships")
    a.page.get_by_role("button", name="Create the room").click()
    expect(a.page.get_by_role("alert")).to_contain_text("exists already")
    expect(a.page.get_by_label("Topic")).to_have_value("Ships")
    axe(a.page)
    a.page.get_by_label("Name").fill("north pier")
    a.page.get_by_role("button", name="Create the room").click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("north pier")
    expect(a.page.locator("[data-alone]")).to_contain_text("only one here")
    axe(a.page)


def test_an_owner_renames_a_room_and_everybody_sees_it(
    visit: Visit, axe: Axe, room: Any, olga: Any, alice: Any
) -> None:
    o, a = visit(olga, room), visit(alice, room)
    o.page.get_by_role("button", name="Room menu").click()
    o.page.get_by_role("link", name="Room details and settings").click()
    side = o.page.locator("#side")
    name = side.get_by_role("textbox", name="Name", exact=True)
    expect(name).to_have_value("den")
    axe(o.page)
    name.fill("lair")
    side.get_by_role("button", name="Save").first.click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("lair")
    expect(a.link_to(room).locator(".room-link__name")).to_have_text("lair")
    expect(a.page.get_by_label("Message to lair")).to_have_attribute("placeholder", "Message to lair")


def test_archiving_takes_the_composer_away_everywhere_and_restoring_gives_it_back(
    visit: Visit, room: Any, olga: Any, alice: Any
) -> None:
    o, a = visit(olga, room), visit(alice, room)
    o.page.get_by_role("button", name="Room menu").click()
    o.page.get_by_role("link", name="Room details and settings").click()
    o.page.get_by_role("button", name="Archive the room").click()
    for window in (o, a):
        expect(window.page.locator(".bar--archived")).to_be_visible()
        expect(window.composer).to_have_count(0)
    expect(a.page.get_by_role("button", name="Restore")).to_have_count(0)
    o.page.locator(".bar--archived").get_by_role("button", name="Restore").click()
    for window in (o, a):
        expect(window.composer).to_be_visible()


def test_a_room_is_deleted_only_with_its_name_typed_and_is_gone_for_all(
    visit: Visit, room: Any, olga: Any, alice: Any
) -> None:
    o, a = visit(olga, room), visit(alice, room)
    o.forgive("400|409")
    o.page.get_by_role("button", name="Room menu").click()
    o.page.get_by_role("link", name="Room details and settings").click()
    o.page.get_by_label("To delete it").fill("something else")
    o.page.get_by_role("button", name="Delete the room").click()
    expect(o.page.locator("#side [role=alert]")).to_be_visible()
    assert Room.objects.filter(pk=room.pk).exists()
    o.page.get_by_label("To delete it").fill("den")
    o.page.get_by_role("button", name="Delete the room").click()
    for window in (o, a):
        expect(window.link_to(room)).to_have_count(0)
        expect(window.page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    assert not Room.objects.filter(pk=room.pk).exists()


def test_leaving_asks_first_and_cancel_keeps_one_in(visit: Visit, room: Any, alice: Any) -> None:
    a = visit(alice, room)
    for leaves in (False, True):
        a.page.get_by_role("button", name="Room menu").click()
        a.page.get_by_role("button", name="Leave the room").click()
        expect(a.page.locator("dialog[open]")).to_contain_text("Leave this room?")
        if not leaves:
            a.page.get_by_role("button", name="Cancel").click()
            expect(a.link_to(room)).to_be_visible()
    agree(a)
    expect(a.link_to(room)).to_have_count(0)
    assert not Membership.objects.filter(room=room, user=alice).exists()


def test_a_pinned_room_stands_first_and_a_quiet_one_counts_nothing(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    make_room("later", alice="member")
    a, b = visit(alice, room), visit(bob, room)
    names = a.page.locator(".room-list .room-link__name")
    expect(names).to_have_text(["later", "den"])
    a.page.get_by_role("button", name="Room menu").click()
    a.page.get_by_role("button", name="Pin to the top").click()
    expect(a.link_to(room).locator(".room-link__pin")).to_be_visible()
    expect(names).to_have_text(["den", "later"])
    a.page.get_by_role("button", name="Room menu").click()
    a.page.get_by_role("button", name="Nothing").click()
    expect(a.link_to(room).locator(".room-link__quiet")).to_be_visible()
    a.page.get_by_role("link", name="later").click()
    expect(a.page.get_by_role("heading", level=1)).to_have_text("later")
    b.say("psst")
    # Not the name at the end: Enter would take it from the list of people.
    b.say("@alice, a word")
    b.sees("@Alice, a word")
    expect(a.page).to_have_title("later – TalkWave")
    expect(a.link_to(room)).not_to_have_class(re.compile("room-link--unread"))


def test_the_owner_gives_a_role_and_a_member_is_offered_none(
    visit: Visit, axe: Axe, room: Any, olga: Any, alice: Any
) -> None:
    o, a = visit(olga, room), visit(alice, room)
    for window in (o, a):
        window.page.get_by_role("link", name="3 people").click()
        window.page.get_by_role("button", name="What to do about Alice").click()
    expect(a.page.get_by_role("button", name="Moderator")).to_have_count(0)
    expect(a.page.get_by_role("button", name="Remove from the room")).to_have_count(0)
    axe(o.page)
    a.page.keyboard.press("Escape")
    o.page.get_by_role("button", name="Moderator").click()
    for window in (o, a):
        row = window.page.locator(f'#side .person[data-user="{alice.pk}"]')
        expect(row.locator(".badge")).to_have_text("moderator")


def test_people_are_chosen_by_letters_and_the_same_ones_have_the_same_conversation(
    visit: Visit, axe: Axe, alice: Any, bob: Any, charlie: Any
) -> None:
    a = visit(alice, "/direct/")
    for _ in range(2):
        field = a.page.get_by_role("combobox", name="People")
        for letters in ("bo", "char"):
            field.press_sequentially(letters)
            expect(a.page.locator(".picker [role=option]").first).to_be_visible()
            field.press("Enter")
        expect(a.page.locator(".chip")).to_have_count(2)
        axe(a.page)
        a.page.get_by_role("button", name="Open the conversation").click()
        expect(a.page.get_by_role("heading", level=1)).to_have_text("Bob, Charlie")
        a.page.get_by_role("link", name="New direct message").first.click()
    assert Room.objects.filter(kind="direct").count() == 1


def test_without_javascript_one_reads_writes_finds_and_joins(
    visit: Visit, make_room: Any, alice: Any, bob: Any
) -> None:
    room = make_room("gardening", kind="public", bob="owner")
    a = visit(alice, "/rooms/", java_script_enabled=False)
    a.page.get_by_role("searchbox").fill("gard")
    a.page.get_by_role("button", name="Search").click()
    a.page.get_by_role("button", name="Join").click()
    expect(a.page).to_have_url(re.compile(f"/rooms/{room.pk}/$"))
    a.composer.fill("Hello from a plain form")
    a.page.get_by_role("button", name="Send", exact=True).click()
    expect(a.rows.last).to_contain_text("Hello from a plain form")
    a.forgive("413")
    a.composer.fill("x" * 10_001)
    a.page.get_by_role("button", name="Send", exact=True).click()
    expect(a.page.get_by_role("alert")).to_contain_text("10001")
    expect(a.composer).to_have_value("x" * 10_001)


def test_the_first_page_says_what_to_do_and_the_one_button_leads_there(visit: Visit, axe: Axe, charlie: Any) -> None:
    c = visit(charlie, "/")
    expect(c.page.get_by_role("heading", level=1)).to_have_text("Welcome, Charlie")
    axe(c.page)
    c.page.locator("#main").get_by_role("link", name="Browse rooms").click()
    expect(c.page.get_by_role("heading", level=1)).to_have_text("Browse rooms")
    expect(c.page.locator(".empty")).to_contain_text("no rooms yet")
    axe(c.page)
