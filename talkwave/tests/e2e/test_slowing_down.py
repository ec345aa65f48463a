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
