"""The one listening socket: opened once by the supervisor, inherited by every server process."""

import errno
import ipaddress
import socket
import time

BACKLOG = 2048
# A server that was just killed may still be letting go of the port.
BUSY_RETRY_SECONDS = 1.0


class CannotListen(Exception):
    """The address cannot be listened on; the text is one clear line for the operator."""


def listen(bind: str, port: int) -> socket.socket:
    """A listening TCP socket on `bind` (an address or a host name) and `port` (0: any free one)."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            bind, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise CannotListen(f"{bind!r} is not an address of this machine.") from None
    until = time.monotonic() + BUSY_RETRY_SECONDS
    while True:
        listener = socket.socket(family, kind, proto)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(BACKLOG)
            # Several processes hear of a connection, one gets it: the others must not wait in accept().
            listener.setblocking(False)
            return listener
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE and time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise CannotListen(_reason(error, bind, port)) from None


def _reason(error: OSError, bind: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use by another program. Stop it, or choose another port with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account. Choose one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{bind!r} is not an address of this machine."
    return f"Cannot listen on {bind} port {port}: {error.strerror}."


def is_public(bind: str) -> bool:
    """Whether other machines may reach what listens on `bind`."""
    try:
        return not ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return bind != "localhost"


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds the listening socket."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host.split("%")[0])
    if address.is_unspecified:
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
