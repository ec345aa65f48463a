"""Fetches what strangers link to, and cannot be led anywhere but the public internet.

The name is looked up once, every address it has is checked, and the connection goes to the very address that was
checked: a name that changes its mind in between (rebinding) changes nothing. Each redirect starts from the beginning.
One deadline holds for all of it, and one bound for the bytes, packed or unpacked. Nothing of ours goes along: no
cookies, no credentials, no proxy settings of the environment.
"""

import queue
import socket
import ssl
import threading
import time
import zlib
from dataclasses import dataclass
from email.message import Message as Header
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin

import h11
from django.conf import settings

from talkwave.web.routable import is_public
from talkwave.web.targets import Target, WrongTarget, target_of

# Headers may be this long; sites with long security policies come near half of it.
_HEADERS_MOST: Final = 64 * 1024
_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAY_PASS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotFetched(Exception):
    """Nothing came of it; `again` says whether trying later may help. The text is for the log, never for people:
    it would tell what can be reached from here."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


@dataclass(frozen=True)
class Fetched:
    """What stood at the end of the redirects. `whole` is False where it was cut at the bound."""

    url: str
    content_type: str
    charset: str
    body: bytes
    whole: bool


class Network:
    """Names and connections as this machine has them. Tests bring one of their own."""

    def resolve(self, host: str) -> list[str]:
        """Every numeric address of a name. May take as long as the system's resolver likes."""
        # The dot at the end: no search list may turn the name into one of our own network.
        found = socket.getaddrinfo(host + ".", None, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to this numeric address."""
        return socket.create_connection((address, port), timeout=seconds)

    def tls(self) -> ssl.SSLContext:
        """How a certificate is checked."""
        return ssl.create_default_context()


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise NotFetched("too slow", again=True)
        return left


def fetch(url: str, *, accept: tuple[str, ...], network: Network | None = None) -> Fetched:
    """What an http or https address shows a stranger, where its type begins with one of `accept` ("text/html", "image/").

    Takes at most FETCH_SECONDS, whatever the other side does, and FETCH_MAX_BYTES: what is longer comes cut.
    Raises NotFetched for everything else.
    """
    deadline = _Deadline(settings.FETCH_SECONDS)
    network = network or Network()
    for _ in range(settings.FETCH_REDIRECTS_MOST + 1):
        try:
            target = target_of(url)
        except WrongTarget as wrong:
            raise NotFetched(f"refused: {wrong}") from None
        line = _connect(target, network, deadline)
        try:
            found = _Exchange(line, target, deadline).run(accept)
        except (OSError, h11.ProtocolError, zlib.error) as error:
            raise NotFetched(f"broken: {type(error).__name__}", again=isinstance(error, OSError)) from None
        finally:
            line.close()
        if isinstance(found, Fetched):
            return found
        url = found
    raise NotFetched("redirected too often")


def _connect(target: Target, network: Network, deadline: _Deadline) -> socket.socket:
    """A connection to an address of the target that was checked, secured where it is https."""
    addresses = _addresses(target.host, network, deadline)
    for address in addresses:
        # The last one may have all the time that is left, those before it must leave some for it.
        seconds = deadline.left() / (len(addresses) - addresses.index(address))
        try:
            line = network.connect(address, target.port, seconds)
        except OSError:
            continue
        if not target.secure:
            return line
        try:
            line.settimeout(deadline.left())
            return network.tls().wrap_socket(line, server_hostname=target.host)
        except ssl.SSLCertVerificationError:
            line.close()
            raise NotFetched("its certificate is not for it") from None
        except OSError:
            line.close()
            continue
        except BaseException:
            line.close()
            raise
    deadline.left()
    raise NotFetched("no connection", again=True)


def _addresses(host: str, network: Network, deadline: _Deadline) -> list[str]:
    """The addresses of a host, all of them public: one that is not spoils the others."""
    numeric = ":" in host or host.replace(".", "").isdigit()
    found = [host] if numeric else _resolve(host, network, deadline)
    if not all(is_public(address, settings.FETCH_REFUSED_NETWORKS) for address in found):
        raise NotFetched("refused: not a public address")
    return found[: settings.FETCH_ADDRESSES_MOST]


def _resolve(host: str, network: Network, deadline: _Deadline) -> list[str]:
    """The system's resolver takes no deadline, so it runs beside; one that comes too late finds nobody waiting."""
    answer: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            answer.put(network.resolve(host))
        except (OSError, UnicodeError) as error:
            answer.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look, name="fetch-resolve", daemon=True).start()
    try:
        found = answer.get(timeout=deadline.left())
    except queue.Empty:
        raise NotFetched("too slow", again=True) from None
    if isinstance(found, OSError) or not found:
        raise NotFetched("no such name", again=True)
    return found


class _Exchange:
    """One question and its answer over one connection."""

    def __init__(self, line: socket.socket, target: Target, deadline: _Deadline) -> None:
        self._line = line
        self._target = target
        self._deadline = deadline
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADERS_MOST)
        self._received = 0

    def run(self, accept: tuple[str, ...]) -> Fetched | str:
        """What was found, or the address it sends us to."""
        self._ask(accept)
        event = self._event()
        while isinstance(event, h11.InformationalResponse):
            event = self._event()
        if not isinstance(event, h11.Response):
            raise NotFetched("hung up", again=True)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
        if event.status_code in _REDIRECTS and "location" in headers:
            try:
                return urljoin(self._target.url, headers["location"])
            except ValueError:
                raise NotFetched("redirected to nowhere") from None
        if event.status_code != HTTPStatus.OK:
            raise NotFetched(f"status {event.status_code}", again=event.status_code in _MAY_PASS)
        described = Header()
        described["content-type"] = headers.get("content-type", "")
        content_type = described.get_content_type() if "content-type" in headers else ""
        if not content_type.startswith(accept):
            raise NotFetched(f"of type {content_type[:80]!r}")
        body, whole = self._body(headers.get("content-encoding", "").strip().lower())
        charset = described.get_param("charset") or ""
        return Fetched(self._target.url, content_type, charset if isinstance(charset, str) else "", body, whole)

    def _ask(self, accept: tuple[str, ...]) -> None:
        kinds = ",".join(f"{kind}*" if kind.endswith("/") else kind for kind in accept)
        request = h11.Request(
            method="GET",
            target=self._target.path,
            headers=[
                ("Host", self._target.host_header),
                ("User-Agent", settings.FETCH_USER_AGENT),
                ("Accept", f"{kinds},*/*;q=0.1"),
                ("Accept-Encoding", "gzip"),
                ("Connection", "close"),
            ],
        )
        self._line.settimeout(self._deadline.left())
        self._line.sendall(self._http.send(request) or b"")
        self._http.send(h11.EndOfMessage())

    def _event(self) -> h11.Event | type[h11.PAUSED]:
        """The next thing the other side says. A time-out holds for one piece, so each gets what is left."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._line.settimeout(self._deadline.left())
            try:
                data = self._line.recv(_CHUNK)
            except TimeoutError:
                raise NotFetched("too slow", again=True) from None
            except ssl.SSLEOFError:
                data = b""  # ended without saying good-bye, as many do; h11 knows whether something is missing
            self._received += len(data)
            if self._received > settings.FETCH_MAX_BYTES + _HEADERS_MOST + _CHUNK:
                raise NotFetched("too long")
            self._http.receive_data(data)
        return event  # type: ignore[return-value]

    def _body(self, encoding: str) -> tuple[bytes, bool]:
        """The body, and whether it is all of it."""
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise NotFetched(f"packed as {encoding[:20]!r}")
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding.endswith("gzip") else None
        most = settings.FETCH_MAX_BYTES
        body = bytearray()
        while len(body) <= most:
            self._deadline.left()
            event = self._event()
            if not isinstance(event, h11.Data):
                return bytes(body), unpacker is None or unpacker.eof
            data = bytes(event.data)
            body += unpacker.decompress(data, most + 1 - len(body)) if unpacker else data
        return bytes(body[:most]), False
