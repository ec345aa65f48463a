"""A piece of internet for tests: a real server on this machine, reached under public names and addresses.

The fetcher is given `Elsewhere.network` in place of the real one; everything it checks it checks as ever.
"""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from talkwave.web.fetching import Fetched, Network, NotFetched, fetch

# example.com's of old; nothing is ever sent there.
PUBLIC = "93.184.215.14"
Answer = Callable[[socket.socket], None]


def answer(
    body: bytes, content_type: str = "text/html; charset=utf-8", status: str = "200 OK", **headers: str
) -> Answer:
    """An ordinary answer; `Content_Encoding="gzip"` and its like become headers."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    whole = "\r\n".join([*lines, "", ""]).encode() + body
    return lambda line: line.sendall(whole)


def redirect(to: str, status: str = "302 Found") -> Answer:
    """An answer that sends one elsewhere."""
    return answer(b"", status=status, Location=to)


def trickle(start: bytes, piece: bytes, seconds: float = 0.05) -> Answer:
    """An answer that never ends, in small pieces."""

    def send(line: socket.socket) -> None:
        line.sendall(start)
        while True:
            line.sendall(piece)
            time.sleep(seconds)

    return send


class Elsewhere:
    """The server: `pages` has by path what it answers, `asked` the requests as they came, `names` who is where."""

    def __init__(self, certificates: Path | None = None, certified: tuple[str, ...] = ()) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        # Name → the answers of each look-up in turn, the last one for ever; other names are PUBLIC.
        self.names: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.network: Network = _Seam(self)
        self._plain = self._listen(None)
        self._authority: Path | None = None
        self._secure: socket.socket | None = None
        if certificates is not None:
            self._authority, chain = _certificate(certificates, certified)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain)
            self._secure = self._listen(context)

    def _listen(self, tls: ssl.SSLContext | None) -> socket.socket:
        listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, args=(listening, tls), daemon=True).start()
        return listening

    def _accept(self, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line, tls), daemon=True).start()

    def _serve(self, line: socket.socket, tls: ssl.SSLContext | None) -> None:
        try:
            if tls is not None:
                line = tls.wrap_socket(line, server_side=True)
            with line:
                asked = b""
                while b"\r\n\r\n" not in asked and (data := line.recv(65536)):
                    asked += data
                self.asked.append(asked.decode("latin-1"))
                path = asked.split(b" ")[1].decode("latin-1")
                self.pages.get(path, answer(b"", status="404 Not Found"))(line)
        except OSError:
            return  # the fetcher had enough

    def resolve(self, host: str) -> list[str]:
        """As the resolver of Network, from `names`."""
        self.looked_up.append(host)
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        """As the connection of Network, but always to this server."""
        self.connected.append((address, port))
        listening = self._secure if port == 443 else self._plain
        if listening is None:
            raise ConnectionRefusedError
        return socket.create_connection(listening.getsockname()[:2], timeout=seconds)

    def trust(self) -> ssl.SSLContext:
        """As the certificates of Network, with this server's authority for the only one."""
        return ssl.create_default_context(cafile=str(self._authority) if self._authority else None)

    def close(self) -> None:
        """Ends the listening; what is being answered ends with its reader."""
        for listening in (self._plain, self._secure):
            if listening is not None:
                listening.close()


class _Seam(Network):
    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere

    def resolve(self, host: str) -> list[str]:
        return self._elsewhere.resolve(host)

    def connect(self, address: str, port: int, seconds: float) -> socket.socket:
        return self._elsewhere.connect(address, port, seconds)

    def tls(self) -> ssl.SSLContext:
        return self._elsewhere.trust()


def _certificate(folder: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """A certificate for these names that signs itself: the file to trust, and the one with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives: list[Any] = [x509.DNSName(name) for name in names]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    authority, chain = folder / "authority.pem", folder / "chain.pem"
    authority.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + authority.read_bytes()
    )
    return authority, chain


def get(elsewhere: Elsewhere, url: str = "http://example.org/") -> Fetched:
    """What the fetcher brings from there."""
    return fetch(url, accept=("text/html", "image/"), network=elsewhere.network)


def refusal(elsewhere: Elsewhere, url: str = "http://example.org/") -> NotFetched:
    """Why it brings nothing."""
    with pytest.raises(NotFetched) as caught:
        get(elsewhere, url)
    return caught.value
