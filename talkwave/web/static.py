"""The door for static files: answers before Django, on the event loop, from memory.

A page asks for dozens of modules at once. Through Django each takes a thread and the whole of its middleware; here it
is one look into a table and one frame.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import IO, Any, Final

from django.conf import settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

# As Django types its own handler.
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

# What WhiteNoise decides by, as WSGI names it.
_ASKED: Final = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"range": "HTTP_RANGE",
}


_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
# Modules that never change are never asked for again: a page's hundred answers are 8 KB shorter without these. (Whoever
# fetches data by script, as the emoji picker does, does ask.)
_FOR_ASKING_AGAIN: Final = {b"etag", b"last-modified"}
_NEVER_ASKED_AGAIN: Final = (b"text/javascript", b"text/css")


class StaticDoor:
    """An ASGI application: static files itself, everything else by `application`."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._application = application
        self._table: WhiteNoiseMiddleware | None = None
        # The whole answers by the path of their file: as many as there are files, each one read once.
        self._bodies: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        file = self._file(path) if path.startswith(settings.STATIC_URL) else None
        if file is None:
            await self._application(scope, receive, send)
            return
        asked = {_ASKED[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _ASKED}
        status, headers, body = await self._answer(file, scope["method"], asked)
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": _headers(headers),
                "trailers": False,
            }
        )
        await send({"type": "http.response.body", "body": body, "more_body": False})

    def _file(self, path: str) -> StaticFile | None:
        if self._table is None:
            # At the first request: by then the files are collected.
            self._table = WhiteNoiseMiddleware(get_response=None)
        found: StaticFile | None = self._table.find_file(path) if settings.DEBUG else self._table.files.get(path)
        return found

    async def _answer(self, file: StaticFile, method: str, asked: dict[str, str]) -> tuple[int, Any, bytes]:
        if method == "GET" and "HTTP_RANGE" not in asked and not file.is_not_modified(asked):
            path, headers = file.get_path_and_headers(asked)
            if path not in self._bodies or settings.DEBUG:
                self._bodies[path] = await asyncio.to_thread(_read, path)
            return 200, headers, self._bodies[path]
        answer = await asyncio.to_thread(file.get_response, method, asked)
        body = await asyncio.to_thread(_read_and_close, answer.file) if answer.file else b""
        return int(answer.status), answer.headers, body


def _headers(told: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    headers = [(name.lower().encode(), str(value).encode()) for name, value in told]
    said = dict(headers)
    if b"immutable" in said.get(b"cache-control", b"") and said.get(b"content-type", b"").startswith(
        _NEVER_ASKED_AGAIN
    ):
        headers = [header for header in headers if header[0] not in _FOR_ASKING_AGAIN]
    return [*headers, _NOSNIFF]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123  (a path as WhiteNoise has it)
        return file.read()


def _read_and_close(file: IO[bytes]) -> bytes:
    with file:
        return file.read()
