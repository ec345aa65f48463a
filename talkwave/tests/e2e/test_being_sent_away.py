"""Removed, suspended, signed out: the page goes quiet at once, and says so."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.actions import suspend
from rooms.actions import memberships
from talkwave.testing_browser import Window, apart

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]


def test_who_is_removed_is_told_and_reads_nothing_more(
    visit: Visit, room: Any, alice: Any, bob: Any, olga: Any
) -> None:
    a, b = visit(alice, room), visit(bob, room)
    b.say("everybody hears this")
    a.sees("everybody hears this")

    b.page.get_by_role("link", name="3 people").click()
    b.page.locator("#side").get_by_role("button", name="What to do about Alice").click()
    b.page.locator("#side").get_by_role("button", name="Remove from the room").click()
    b.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(b.page.locator("#side .person")).to_have_count(2)

    expect(a.page.get_by_text("You are no longer in den.")).to_be_visible()
    expect(a.link_to(room)).to_have_count(0)
    expect(a.composer).to_have_count(0)
    b.say("among ourselves")
    b.sees("among ourselves")
    # Alice is still live: what else happens reaches her, this does not.
    visit(olga, "/direct/").page.locator("#main").get_by_role("button", name="Write Alice").click()
    expect(a.page.locator('[data-list="directs"] .room-item')).to_have_count(1)
    assert "among ourselves" not in a.page.content()


def test_who_is_suspended_is_told(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    apart(suspend, None, alice, reason="spam")
    expect(a.status).to_contain_text("This account is suspended.")
    b.say("without her")
    b.sees("without her")
    assert "without her" not in a.page.content()
    a.forgive("403")
    a.page.reload()
    expect(a.page.get_by_role("heading", level=1)).to_be_visible()
    assert "without her" not in a.page.content()


def test_signing_out_in_one_tab_stops_the_other(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    here = visit(alice, room)
    there = here.tab().open(room)
    elsewhere = visit(alice, room)
    here.page.locator(".me").click()
    here.page.get_by_role("button", name="Sign out").click()
    expect(here.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    # The other one shows where to sign in, and comes back to the room after it.
    expect(there.page.get_by_role("heading", name="Welcome back")).to_be_visible()
    expect(there.page).to_have_url(re.compile(rf"next=%2Frooms%2F{room.pk}%2F"))
    # Another browser is another session.
    visit(bob, room).say("still here?")
    elsewhere.sees("still here?")


def test_a_member_removed_while_offline_finds_out_on_coming_back(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a = visit(alice, room)
    a.offline()
    a.say("do you hear me?")
    expect(a.status).to_contain_text("1 message waiting")
    apart(memberships.remove_member, bob, room.pk, alice.pk)
    a.online()
    expect(a.page.get_by_text("You are no longer in den.")).to_be_visible()
