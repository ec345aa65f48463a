"""People at a real, headless Chromium, for the stories in talkwave/tests/e2e.

`visit(alice, room)` opens a window of its own in which Alice is signed in. Whatever a page complains of (an error on
its console, a refused script or style, a request that failed, an answer of 500) fails the test, unless it was announced
by `forgive`.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

# Long enough for a machine with much to do; no story waits for it unless it fails.
PATIENCE_MS = 20_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
# A microphone that beeps, and nobody asked whether it may be used.
ARGUMENTS += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# What a page says when the network or the server is away, as some stories want it to be.
NETWORK_AWAY = r"net::ERR_|WebSocket connection to|Failed to fetch"


class Window:
    """One window of one person: a page, what it complained of, and what people do with it."""

    def __init__(self, browser: Browser, base_url: str, cookie: str | None, **options: Any) -> None:
        options = {"viewport": DESKTOP, "locale": "en-GB", **options}
        self.context = browser.new_context(base_url=base_url, reduced_motion="reduce", **options)
        self.context.set_default_timeout(PATIENCE_MS)
        if cookie:
            self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base_url}])
        self.complaints: list[str] = []
        self._forgiven: list[str] = []
        self.context.on("page", self._listen)
        self.page = self.context.new_page()

    def _listen(self, page: Page) -> None:
        page.on("console", lambda said: self._complain(f"{said.text} ({said.location['url']})", said.type == "error"))
        page.on("pageerror", lambda error: self._complain(f"uncaught: {error}\n{error.stack}"))
        page.on("response", lambda answer: self._complain(f"{answer.status} {answer.url}", answer.status >= 500))
        # Aborted ones were not wanted any more: the page went elsewhere.
        page.on(
            "requestfailed",
            lambda request: self._complain(f"{request.failure} {request.url}", "ERR_ABORTED" not in request.failure),
        )

    def _complain(self, words: str, wrong: bool = True) -> None:
        if wrong:
            self.complaints.append(words)

    def forgive(self, pattern: str = NETWORK_AWAY) -> None:
        """What matches is part of this story."""
        self._forgiven.append(pattern)

    def unforgiven(self) -> list[str]:
        return [words for words in self.complaints if not any(re.search(pattern, words) for pattern in self._forgiven)]

    def tab(self) -> Self:
        """Another tab of the same window: the same cookies and storage. It complains in the same list."""
        other = object.__new__(type(self))
        other.__dict__ = {**self.__dict__, "page": self.context.new_page()}
        return other

    def open(self, place: Any) -> Self:
        """Goes to a room, or to an address, and waits until the page lives."""
        self.page.goto(place if isinstance(place, str) else f"/rooms/{place.pk}/")
        self.is_live()
        return self

    def is_live(self) -> None:
        """Connected: one sees it by one's own dot."""
        dot = self.page.locator(".sidebar__head .avatar__presence")
        expect(dot).to_have_attribute("data-state", "active")

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer-body")

    @property
    def rows(self) -> Locator:
        """The messages on the page, unsent ones included, system lines not."""
        return self.page.locator(".timeline__list > .message:not(.message--system)")

    @property
    def unsent(self) -> Locator:
        return self.page.locator(".timeline__list > .message--unsent")

    @property
    def status(self) -> Locator:
        return self.page.locator(".status-bar__text")

    def row(self, text: str) -> Locator:
        """The one message that says exactly this."""
        return self.rows.filter(
            has=self.page.locator(".message__body", has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$"))
        )

    def at(self, seq: int) -> Locator:
        """The message with this number."""
        return self.page.locator(f'.timeline__list > .message[data-seq="{seq}"]')

    def link_to(self, room: Any) -> Locator:
        """The room in the sidebar."""
        return self.page.locator(f'.room-item[data-room="{room.pk}"] .room-link')

    def say(self, text: str) -> None:
        """Writes and presses Enter, once the script that sends it runs (it then names the key)."""
        expect(self.composer).to_have_attribute("enterkeyhint", "send")
        self.composer.fill(text)
        self.composer.press("Enter")

    def sees(self, text: str) -> Locator:
        """Waits until a message that says this stands there, once and stored; gives its row."""
        row = self.row(text)
        expect(row).to_have_count(1)
        expect(row).to_have_attribute("data-seq", re.compile(r"^\d+$"))
        return row

    def texts(self) -> list[str]:
        """What stands there, in order from the top, system lines left out."""
        return self.rows.locator(".message__body").all_inner_texts()

    def shows(self, texts: list[str]) -> None:
        """Waits until exactly these stand there, in this order, and all of them are stored."""
        expect(self.rows.locator(".message__body")).to_have_text(texts)
        expect(self.unsent).to_have_count(0)
        seqs = self.rows.evaluate_all("rows => rows.map(row => Number(row.dataset.seq))")
        assert seqs == sorted(set(seqs)), seqs

    def offline(self) -> None:
        self.forgive()
        self.context.set_offline(True)

    def online(self) -> None:
        self.context.set_offline(False)

    def close(self) -> None:
        self.context.close()


def until_true(page: Page, script: str, argument: Any = None) -> Any:
    """Waits until a script gives something true in the page, and gives it.

    Not Playwright's wait_for_function: what it evaluates at its second look is refused by a page's policy.
    """
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not (found := page.evaluate(script, argument)):
        assert time.monotonic() < ends, f"waited in vain for {script}"
        page.wait_for_timeout(20)
    return found


def apart(action: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Runs an action as another process would, in a thread of its own: in this one Playwright's event loop runs, and
    what an action publishes goes out by a loop of its own."""
    from django.db import connections

    def run() -> Any:
        try:
            return action(*arguments, **options)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.fixture(scope="module")
def playwright_here() -> Iterator[Playwright]:
    # A module at a time: while Playwright runs, its event loop is this thread's, and asynchronous tests need their own.
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright_here: Playwright) -> Iterator[Browser]:
    """A browser process for the stories of one file."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    browser = playwright_here.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def visit(
    chromium: Browser, server: Any, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Window]]:
    """Opens a window in which somebody is signed in: `visit(alice, room)`; `visit(None, "/")` is anonymous.

    Options beyond `to` (another server process) are Playwright's, for its new_context.
    """
    from django.test import Client

    # Playwright's event loop runs in this thread, and nothing else does while a test is in the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    expect.set_options(timeout=PATIENCE_MS)
    windows: list[Window] = []

    def open_window(user: Any, place: Any = None, *, to: Any = None, **options: Any) -> Window:
        cookie = None
        if user is not None:
            client = Client()
            client.force_login(user, backend="accounts.backends.AuthenticationBackend")
            cookie = client.cookies["sessionid"].value
        window = Window(chromium, (to or server).url, cookie, **options)
        windows.append(window)
        if place is not None:
            if user is None or options.get("java_script_enabled") is False:
                window.page.goto(place if isinstance(place, str) else f"/rooms/{place.pk}/")
            else:
                window.open(place)
        return window

    yield open_window
    complaints = [words for window in windows for words in window.unforgiven()]
    for window in windows:
        window.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Asks axe-core about a page as it stands, and fails with what it found."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Page) -> None:
        # Without `preload`, which fetches what a style sheet imports by the page's address, and puts it inline.
        options = {"resultTypes": ["violations"], "preload": False}
        found = Axe().run(page, options=options).response["violations"]
        words = [
            f"{rule['id']}: {rule['help']}\n  "
            + "\n  ".join(f"{node['html']}\n  {node['failureSummary']}" for node in rule["nodes"])
            for rule in found
        ]
        assert not found, f"{page.url}\n" + "\n".join(words)

    return check
