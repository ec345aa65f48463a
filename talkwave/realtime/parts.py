"""A frame in pieces: an ASGI extension between our servers and the sockets of the hub.

In a busy room everybody gets the same forty kilobytes at every flush, an author with a few bytes of their own in
between. As one text they would be joined, encoded, and joined with their frame's head for each of them anew. Where a
server's scope has the extension PARTS, it takes `{"type": "websocket.send", "parts": [...], "size": n}` instead:
the UTF-8 of a text message in pieces, `n` bytes in all. On any other ASGI server the hub sends text.
"""

from collections.abc import Sequence

PARTS = "talkwave.parts"

Parts = Sequence[bytes | memoryview]


def frame_head(size: int) -> bytes:
    """The head of an unfragmented text frame from a server, which is not masked (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")
