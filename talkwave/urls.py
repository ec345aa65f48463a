"""All addresses. Each app names its own; this is where they meet."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("talkwave.web.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("", include("rooms.urls")),
]
