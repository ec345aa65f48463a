"""How a view that sends much learns whether its reader keeps up."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest

# The ASGI extension under which a server tells how many bytes of this connection it holds that are not gone out yet.
WAITING: Final = "talkwave.waiting"


def waiting_of(request: HttpRequest) -> Callable[[], int]:
    """Tells that number. Of a server that makes its sender wait by itself (uvicorn), always 0."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    tell: Callable[[], int] = scope.get("extensions", {}).get(WAITING, lambda: 0)
    return tell
