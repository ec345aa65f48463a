"""Which pages may open a socket with a cookie."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def origin_allowed(origin: str | None, host: str) -> bool:
    """Whether a page of this `Origin` is ours: an allowed host, and exactly the one it talks to, or a trusted origin.

    A browser always sends one with a socket; without it, a cookie proves nothing.
    """
    if not origin:
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS or origin == settings.PUBLIC_URL:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    domain, _ = split_domain_port(parts.netloc)
    scheme = "https" if settings.HTTPS else "http"
    return parts.scheme == scheme and parts.netloc == host and validate_host(domain, settings.ALLOWED_HOSTS)
