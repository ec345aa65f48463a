"""A frame in pieces: an ASGI extension between our servers and the sockets of the hub.

In a busy room everybody gets the same forty kilobytes at every flush, an author with a few bytes of their own in
between. As one text they would be joined, encoded, and joined with their frame's head for each of them anew. Where a
server's scope has the extension PARTS, it takes `{"type": "websocket.send", "parts": [...], "size": n}` instead:
the UTF-8 of a text message in pieces, `n` bytes in all. On any other ASGI server the hub sends text.
"""

from collections.abc import Sequence

PARTS = "talkwave.parts"

Parts = Sequence[bytes | memoryview]


def spliced(text: bytes, insertions: list[tuple[int, bytes]]) -> list[bytes | memoryview]:
    """`text` with something put in at these places, ascending, as pieces: nothing of it is copied."""
    view = memoryview(text)
    pieces: list[bytes | memoryview] = []
    begin = 0
    for place, inserted in insertions:
        pieces += (view[begin:place], inserted)
        begin = place
    pieces.append(view[begin:])
    return pieces
