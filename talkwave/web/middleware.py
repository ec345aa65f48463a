"""What every answer carries, and what every request leaves in the log."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from talkwave.web.address import request_address
from talkwave.web.logs import request_id
from talkwave.web.metrics import http

access_log = logging.getLogger("talkwave.access")

GetResponse = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PATH_LOGGED_MOST = 200


class RequestLogMiddleware:
    """Gives each request an id and one line in the access log: never a query string, never a token in a path."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        # Anybody can send the header; only a proxy we were told of is believed.
        believed = settings.TRUSTED_PROXY_COUNT > 0 and REQUEST_ID.fullmatch(given)
        identity = given if believed else uuid4().hex
        token = request_id.set(identity)
        started = time.perf_counter()
        try:
            response = self._get_response(request)
            response["X-Request-ID"] = identity
            self._log(request, response, time.perf_counter() - started)
            return response
        finally:
            request_id.reset(token)

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        http.note((match and match.view_name) or "none", response.status_code, seconds)
        facts = {
            "method": request.method,
            "path": loggable_path(request),
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "client": request_address(request),
        }
        line = "{method} {path} {status} {ms} ms".format(**facts)
        access_log.info(line, extra={"facts": facts})


def loggable_path(request: HttpRequest) -> str:
    """The path without what may be secret in it: a key of a mail or an invitation stands in some addresses.

    The pattern stands for an address with anything but numbers captured. Of one that has no pattern (it may be a
    link that lost its slash) only the first word is told.
    """
    match = getattr(request, "resolver_match", None)
    if match is None:
        first, more, _ = request.path[:PATH_LOGGED_MOST].lstrip("/").partition("/")
        return quote(f"/{first}{more}") + ("*" if more else "")
    if all(str(value).isdigit() for value in (*match.args, *match.kwargs.values())):
        return quote(request.path[:PATH_LOGGED_MOST])
    return f"/{match.route}"


class PageCompressionMiddleware(GZipMiddleware):
    """Pages go out compressed, a tenth of their size. Nothing else: files are compressed already, or sent in ranges.

    A page holds a secret beside words from outside; what BREACH reads from its length, Django blurs with up to a
    hundred random bytes, and its CSRF token is another one in each answer.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The policy of the settings, with the socket's own address: older Safari does not count it as 'self'."""

    def get_policy_parts(self, request: HttpRequest, response: Any, report_only: bool = False) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        try:
            socket = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
        except DisallowedHost:  # the answer is a 400 that opens no socket
            return parts
        update = dict(parts.update or {})
        update["connect-src"] = [*(update.get("connect-src") or []), socket]
        return replace(parts, update=update)


class PrivacyHeadersMiddleware:
    """No cache between the server and a person keeps what was made for that person."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        response.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if response.has_header("Cache-Control"):
            return response  # the view knows better: a picture may stay in its reader's browser
        personal = settings.SESSION_COOKIE_NAME in {**request.COOKIES, **response.cookies}
        if personal or "Authorization" in request.headers:
            response["Cache-Control"] = "private, no-store"
        elif response.get("Content-Type", "").startswith("text/html"):
            response["Cache-Control"] = "private, no-cache"  # it holds a nonce, and a form's CSRF token
        patch_vary_headers(response, ["Cookie"])
        return response
