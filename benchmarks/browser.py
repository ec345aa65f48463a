"""What a person waits for, in Chromium: signing in with 500 rooms, and from a click to the painted message."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from typing import Any

from benchmarks.community import PASSWORD, Community, name
from benchmarks.goals import amount
from benchmarks.outcome import Outcome, Table
from benchmarks.peers.talkwave import TalkWaveDaphne

ROOMS, PEOPLE, SAID = 500, 20, 200
SIGN_INS, CLICKS = 7, 40
QUICK_SIGN_INS, QUICK_CLICKS = 3, 10
WINDOW = {"width": 1440, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
PATIENCE_MS = 20_000
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Told when a message that says `text` is in the page, when the frame with it is painted, and when it is stored.
WATCH = """
(text) => {
  const list = document.querySelector(".timeline__list");
  const seen = (window.benchSeen = { clicked: 0, painted: 0, stored: 0 });
  const now = () => performance.timeOrigin + performance.now();
  document.addEventListener("click", (event) => (seen.clicked = performance.timeOrigin + event.timeStamp), { capture: true, once: true });
  const after = (what) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (seen[what] ||= now()); port2.postMessage(0); });
  const look = () => {
    for (const row of list.querySelectorAll(":scope > .message:nth-last-child(-n+4)")) {
      if (!row.querySelector(".message__body")?.textContent.includes(text)) continue;
      if (!seen.inPage) { seen.inPage = true; after("painted"); }
      if (!seen.isStored && row.dataset.seq) { seen.isStored = true; after("stored"); }
    }
    if (seen.isStored) watching.disconnect();
  };
  const watching = new MutationObserver(look);
  watching.observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-seq"] });
}
"""
SEEN = "() => window.benchSeen.painted && window.benchSeen.stored ? window.benchSeen : null"
PAINT = """
() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return paint ? paint.startTime : null;
}
"""


def chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def run(core: int, *, quick: bool) -> Outcome:
    outcome = Outcome("browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        outcome.complaints.append("Nothing was measured in a browser: Playwright is not installed.")
        return outcome
    path = chromium()
    if path is None:
        outcome.complaints.append("Nothing was measured in a browser: there is no Chromium here (CHROMIUM names one).")
        return outcome
    rooms = [list(range(PEOPLE)), *([0, 1 + number % (PEOPLE - 1)] for number in range(1, ROOMS))]
    peer = TalkWaveDaphne(Community(PEOPLE, rooms, said=SAID))
    print(f"\n{peer.title}, in Chromium", flush=True)
    try:
        peer.start(core)
        url = f"http://127.0.0.1:{peer.port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            signed = [_sign_in(browser, url, peer.rooms[0]) for _ in range(QUICK_SIGN_INS if quick else SIGN_INS)]
            clicks = _click(browser, url, peer.rooms[0], QUICK_CLICKS if quick else CLICKS)
            browser.close()
    finally:
        peer.stop()
    _tell(outcome, signed, clicks)
    return outcome


def _enter(context: Any, url: str, room: str, who: int) -> Any:
    page = context.new_page()
    page.goto(f"{url}/accounts/login/?next=/rooms/{room}/")
    page.fill("input[name=login]", name(who))
    page.fill("input[name=password]", PASSWORD)
    return page


def _live(page: Any) -> None:
    page.wait_for_selector('.sidebar__head .avatar__presence[data-state="active"]', state="attached")


def _sign_in(browser: Any, url: str, room: str) -> dict[str, float]:
    """One person at a browser that was never here: milliseconds from pressing the button, and bytes by kind."""
    context = browser.new_context(viewport=WINDOW, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = _enter(context, url, room, 0)
    page.wait_for_load_state("networkidle")
    # A browser that knows nothing yet: what the sign-in page has brought is not to be had for nothing.
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")
    kinds: dict[str, str] = {}
    weights: dict[str, float] = {}
    network.on("Network.responseReceived", lambda said: kinds.update({said["requestId"]: said["type"]}))

    def finished(said: dict[str, Any]) -> None:
        kind = kinds.get(said["requestId"], "Other")
        weights[kind] = weights.get(kind, 0.0) + said["encodedDataLength"]

    network.on("Network.loadingFinished", finished)
    began = time.perf_counter()
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**/rooms/{room}/**")
    _live(page)
    live = 1_000 * (time.perf_counter() - began)
    page.wait_for_load_state("networkidle")
    painted = page.evaluate(PAINT)
    shown = page.locator(".sidebar .room-item").count()
    context.close()
    if painted is None:
        raise SystemExit("Chromium told of no first paint.")
    measured = {"painted": painted, "live": live, "rooms": float(shown), **weights}
    print("  signed in: " + ", ".join(f"{key} {value:,.0f}" for key, value in measured.items()), flush=True)
    return measured


def _click(browser: Any, url: str, room: str, clicks: int) -> dict[str, list[float]]:
    """Milliseconds from a click on the button to the painted message: one's own, stored, and somebody else's."""
    pages = []
    for who in (0, 1):
        context = browser.new_context(viewport=WINDOW, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        page = _enter(context, url, room, who)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(f"**/rooms/{room}/**")
        _live(page)
        pages.append(page)
    writer, reader = pages
    times: dict[str, list[float]] = {"own": [], "stored": [], "other": []}
    for number in range(clicks + 3):
        text = f"wave {number:04d} rolls in"
        for page in pages:
            page.evaluate(WATCH, text)
        writer.fill("#composer-body", text)
        writer.click(".composer__send")
        mine = writer.wait_for_function(SEEN).json_value()
        theirs = reader.wait_for_function(SEEN).json_value()
        if number >= 3:  # the first ones warm up
            times["own"].append(mine["painted"] - mine["clicked"])
            times["stored"].append(mine["stored"] - mine["clicked"])
            times["other"].append(theirs["painted"] - mine["clicked"])
        time.sleep(0.25)  # no faster than the rate limits let a person write
    for page in pages:
        page.context.close()
    return times


def _tell(outcome: Outcome, signed: list[dict[str, float]], clicks: dict[str, list[float]]) -> None:
    def middle(key: str) -> float:
        return statistics.median(one.get(key, 0.0) for one in signed)

    # The first one finds a server that has served nobody; it is shown, and the median leaves it aside.
    weight = (middle("Script") + middle("Stylesheet")) / 1_000
    outcome.reached["first paint"] = middle("painted")
    outcome.reached["weight"] = weight
    outcome.said += [
        f"Chromium on the other core, with an empty cache, signing in into {middle('rooms'):,.0f} rooms and a page of "
        f"messages: median of {len(signed)}, from pressing Enter in the form; the check of the password is part of it.",
        Table(
            ["signing in", ""],
            [
                ["first contentful paint, ms", amount(middle("painted"))],
                ["… the slowest", amount(max(one["painted"] for one in signed))],
                ["connected and live, ms", amount(middle("live"))],
                ["the page itself, KB over the wire", amount(middle("Document") / 1_000)],
                ["script, KB", amount(middle("Script") / 1_000)],
                ["style, KB", amount(middle("Stylesheet") / 1_000)],
                ["everything else, KB", amount(sum(map(middle, _others(signed))) / 1_000)],
            ],
        ),
        f"From the click on the send button to the frame in which the message stands, {len(clicks['own'])} messages, "
        "two people on one browser core:",
        Table(
            ["from the click, ms", "median", "95th percentile"],
            [
                [what, amount(statistics.median(clicks[key])), amount(statistics.quantiles(clicks[key], n=20)[18])]
                for key, what in (
                    ("own", "one's own message is painted"),
                    ("stored", "… and shown as stored"),
                    ("other", "it is painted at somebody else"),
                )
            ],
        ),
    ]


def _others(signed: list[dict[str, float]]) -> list[str]:
    known = {"painted", "live", "rooms", "Document", "Script", "Stylesheet"}
    return sorted({key for one in signed for key in one} - known)
