import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from .consumers import ChatConsumer  # noqa: E402

urlpatterns: list = []
application = ProtocolTypeRouter(
    {"websocket": URLRouter([path("ws/chat/<slug:room>/", ChatConsumer.as_asgi())])}
)
