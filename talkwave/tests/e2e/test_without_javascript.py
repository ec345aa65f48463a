"""A browser without JavaScript: sign in, read a room page by page, and post with a form."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from rooms.actions.imports import Line, append_lines
from talkwave.testing_browser import Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_one_signs_in_reads_page_by_page_and_posts(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    alice.set_password("correct-horse-9")
    alice.save()
    began = timezone.now() - datetime.timedelta(hours=5)
    lines = [Line(bob, began + datetime.timedelta(minutes=number), f"line {number}") for number in range(1, 121)]
    apart(append_lines, room.pk, lines)

    a = visit(None, f"/rooms/{room.pk}/", java_script_enabled=False)
    page = a.page
    page.get_by_label("User name or e-mail address").fill("alice")
    page.get_by_label("Password", exact=True).fill("correct-horse-9")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("den")
    assert a.texts() == [f"line {number}" for number in range(71, 121)]
    page.get_by_role("link", name="Older messages").click()
    assert a.texts() == [f"line {number}" for number in range(21, 71)]
    page.get_by_role("link", name="Older messages").click()
    assert a.texts() == [f"line {number}" for number in range(1, 21)]
    expect(page.get_by_role("link", name="Older messages")).to_have_count(0)
    page.get_by_role("link", name="Newest messages").click()

    a.composer.fill("written with **a form**")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(a.rows.last).to_contain_text("written with a form")
    expect(a.rows.last.locator("strong")).to_have_text("a form")
    expect(a.composer).to_have_value("")

    # Too long: refused with the reason, and not a word of it lost.
    text = "wave " * 2_001
    a.composer.fill(text)
    a.forgive("413")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("10004")
    assert a.composer.input_value().strip() == text.strip()


def test_one_finds_a_room_joins_it_and_sees_who_is_in_it(
    visit: Visit, make_room: Any, alice: Any, charlie: Any
) -> None:
    make_room("square", kind="public", alice="owner")
    c = visit(charlie, "/rooms/", java_script_enabled=False)
    page = c.page
    page.get_by_role("searchbox").fill("squ")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Join square").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("square")
    page.get_by_role("link", name="2 people").click()
    expect(page.locator(".person")).to_have_count(2)
