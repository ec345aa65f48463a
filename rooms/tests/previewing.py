"""What tests of previews share."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from rooms.actions.posting import post_message
from rooms.models import Message
from rooms.previews.worker import look_at_links
from rooms.wire import message_wire
from talkwave.testing_network import Elsewhere, answer

LINK = "http://news.example/story"
PAGE = (
    '<title>plain</title><meta property="og:title" content="A &lt;b&gt;story"><meta property="og:site_name" content="News">'
    '<meta name="description" content="What happened."><meta property="og:image" content="/pic.png">'
)


def png(width: int = 800, height: int = 400) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Any) -> Any:
    """A server with one page and its picture; uploads go to a folder of this test."""
    settings.MEDIA_ROOT = tmp_path
    running = Elsewhere()
    running.pages |= {"/story": answer(PAGE.encode()), "/pic.png": answer(png(), "image/png")}
    yield running
    running.close()


def shown(message: Message) -> list[dict[str, Any]]:
    """The cards under a message, as everybody is told."""
    return message_wire(Message.objects.for_wire().get(pk=message.pk))["previews"]


@pytest.fixture
def post(room: Any, alice: Any, elsewhere: Elsewhere) -> Any:
    """Posts as Alice, and lets the worker look: `post("http://…")`."""

    def make(body: str = LINK, *, look: bool = True) -> Message:
        message = post_message(alice, room.pk, body)
        while look and look_at_links(elsewhere.network):
            pass
        return message

    return make
