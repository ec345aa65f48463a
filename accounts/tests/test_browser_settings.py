"""The account pages in a real browser: what their scripts do, and what axe says of every one of them."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from accounts.actions import suspend
from accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.browser
PAGES = (
    "/settings/profile/",
    "/settings/sessions/",
    "/settings/delete/",
    "/accounts/email/",
    "/accounts/password/change/",
)


def picture() -> dict[str, Any]:
    out = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "PNG")
    return {"name": "me.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(
    visit: Any, alice: Any, bob: Any, axe: Callable[[Page], None], look: str
) -> None:
    window = visit(alice, color_scheme=look)
    page = window.page
    for path in (*PAGES, f"/people/{bob.pk}/", f"/people/{alice.pk}/"):
        page.goto(path)
        axe(page)
    window.forgive("400")
    page.goto("/settings/delete/")
    page.get_by_label("Your user name").fill("bob")
    page.get_by_label("Your password", exact=True).fill("wrong")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("This is not your user name.")).to_be_visible()
    axe(page)


def test_a_picture_is_seen_before_it_is_sent_and_a_bad_one_is_refused_at_once(visit: Any, alice: Any) -> None:
    page = visit(alice).page
    page.goto("/settings/profile/")
    chooser, image = page.get_by_label("Choose a picture"), page.get_by_alt_text("Your picture as it is now")
    send = page.get_by_role("button", name="Use this picture")
    expect(send).to_be_disabled()
    chooser.set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": b"nonsense"})
    expect(page.get_by_text("cannot be read as a picture")).to_be_visible()
    expect(send).to_be_disabled()
    chooser.set_input_files(picture())
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    send.click()
    expect(page.get_by_text("This is your picture now.")).to_be_visible()
    alice.refresh_from_db()
    expect(image).to_have_attribute("src", alice.avatar_url)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Your picture is removed.")).to_be_visible()


def test_the_time_zone_of_the_device_is_one_click_away(visit: Any, alice: Any) -> None:
    page = visit(alice, timezone_id="Asia/Tokyo").page
    page.goto("/settings/profile/")
    offer = page.get_by_role("button", name="Asia/Tokyo")
    offer.click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(offer).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    alice.refresh_from_db()
    assert alice.time_zone == "Asia/Tokyo"


def test_the_look_shows_at_once_and_is_kept(visit: Any, alice: Any) -> None:
    page = visit(alice).page
    page.goto("/settings/profile/")
    page.get_by_label("Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_without_javascript_all_of_it_works_too(visit: Any, person: Any) -> None:
    ann = person("ann", password=PASSWORD)
    page = visit(ann, java_script_enabled=False).page
    page.goto("/settings/profile/")
    page.get_by_label("Choose a picture").set_input_files(picture())
    page.get_by_role("button", name="Use this picture").click()
    expect(page.get_by_text("This is your picture now.")).to_be_visible()
    page.get_by_label("Display name").fill("Ann Berg")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/settings/delete/")
    page.get_by_label("Your user name").fill("ann")
    page.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()


def test_who_is_suspended_meanwhile_is_told_so(visit: Any, alice: Any, axe: Callable[[Page], None]) -> None:
    window = visit(alice)
    window.page.goto("/settings/profile/")
    suspend(None, alice)
    window.forgive("403")
    window.page.reload()
    expect(window.page.get_by_role("heading", name="This account is suspended")).to_be_visible()
    axe(window.page)
