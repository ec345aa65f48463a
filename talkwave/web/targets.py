"""An address as somebody wrote it, made into exactly one place to ask: or refused."""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

import idna
from django.conf import settings

_BLANK_OR_CONTROL: Final = re.compile(r"[\x00-\x20\x7f\\]")
_NAME: Final = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
# Browsers take a host that ends so for a number: 2130706433, 0x7f.1, 0177.0.0.1 are all 127.0.0.1.
_ENDS_IN_A_NUMBER: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
_PATH_SAFE: Final = "/%:@!$&'()*+,;=~-._[]|"


class WrongTarget(ValueError):
    """This address is not one that is fetched; the text says why, for the log."""


class Target(NamedTuple):
    """One place to ask. `host` is a name in ASCII or a numeric address, as TLS verifies it; `path` has the query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host_header}{self.path}"


def target_of(url: str) -> Target:
    """The place an http or https URL means. Raises WrongTarget for anything that could mean two places."""
    if len(url) > settings.FETCH_URL_MAX_LENGTH:
        raise WrongTarget("too long")
    if _BLANK_OR_CONTROL.search(url):
        raise WrongTarget("blanks, controls or backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise WrongTarget("not an address") from None
    if parts.scheme not in ("http", "https"):
        raise WrongTarget("neither http nor https")
    if "@" in parts.netloc:
        raise WrongTarget("holds a name or password")
    secure = parts.scheme == "https"
    if port is None:
        port = 443 if secure else 80
    if port not in settings.FETCH_PORTS:
        raise WrongTarget(f"port {port}")
    try:
        path = quote(parts.path or "/", safe=_PATH_SAFE)
        if parts.query:
            path += "?" + quote(parts.query, safe=_PATH_SAFE + "?{}")
    except UnicodeEncodeError:
        raise WrongTarget("half a character") from None
    return Target(secure, _host(host, bracketed="[" in parts.netloc), port, path)


def _host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            # Raises also for a zone, fe80::1%eth0: a place on this machine's own wire.
            return IPv6Address(host).compressed if "%" not in host else _refuse("a zone")
        except ValueError:
            return _refuse("no IPv6 address")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except UnicodeError:
            return _refuse("no host name")
    host = host.lower().removesuffix(".")
    if _ENDS_IN_A_NUMBER.search(host):
        try:
            return str(IPv4Address(host))  # four decimal numbers and nothing else
        except ValueError:
            return _refuse("a number in a form that hides it")
    if len(host) > 253 or not _NAME.fullmatch(host):
        # Also names without a dot: those are machines next door.
        return _refuse("no public host name")
    return host


def _refuse(reason: str) -> str:
    raise WrongTarget(reason)
