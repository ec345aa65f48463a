"""The short way between a connection and its socket: an ASGI extension of our servers.

A frame that comes by way of `receive` wakes a task through a queue, and one that goes out by `send` is a coroutine or two;
in sixty rooms of five that was a tenth of the core. Where a server's scope has the extension LINE, it holds

- `write(parts, size)`: sends a text message at once, its UTF-8 in pieces, `size` bytes in all. False where it cannot,
  as the reader is slow or has gone: then `send` is to do it, which waits, or says so.
- `listen(hear)`: from now on whole text frames are given to `hear(text, behind)` as they are read; `behind`: others wait
  already. Where that says False they come by `receive`, so that their order stays.

In pieces, because in a busy room everybody gets the same forty kilobytes at every flush, an author with a few bytes of
their own in between: as one text they would be joined, encoded, and joined with their frame's head for each of them anew.
On any other ASGI server all goes by `receive` and `send`.
"""

from collections.abc import Sequence

LINE = "talkwave.line"

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
