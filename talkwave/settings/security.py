"""Headers, cookies, Content-Security-Policy."""

from csp.constants import NONCE

from talkwave.settings.django import TRUSTED_PROXY_COUNT
from talkwave.settings.environment import HTTPS, env

# --- Security ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
_hsts_seconds = env.number("HSTS_SECONDS", 31_536_000)
_hsts_preload = env.flag("HSTS_PRELOAD", True)
_ssl_redirect = env.flag("SSL_REDIRECT", True)
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take cookies of such names from this very host alone: no neighbour under the same domain can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = _hsts_seconds
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _hsts_preload
    SECURE_SSL_REDIRECT = _ssl_redirect
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
_self = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_self, NONCE],
        "style-src": [_self],
        "img-src": [_self, "data:", "blob:"],
        "font-src": [_self],
        "connect-src": [_self],
        "media-src": [_self, "blob:"],
        "worker-src": [_self],
        "manifest-src": [_self],
        "form-action": [_self],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
# The microphone is for voice notes; the rest no page of ours asks for.
PERMISSIONS_POLICY = (
    "microphone=(self), camera=(), display-capture=(), accelerometer=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), midi=(), payment=(), serial=(), usb=(), browsing-topics=()"
)
