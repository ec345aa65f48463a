"""What a person sends by HTTP, from a page they are signed in on, with their session's cookie."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from faults.people.connection import Who

# Any secret will do where the cookie and the header say the same.
_CSRF = "a" * 32
PATIENCE = 30.0


async def post(port: int, who: Who, path: str, **fields: str) -> int:
    """Posts a form and gives the status; raises OSError or TimeoutError where no answer came: it may have been done."""
    return (await ask(port, who, path, **fields))[0]


async def ask(port: int, who: Who, path: str, *, method: str = "POST", **fields: str) -> tuple[int, Any]:
    """The same, with what was answered as JSON, or None."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    status, _, body = await request(port, who, f"{method} {path}", kind, urlencode(fields).encode())
    try:
        return status, json.loads(body)
    except ValueError:
        return status, None


async def get(port: int, who: Who, path: str) -> tuple[int, dict[str, str]]:
    """Asks for a page: its status and headers (names in lower case); raises as `post`."""
    return (await request(port, who, f"GET {path}"))[:2]


def head(port: int, who: Who, what: str, headers: dict[str, str]) -> bytes:
    """A request as far as the line between its head and its body."""
    known = {
        "Host": f"127.0.0.1:{port}",
        "Cookie": f"sessionid={who.cookie}; csrftoken={_CSRF}",
        "X-CSRFToken": _CSRF,
        "Accept": "application/json",
        "Connection": "close",
        **headers,
    }
    return "\r\n".join([f"{what} HTTP/1.1", *(f"{name}: {value}" for name, value in known.items()), "", ""]).encode()


async def request(
    port: int, who: Who, what: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """`what` is the method and the path; status, headers (names in lower case) and body; raises as `post`."""
    headers = {**(headers or {}), **({"Content-Length": str(len(body))} if body else {})}
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(head(port, who, what, headers) + body)
            first, _, told = (await reader.read()).partition(b"\r\n\r\n")
        finally:
            writer.close()
    lines = first.decode("latin-1").split("\r\n")
    if not lines[0]:
        raise ConnectionResetError
    answered = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    return int(lines[0].split()[1]), answered, told
