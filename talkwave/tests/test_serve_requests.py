"""A request under daphne, on its way and answered."""

import asyncio
import errno
import io
from types import SimpleNamespace

from twisted.internet.testing import StringTransport

from talkwave.serving.daphne_server import ChatRequest, ChatServer


def test_an_answered_request_is_no_reason_to_stop_looking_after_the_others() -> None:
    # What daphne calls every two seconds for each of them: an error ends the calling, and with it every time limit.
    request = ChatRequest.__new__(ChatRequest)
    request.finished = 1
    request.check_timeouts()
    assert request.waiting() == 0


class FullDisk(io.BytesIO):
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_body_for_which_the_disk_has_no_space_is_refused_and_goes_nowhere() -> None:
    request = ChatRequest.__new__(ChatRequest)
    request.content = FullDisk()
    line = StringTransport()
    request.channel = SimpleNamespace(transport=line, loseConnection=line.loseConnection)
    request.handleContentChunk(b"x" * 65_536)
    assert line.value().startswith(b"HTTP/1.1 507 ")
    assert line.disconnecting
    # It would be read back from the file that could not be written.
    request.requestReceived(b"PATCH", b"/uploads/", b"HTTP/1.1")


async def test_at_the_stop_a_connection_whose_request_was_answered_long_ago_is_no_error() -> None:
    server = ChatServer.__new__(ChatServer)
    busy = asyncio.ensure_future(asyncio.Event().wait())
    await asyncio.sleep(0)
    # daphne takes an application's entry away once it has ended; a browser keeps the connection.
    server.connections = {"kept": {"connected": 0.0}, "busy": {"connected": 0.0, "application_instance": busy}}
    server.kill_all_applications()
    await asyncio.wait([busy])
    assert busy.cancelled()
