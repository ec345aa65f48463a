"""The strict content policy in a real browser: Django's administration and our own pages live with it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from talkwave.testing_browser import until_true
from talkwave.tests.served import Served, manage

pytestmark = [pytest.mark.process, pytest.mark.browser]
PASSWORD = "correct-horse-9"


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def test_nothing_of_the_administration_is_refused_and_its_scripts_run(serve: Callable[..., Served], tab: Page) -> None:
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    with serve() as server:
        made = manage("createuser", "olga", "--admin", "--password", PASSWORD, DATA_DIR=str(server.data))
        assert made.returncode == 0, made.stderr
        tab.goto(f"{server.url}/accounts/login/?next=/admin/")
        tab.fill("input[name=login]", "olga")
        tab.fill("input[name=password]", PASSWORD)
        tab.click("main button[type=submit]")
        tab.wait_for_url("**/admin/")
        addresses = tab.eval_on_selector_all("#content-main a[href]", "links => links.map(link => link.href)")
        assert any("/accounts/user/" in address for address in addresses)
        for address in addresses:
            tab.goto(address)
            assert tab.title()

        tab.goto(f"{server.url}/admin/accounts/user/")
        tab.check("#action-toggle")  # a script of the administration ticks the rows
        assert tab.is_checked("input.action-select")
        assert complaints == []


def test_a_script_that_was_smuggled_in_does_not_run(serve: Callable[..., Served], tab: Page) -> None:
    with serve() as server:
        tab.goto(f"{server.url}/accounts/login/")
        tab.evaluate(
            """() => {
                document.body.insertAdjacentHTML("beforeend", '<img src="data:," onerror="window.smuggled = 1">')
                const script = document.createElement("script")
                script.textContent = "window.smuggled = 2"
                document.body.append(script)
            }"""
        )
        until_true(tab, "[...document.images].every(image => image.complete)")
        assert tab.evaluate("window.smuggled") is None
