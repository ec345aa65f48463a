from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from rooms import receivers  # noqa: F401  (other apps say what happened; rooms decides what it means here)
        from rooms.live import RoomSource
        from talkwave.realtime import lifecycle

        lifecycle.register(RoomSource())
