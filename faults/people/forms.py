"""What a person sends by form, from a page they are signed in on: HTTP, with their session's cookie."""

import asyncio
from urllib.parse import urlencode

from faults.people.client import Who

# Any secret will do where the cookie and the header say the same.
_CSRF = "a" * 32
PATIENCE = 30.0


async def post(port: int, who: Who, path: str, **fields: str) -> int:
    """Posts a form and gives the status; raises OSError or TimeoutError where no answer came: it may have been done."""
    body = urlencode(fields).encode()
    lines = ["Content-Type: application/x-www-form-urlencoded", f"X-CSRFToken: {_CSRF}", f"Content-Length: {len(body)}"]
    return (await _request(port, who, f"POST {path}", lines, body))[0]


async def get(port: int, who: Who, path: str) -> tuple[int, dict[str, str]]:
    """Asks for a page: its status and headers (names in lower case); raises as `post`."""
    return await _request(port, who, f"GET {path}", [], b"")


async def _request(port: int, who: Who, what: str, lines: list[str], body: bytes) -> tuple[int, dict[str, str]]:
    head = [
        f"{what} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: sessionid={who.cookie}; csrftoken={_CSRF}",
        "Accept: application/json",
        "Connection: close",
        *lines,
    ]
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write("\r\n".join([*head, "", ""]).encode() + body)
            answer = (await reader.read()).partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        finally:
            writer.close()
    if not answer[0]:
        raise ConnectionResetError
    headers = dict(line.lower().split(": ", 1) for line in answer[1:])
    return int(answer[0].split()[1]), headers
