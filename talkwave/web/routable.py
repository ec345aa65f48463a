"""Which addresses belong to the public internet: the only ones that are fetched from on behalf of somebody."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

# IANA's special-purpose registries, written out: Python's `is_global` calls multicast, 6to4, NAT64 and what was
# registered later public (docs/decisions.md).
_REFUSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            # Looks public and is not: Azure's machines reach their host's own services there.
            "168.63.129.16/32",
        ),
    )
)  # fmt: skip
# The only part of IPv6 that is given out for the internet; then what is special within it.
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_REFUSED_V6: Final = tuple(
    map(
        IPv6Network,
        # Teredo and other protocols' own, documentation, 6to4, documentation again, AS112.
        ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"),
    )
)
# How a network without IPv4 reaches IPv4: every site of the old internet has such an address there.
_NAT64: Final = IPv6Network("64:ff9b::/96")
# ISATAP hides an IPv4 address behind one of these halves, under any prefix.
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)


def is_public(address: str, also_refused: Sequence[IPv4Network | IPv6Network] = ()) -> bool:
    """Whether this numeric address is one of the public internet, and what carries another within is judged by that.

    `also_refused`: the operator's own networks. Anything that is not an address is not public.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFF_FFFF)
            return not _within(ip, also_refused) and is_public(str(inner), also_refused)
        if ip not in _GLOBAL_V6 or int(ip) >> 32 & 0xFFFF_FFFF in _ISATAP:
            return False
        return ip.is_global and not _within(ip, (*_REFUSED_V6, *also_refused))
    return ip.is_global and not _within(ip, (*_REFUSED_V4, *also_refused))


def _within(ip: IPv4Address | IPv6Address, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(ip in network for network in networks)
