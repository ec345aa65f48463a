from django.urls import URLPattern, URLResolver, path

from talkwave.web.manifest import favicon, manifest

urlpatterns: list[URLPattern | URLResolver] = [
    path("favicon.ico", favicon),
    path("app.webmanifest", manifest),
]
