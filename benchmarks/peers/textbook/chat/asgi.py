import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")
django.setup()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from .consumers import ChatConsumer

urlpatterns: list = []
application = ProtocolTypeRouter(
    {"websocket": URLRouter([path("ws/chat/<slug:room>/", ChatConsumer.as_asgi())])}
)
