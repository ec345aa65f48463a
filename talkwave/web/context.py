"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """The name of this installation, and the look its reader chose (a cookie before signing in)."""
    user = getattr(request, "user", None)
    # What was chosen on this device goes before what the profile says for all of them.
    chosen = request.COOKIES.get("theme", "") or getattr(user, "theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "theme": chosen if chosen in ("light", "dark") else "system",
        "signup_open": settings.SIGNUP_MODE == "open",
    }
