"""WebSocket addresses that are not there."""

from typing import Any


async def not_here(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuses the handshake (403): without it, an unknown address would be a traceback."""
    if (await receive())["type"] == "websocket.connect":
        await send({"type": "websocket.close"})
