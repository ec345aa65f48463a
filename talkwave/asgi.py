"""The ASGI application: pages over http, everything live over one WebSocket."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talkwave.settings")
# Built first: what follows imports models.
pages = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from rooms.consumer import ChatConsumer  # noqa: E402
from talkwave.web.gate import gated  # noqa: E402
from talkwave.web.live import not_here  # noqa: E402
from talkwave.web.static import StaticDoor  # noqa: E402

# The consumer itself finds out who it talks to and checks the Origin: it can say in a close code what was wrong.
application = ProtocolTypeRouter(
    {
        "http": StaticDoor(gated(pages)),
        # Channels' routes are ASGI applications, which Django's types do not know.
        "websocket": URLRouter([re_path(r"^ws/$", ChatConsumer.as_asgi()), re_path(r"", not_here)]),  # type: ignore[arg-type]
    }
)
