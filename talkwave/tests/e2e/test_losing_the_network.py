"""The network goes, the server dies, the page is reloaded: everything that was written stands in the room once, in order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from rooms.models import Message
from talkwave.testing_browser import Window, until_true
from talkwave.testing_servers import ServerProcess

pytestmark = pytest.mark.browser
Visit = Callable[..., Window]
# How many messages the browser keeps for sending.
KEPT = """count => new Promise((resolve, reject) => {
    const asked = indexedDB.open("talkwave");
    asked.onerror = reject;
    asked.onsuccess = () => {
        const all = asked.result.transaction("outbox").objectStore("outbox").count();
        all.onsuccess = () => (asked.result.close(), resolve(all.result === count));
    };
})"""


def stored(room: Any) -> list[str]:
    return list(Message.objects.filter(room=room).order_by("seq").values_list("body", flat=True))


def test_who_is_offline_goes_on_writing_and_misses_nothing(visit: Visit, room: Any, alice: Any, bob: Any) -> None:
    a, b = visit(alice, room), visit(bob, room)
    a.say("before")
    b.sees("before")

    a.offline()
    expect(a.status).to_contain_text("Offline")
    for number in range(3):
        a.say(f"Alice, offline {number}")
    expect(a.status).to_contain_text("3 messages waiting")
    expect(a.unsent).to_have_count(3)
    for number in range(5):
        b.say(f"Bob, meanwhile {number}")
        b.sees(f"Bob, meanwhile {number}")
    assert not a.row("Bob, meanwhile 0").count()

    a.online()
    order = ["before", *(f"Bob, meanwhile {n}" for n in range(5)), *(f"Alice, offline {n}" for n in range(3))]
    a.shows(order)
    b.shows(order)
    assert stored(room) == order
    expect(a.page.locator(".status-bar__inner")).to_be_hidden()


def test_what_is_unsent_is_sent_after_a_reload(
    visit: Visit, mortal: Callable[..., ServerProcess], room: Any, alice: Any
) -> None:
    server = mortal()
    a = visit(alice, room, to=server)
    a.say("before")
    a.sees("before")
    a.forgive()
    server.kill()
    a.say("first, with the server away")
    a.say("second, with the server away")
    expect(a.unsent).to_have_count(2)
    # It is kept before anybody may leave the page.
    until_true(a.page, KEPT, 2)
    mortal(server.port)
    a.page.reload()
    order = ["before", "first, with the server away", "second, with the server away"]
    a.shows(order)
    assert stored(room) == order
    until_true(a.page, KEPT, 0)
    a.page.reload()
    a.shows(order)


def test_a_killed_server_that_comes_back_has_everything_once(
    visit: Visit, mortal: Callable[..., ServerProcess], room: Any, alice: Any, bob: Any
) -> None:
    server = mortal()
    a, b = visit(alice, room, to=server), visit(bob, room, to=server)
    for window in (a, b):
        window.forgive()
    second = b.context.new_page()
    second.goto(b.page.url)
    for number in range(4):
        a.say(f"Alice {number}")
        b.say(f"Bob {number}")
    # No waiting: some are acknowledged by now, some are not.
    server.kill()
    for number in range(4, 8):
        a.say(f"Alice {number}")
        b.say(f"Bob {number}")
    expect(a.status).to_contain_text("waiting")
    # In another tab, which is closed before the server is back: the first one sends it.
    second.locator(".composer textarea").fill("Bob, elsewhere")
    second.locator(".composer textarea").press("Enter")
    expect(second.locator(".message--unsent")).to_have_count(1)
    until_true(b.page, KEPT, b.unsent.count() + 1)
    second.close()
    mortal(server.port)
    for window in (a, b):
        expect(window.rows).to_have_count(17)
        expect(window.unsent).to_have_count(0)
    order = stored(room)
    a.shows(order)
    b.shows(order)
    for name in ("Alice", "Bob"):
        assert [body for body in order if name in body and "elsewhere" not in body] == [
            f"{name} {number}" for number in range(8)
        ]


def test_after_a_lost_connection_the_sidebar_still_tells_what_is_new(
    visit: Visit, make_room: Any, room: Any, alice: Any, bob: Any
) -> None:
    other = make_room("elsewhere", alice="member")
    a, b = visit(alice, other), visit(bob, room)
    a.offline()
    b.say("while you were away")
    b.sees("while you were away")
    a.online()
    expect(a.link_to(room).locator(".room-link__count")).to_contain_text("1")
    b.say("and now that you are back")
    expect(a.link_to(room).locator(".room-link__count")).to_contain_text("2")


def test_who_goes_elsewhere_without_a_network_stays_until_it_is_back_and_is_there_then(
    visit: Visit, make_room: Any, room: Any, alice: Any
) -> None:
    other = make_room("tea", alice="member")
    third = make_room("coffee", alice="member")
    a = visit(alice, room)
    calendar = a.page.get_by_role("dialog", name="Jump to a date")
    a.page.keyboard.press("Control+Shift+D")
    expect(calendar).to_be_visible()
    a.page.keyboard.press("Escape")
    a.offline()
    # The calendar says that it cannot come, instead of leaving the page.
    a.page.keyboard.press("Control+Shift+D")
    expect(a.page.get_by_text("The server did not answer.")).to_be_visible()
    expect(calendar).to_be_hidden()
    a.link_to(other).click()
    expect(a.page.get_by_text("This opens as soon as it does.")).to_be_visible()
    # What stands here goes on working, and one may change one's mind.
    a.say("still here")
    expect(a.unsent).to_have_count(1)
    a.link_to(third).click()
    a.online()
    expect(a.page).to_have_url(re.compile(f"/rooms/{third.pk}/$"))
    expect(a.page.locator("#main")).to_have_attribute("data-room", str(third.pk))
    a.is_live()
    a.link_to(room).click()
    a.sees("still here")
