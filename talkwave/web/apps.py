from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "talkwave.web"
    label = "web"
