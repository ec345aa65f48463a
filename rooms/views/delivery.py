"""How bytes go out: never run, never guessed at, in pieces that no slow reader can pile up in memory."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, parse_etags

from rooms import access
from talkwave.web.flow import waiting_of

# Opened by itself a file can do nothing: no script, no form, no frame, not even its own styles.
POLICY: Final = "default-src 'none'; sandbox"
# Chosen by ourselves (rooms.files.signatures), and still only these leave under their own name.
_TYPES: Final = re.compile(r"(image/(jpeg|png|webp)|(audio|video)/[a-z0-9]+|application/pdf)")
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_CHUNK: Final = 256 * 1024
# The server's buffer of one connection: fuller than this it waits for its reader.
_WAITING_MOST: Final = 1024 * 1024
_LOOK_AGAIN_SECONDS: Final = 0.05
_LOOK_AGAIN_MOST: Final = 1.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What goes out: its name in the storage, and what is told about it. `size` None: asked of the storage."""

    stored: str
    size: int | None
    type: str
    name: str
    inline: bool


def deliver(request: HttpRequest, file: Delivered) -> HttpResponseBase:
    """The answer with the bytes, the part of them that was asked for, or that nothing has changed."""
    # Bytes under one name never change.
    tag = f'"{file.stored.rpartition("/")[2]}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return _with_headers(HttpResponse(status=304), file, tag)
    if settings.FILES_ACCEL:
        response = _with_headers(HttpResponse(), file, tag)
        response["X-Accel-Redirect"] = f"{settings.FILES_ACCEL.rstrip('/')}/{quote(file.stored)}"
        return response
    try:
        size = default_storage.size(file.stored) if file.size is None else file.size
        answer = _answer(request, file, size, tag)
    except FileNotFoundError:  # restored from a backup without the files
        raise access.not_found() from None
    answer["Accept-Ranges"] = "bytes"
    return _with_headers(answer, file, tag)


def _answer(request: HttpRequest, file: Delivered, size: int, tag: str) -> HttpResponseBase:
    asked = request.headers.get("Range")
    # A part of another version would not fit to what the reader has.
    wanted = _range(asked, size) if asked and request.headers.get("If-Range", tag) == tag else None
    if wanted is None:
        return _from(request, file, 0, size)
    first, last = wanted
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if last == size - 1:
        # Whoever asks for all the rest (a download that goes on, a player) gets all of it.
        part = _from(request, file, first, size)
    else:
        last = min(last, first + settings.FILE_PIECE_BYTES - 1)
        part = HttpResponse(_read(file.stored, first, last - first + 1))
    part.status_code = 206
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    return part


def _from(request: HttpRequest, file: Delivered, first: int, size: int) -> HttpResponseBase:
    """The bytes from `first` to the end: what is much as its reader takes it."""
    length = size - first
    if length <= settings.FILE_PIECE_BYTES:
        return HttpResponse(_read(file.stored, first, length))
    if not default_storage.exists(file.stored):
        raise FileNotFoundError(file.stored)
    answer = StreamingHttpResponse(_pieces(file.stored, first, waiting_of(request)))
    answer["Content-Length"] = str(length)
    return answer


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte of the one range that is asked for; None for what is no such question."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        # The last so many bytes. None of them are there of an empty tail.
        return (max(0, size - int(last)), size - 1) if int(last) else (size, size - 1)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    return (int(first), end) if int(first) < size else (size, size - 1)


def _read(stored: str, first: int, length: int) -> bytes:
    with default_storage.open(stored) as source:
        source.seek(first)
        return bytes(source.read(length))


async def _pieces(stored: str, first: int, waiting: Callable[[], int]) -> AsyncIterator[bytes]:
    source = await asyncio.to_thread(default_storage.open, stored)
    try:
        source.seek(first)
        while data := await asyncio.to_thread(source.read, _CHUNK):
            yield data
            pause = _LOOK_AGAIN_SECONDS
            while waiting() > _WAITING_MOST:
                # A download or a player that is paused may not read for long: looked at less and less often.
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LOOK_AGAIN_MOST)
    finally:
        source.close()


def _with_headers(response: HttpResponseBase, file: Delivered, tag: str) -> HttpResponseBase:
    if file.type == "text/plain":
        response["Content-Type"] = "text/plain; charset=utf-8"
    else:
        response["Content-Type"] = file.type if _TYPES.fullmatch(file.type) else "application/octet-stream"
    disposition = content_disposition_header(not file.inline, file.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["ETag"] = tag
    return response
