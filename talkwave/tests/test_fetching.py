"""The fetcher gets what a stranger may see on the internet, and can be led nowhere else."""

import gzip
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from talkwave.testing_network import PUBLIC, Elsewhere, answer, redirect, trickle
from talkwave.web.fetching import Fetched, NotFetched, fetch

SHORT = 0.6


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def elsewhere(certificates: Path) -> Iterator[Elsewhere]:
    running = Elsewhere(certificates, ("example.org",))
    yield running
    running.close()


def get(elsewhere: Elsewhere, url: str = "http://example.org/") -> Fetched:
    return fetch(url, accept=("text/html", "image/"), network=elsewhere.network)


def refusal(elsewhere: Elsewhere, url: str = "http://example.org/") -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        get(elsewhere, url)
    return caught.value


# --- What it is for ------------------------------------------------------------------------------------
def test_a_page_comes_with_its_type_and_charset(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/a?b=c"] = answer(b"<title>hi</title>", "Text/HTML; charset=ISO-8859-1")
    found = get(elsewhere, "http://example.org/a?b=c#here")
    assert (found.body, found.content_type, found.charset, found.whole) == (
        b"<title>hi</title>", "text/html", "ISO-8859-1", True,
    )  # fmt: skip
    assert elsewhere.looked_up == ["example.org"]
    assert elsewhere.connected == [(PUBLIC, 80)]


def test_the_request_says_who_asks_and_brings_nothing_of_ours(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    elsewhere.pages["/"] = answer(b"x", Set_Cookie="a=b")
    elsewhere.pages["/2"] = redirect("/")
    get(elsewhere, "http://example.org/2")
    for asked in elsewhere.asked:
        lines = asked.lower().splitlines()
        assert "host: example.org" in lines
        assert any(line.startswith("user-agent: ") and "talkwave" in line for line in lines)
        assert not [line for line in lines if line.startswith(("cookie", "authorization", "referer", "origin"))]


def test_https_is_checked_against_the_name(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/"] = answer(b"safe")
    assert get(elsewhere, "https://example.org/").body == b"safe"
    assert elsewhere.connected == [(PUBLIC, 443)]
    assert "certificate" in str(refusal(elsewhere, "https://other.example/"))
    assert len(elsewhere.asked) == 1, "the other name was asked nothing"


def test_a_certificate_nobody_vouches_for_is_no_certificate(elsewhere: Elsewhere, certificates: Path) -> None:
    elsewhere.pages["/"] = answer(b"safe")
    elsewhere._authority = None  # as the system's own list of authorities sees it
    assert "certificate" in str(refusal(elsewhere, "https://example.org/"))


def test_redirects_are_followed_with_relative_ones(elsewhere: Elsewhere) -> None:
    elsewhere.pages |= {
        "/1": redirect("2", "301 Moved Permanently"),
        "/2": redirect("//www.example.org/3?x=y", "307 Temporary Redirect"),
        "/3?x=y": answer(b"here"),
    }
    found = get(elsewhere, "http://example.org/1")
    assert (found.url, found.body) == ("http://www.example.org/3?x=y", b"here")


def test_what_comes_packed_is_unpacked(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/"] = answer(gzip.compress(b"a" * 5000), Content_Encoding="gzip")
    found = get(elsewhere)
    assert (found.body, found.whole) == (b"a" * 5000, True)


def test_a_page_without_a_length_ends_with_the_connection(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/"] = lambda line: line.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\nold")
    assert get(elsewhere).body == b"old"


def test_a_page_in_chunks_is_put_together(elsewhere: Elsewhere) -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    elsewhere.pages["/"] = lambda line: line.sendall(start + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert get(elsewhere).body == b"abcde"


def test_the_second_address_is_tried_where_the_first_does_not_answer(elsewhere: Elsewhere) -> None:
    elsewhere.names["example.org"] = [["2606:4700::1", PUBLIC]]
    elsewhere.pages["/"] = answer(b"x")
    reach = elsewhere.connect

    def one_is_away(address: str, port: int, seconds: float) -> Any:
        if ":" in address:
            raise ConnectionRefusedError
        return reach(address, port, seconds)

    elsewhere.connect = one_is_away  # type: ignore[method-assign]
    assert get(elsewhere).body == b"x"


# --- Where it does not go ------------------------------------------------------------------------------
INWARD = [
    "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[2001:0:53aa:64c:0:0:80ff:fffe]/",
    "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://100.64.0.1/", "http://168.63.129.16/", "http://0.0.0.0/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://2130706433/", "http://0x7f000001/", "http://017700000001/",
    "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://localhost/",
    "http://user@127.0.0.1/", "http://example.org@127.0.0.1/", "http://example.org:6379/", "https://example.org:22/",
    "http://127.0.0.1:80\\@example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/_",
]  # fmt: skip


@pytest.mark.parametrize("url", INWARD)
def test_it_does_not_go_inside(elsewhere: Elsewhere, url: str) -> None:
    assert "refused" in str(refusal(elsewhere, url))
    assert not elsewhere.connected
    assert not refusal(elsewhere, url).again


@pytest.mark.parametrize("url", INWARD)
def test_it_cannot_be_sent_inside(elsewhere: Elsewhere, url: str) -> None:
    # Where it begins is fine; a header holds no other characters.
    elsewhere.pages["/"] = redirect(url if url.isascii() else "http://127.0.0.1/")
    assert "refused" in str(refusal(elsewhere))
    assert elsewhere.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.1.2.3"], ["::1"], ["::ffff:10.0.0.1"], ["64:ff9b::7f00:1"], ["169.254.169.254"],
     [PUBLIC, "127.0.0.1"], ["192.168.1.1", PUBLIC], ["fe80::1%eth0"], ["what is this"]],
)  # fmt: skip
def test_a_name_that_points_inside_is_not_followed(elsewhere: Elsewhere, addresses: list[str]) -> None:
    elsewhere.names["inside.example"] = [addresses]
    assert "not a public address" in str(refusal(elsewhere, "http://inside.example/"))
    assert not elsewhere.connected


def test_a_name_that_changes_its_mind_is_asked_once(elsewhere: Elsewhere) -> None:
    elsewhere.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    elsewhere.pages["/"] = answer(b"x")
    get(elsewhere, "http://rebind.example/")
    assert elsewhere.looked_up == ["rebind.example"]
    assert elsewhere.connected == [(PUBLIC, 80)]


def test_a_name_that_changes_its_mind_before_the_redirect_is_checked_again(elsewhere: Elsewhere) -> None:
    elsewhere.names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    elsewhere.pages["/"] = redirect("http://rebind.example/again")
    assert "not a public address" in str(refusal(elsewhere, "http://rebind.example/"))
    assert elsewhere.connected == [(PUBLIC, 80)]


def test_a_name_that_is_ours_in_the_open_is_refused_where_the_operator_says_so(
    elsewhere: Elsewhere, settings: Any
) -> None:
    from ipaddress import ip_network

    settings.FETCH_REFUSED_NETWORKS = [ip_network(f"{PUBLIC}/32")]
    assert "not a public address" in str(refusal(elsewhere))
    assert not elsewhere.connected


def test_redirects_end(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/"] = redirect("/")
    assert "too often" in str(refusal(elsewhere))
    assert len(elsewhere.asked) == 6


def test_a_redirect_to_what_is_no_address_is_refused(elsewhere: Elsewhere) -> None:
    for to in ("http://[", "http://[::1", "javascript:alert(1)", "data:text/html,x", "http://"):
        elsewhere.pages["/"] = redirect(to)
        assert not refusal(elsewhere).again, to


# --- How long and how much ----------------------------------------------------------------------------
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    "slow",
    [
        trickle(b"", b"H"),
        trickle(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        trickle(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        trickle(HEAD + b"\r\n", b"a"),
        trickle(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff"),
        trickle(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        lambda line: time.sleep(SHORT * 2),
    ],
    ids=["status", "headers", "early hints", "body", "gzip", "chunks", "silence"],
)
def test_one_who_trickles_is_left_at_the_deadline(elsewhere: Elsewhere, settings: Any, slow: Any) -> None:
    settings.FETCH_SECONDS = SHORT
    elsewhere.pages["/"] = slow
    left = refusal(elsewhere)
    assert left.again and "slow" in str(left)


def test_the_deadline_is_one_for_all_redirects(elsewhere: Elsewhere, settings: Any) -> None:
    settings.FETCH_SECONDS = SHORT

    def slowly(line: Any) -> None:
        time.sleep(SHORT * 0.4)
        redirect("/")(line)

    elsewhere.pages["/"] = slowly
    assert "slow" in str(refusal(elsewhere))


def test_a_resolver_that_hangs_is_left_at_the_deadline(elsewhere: Elsewhere, settings: Any) -> None:
    settings.FETCH_SECONDS = 0.5
    elsewhere.resolve = lambda host: time.sleep(1.5)  # type: ignore[assignment, method-assign, return-value]
    left = refusal(elsewhere)
    assert left.again and "slow" in str(left)


def test_a_handshake_that_hangs_is_left_at_the_deadline(elsewhere: Elsewhere, settings: Any) -> None:
    settings.FETCH_SECONDS = SHORT
    elsewhere._secure = elsewhere._plain  # one that never speaks TLS, and waits
    left = refusal(elsewhere, "https://example.org/")
    assert left.again and "slow" in str(left)


def test_what_is_too_long_comes_cut(elsewhere: Elsewhere, settings: Any) -> None:
    most = settings.FETCH_MAX_BYTES
    for length, whole in ((most - 1, True), (most, True), (most + 1, False), (5 * most, False)):
        elsewhere.pages["/"] = answer(b"a" * length)
        found = get(elsewhere)
        assert (len(found.body), found.whole) == (min(length, most), whole)


def test_one_who_lies_about_the_length_gains_nothing(elsewhere: Elsewhere) -> None:
    elsewhere.pages["/"] = lambda line: line.sendall(HEAD + b"Content-Length: 1000000000000\r\n\r\nabc")
    assert "broken" in str(refusal(elsewhere))


def test_a_bomb_is_unpacked_to_the_bound_and_no_further(elsewhere: Elsewhere, settings: Any) -> None:
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 9)
    assert len(bomb) < settings.FETCH_MAX_BYTES
    elsewhere.pages["/"] = answer(bomb, Content_Encoding="gzip")
    found = get(elsewhere)
    assert (len(found.body), found.whole) == (settings.FETCH_MAX_BYTES, False)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [(b"not gzip", "gzip"), (zlib.compress(b"x"), "br"), (b"x", "gzip, gzip"), (b"x", "deflate"), (b"x", "zstd")],
)
def test_what_is_packed_in_ways_nobody_asked_for_is_left(elsewhere: Elsewhere, packed: bytes, encoding: str) -> None:
    elsewhere.pages["/"] = answer(packed, Content_Encoding=encoding)
    refusal(elsewhere)


def test_headers_without_end_are_left(elsewhere: Elsewhere) -> None:
    def send(line: Any) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\n")
        for number in range(200):
            line.sendall(f"X-{number}: ".encode() + b"a" * 4096 + b"\r\n")

    elsewhere.pages["/"] = send
    assert "broken" in str(refusal(elsewhere))


# --- What it does not take ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "said",
    [b"", b"\r\n", b"hello\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Type : x\r\n\r\n",
     b"HTTP/9.9 999 X\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
     b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"\x00\xff" * 500],
)  # fmt: skip
def test_what_is_no_http_is_no_answer(elsewhere: Elsewhere, said: bytes) -> None:
    elsewhere.pages["/"] = lambda line: line.sendall(said)
    refusal(elsewhere)


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", "application/octet-stream", "", "video/mp4", "html"])
def test_other_kinds_of_things_are_not_even_read(elsewhere: Elsewhere, kind: str) -> None:
    elsewhere.pages["/"] = answer(b"x", kind)
    assert "of type" in str(refusal(elsewhere))


@pytest.mark.parametrize(
    ("status", "again"),
    [("404 Not Found", False), ("403 Forbidden", False), ("204 No Content", False), ("206 Partial Content", False),
     ("503 Service Unavailable", True), ("429 Too Many Requests", True), ("302 Found", False)],
)  # fmt: skip
def test_what_is_not_there_may_come_later_or_not(elsewhere: Elsewhere, status: str, again: bool) -> None:
    elsewhere.pages["/"] = answer(b"x", status=status)
    assert refusal(elsewhere).again is again


def test_nobody_at_home_may_be_home_later(elsewhere: Elsewhere) -> None:
    elsewhere.close()
    assert refusal(elsewhere).again


def test_a_name_nobody_knows_may_be_known_later(elsewhere: Elsewhere) -> None:
    def unknown(host: str) -> list[str]:
        raise OSError("no such host")

    elsewhere.resolve = unknown  # type: ignore[method-assign]
    assert refusal(elsewhere).again
