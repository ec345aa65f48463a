"""All addresses. Each app names its own; this is where they meet."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("talkwave.web.urls")),
    path("admin/", admin.site.urls),
    # Before allauth's: one address of its is answered by us.
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("rooms.urls")),
]

handler500 = "talkwave.web.failures.server_error"
handler429 = "talkwave.web.failures.too_many"
