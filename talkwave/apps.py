from django.apps import AppConfig


class TalkwaveConfig(AppConfig):
    name = "talkwave"

    def ready(self) -> None:
        from talkwave import checks  # noqa: F401  (registers the system checks)
