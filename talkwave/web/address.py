"""Where a request comes from, as far as it can be believed."""

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def client_address(peer: str | None, forwarded_for: str) -> str:
    """The address behind TRUSTED_PROXY_COUNT proxies, each of which appended the one it saw to X-Forwarded-For.

    Counted from the right: what stands further left was sent by the client and may say anything.
    """
    trusted = settings.TRUSTED_PROXY_COUNT
    hops = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    address = hops[-trusted] if 0 < trusted <= len(hops) else peer or ""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return peer or ""


def request_address(request: HttpRequest) -> str:
    """Where a request comes from; empty on a unix socket."""
    return client_address(request.META.get("REMOTE_ADDR"), request.headers.get("X-Forwarded-For", ""))


def scope_address(scope: dict[str, Any]) -> str:
    """The same for a socket's ASGI scope."""
    forwarded = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
    return client_address((scope.get("client") or [None])[0], forwarded)


def network_of(address: str) -> str:
    """By what an address is counted: IPv4 whole, of IPv6 the /64 that one customer has to themselves."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
