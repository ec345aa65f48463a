"""The fetcher gets what a stranger may see on the internet, and can be led nowhere else."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from talkwave.testing_network import PUBLIC, Elsewhere, answer, get, redirect, refusal


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
