"""Where a request comes from, as far as it can be believed."""

import ipaddress

from django.conf import settings


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
