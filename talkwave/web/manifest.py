"""What browsers ask about the site: its icon where a page names none, and how it stands among a device's programs."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.views.decorators.cache import cache_control

# The ground of the page in its light look (`theme-color` in base.html): a page's own colour takes its place.
GROUND: Final = "#eef5f8"
# Address, size, and whether a device may cut its own shape out of it.
ICONS: Final = (
    ("img/app-192.png", "192x192", "any"),
    ("img/app-512.png", "512x512", "any"),
    ("img/app-maskable-512.png", "512x512", "maskable"),
)


@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """For pages that do not name their icon, the administration's for one: browsers then ask here."""
    return HttpResponseRedirect(static("img/favicon.svg"))


@cache_control(public=True, max_age=86_400)
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, named in base.html: with it the site can be installed, and an installed one shows a badge.
    Browsers ask for it without cookies."""
    icons = [
        {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose} for path, sizes, purpose in ICONS
    ]
    told = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": GROUND,
        "background_color": GROUND,
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")
