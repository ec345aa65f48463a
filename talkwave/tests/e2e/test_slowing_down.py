"""Somebody writes faster than the server takes: they are told, and what they wrote goes out by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from talkwave.testing_browser import Window
from talkwave.testing_servers import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def slow(transactional_db: None) -> Iterator[ServerProcess]:
    """A server that takes two messages at once, and then one in four seconds."""
    server = ServerProcess(RATE_MESSAGES="0.25/2")
    yield server
    server.kill()


def test_what_was_written_too_fast_is_told_waited_for_and_sent_by_itself(
    slow: ServerProcess, visit: Callable[..., Window], room: Any, alice: Any
) -> None:
    a = visit(alice, room, to=slow)
    for number in range(3):
        a.say(f"line {number}")
    told = a.page.locator(".composer__slowed")
    expect(told).to_contain_text("Your message goes out by itself in")
    # It says so below the composer, which is free for the next words; the one that waits stands in the room.
    expect(a.unsent).to_have_count(1)
    a.composer.fill("already the next")
    expect(a.unsent).to_have_count(0)
    expect(told).to_be_hidden()
    expect(a.composer).to_have_value("already the next")
    a.shows([f"line {number}" for number in range(3)])


def test_where_very_many_messages_wait_to_be_sent_the_next_one_stays_in_the_composer(
    visit: Callable[..., Window], room: Any, alice: Any
) -> None:
    a = visit(alice, room)
    a.offline()
    # Before the page knows, the first of them may still go out.
    expect(a.status).to_contain_text("Offline")
    a.page.evaluate(
        """async room => {
            const { outbox } = await import("/static/js/realtime/outbox.js");
            while (!outbox.full) outbox.enqueue({ room, body: "one of very many" });
        }""",
        str(room.pk),
    )
    told = a.page.locator(".composer__slowed")
    expect(told).to_contain_text("Very many messages are waiting to be sent")
    a.composer.fill("the next")
    a.composer.press("Enter")
    expect(a.composer).to_have_value("the next")
    a.page.evaluate(
        """async () => {
            const { outbox } = await import("/static/js/realtime/outbox.js");
            for (const { client_id } of outbox.pending().slice(1)) await outbox.discard(client_id);
        }"""
    )
    expect(told).to_be_hidden()
    a.composer.press("Enter")
    expect(a.composer).to_have_value("")
    a.online()
    a.shows(["one of very many", "the next"])
