"""What a person sends by form, from a page they are signed in on: HTTP, with their session's cookie."""

import asyncio
from urllib.parse import urlencode

from faults.people.client import Who

# Any secret will do where the cookie and the header say the same.
_CSRF = "a" * 32
PATIENCE = 15.0


async def post(port: int, who: Who, path: str, **fields: str) -> int:
    """Posts a form and gives the status; raises OSError or TimeoutError where no answer came: it may have been done."""
    body = urlencode(fields).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Cookie: sessionid={who.cookie}; csrftoken={_CSRF}",
        f"X-CSRFToken: {_CSRF}",
        "Accept: application/json",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            status = await reader.readline()
            if not status:
                raise ConnectionResetError
            await reader.read()
            return int(status.split()[1])
        finally:
            writer.close()
