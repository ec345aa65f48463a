"""What the fetcher is told may be endless, late, or nothing it can use: it is left in time, and says whether to come again."""

import gzip
import time
import zlib
from typing import Any

import pytest

from talkwave.testing_network import Elsewhere, answer, get, redirect, refusal, trickle

SHORT = 0.6


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
