"""An address as somebody wrote it is one place to ask, or none."""

import pytest

from talkwave.web.targets import WrongTarget, target_of


@pytest.mark.parametrize(
    ("url", "means"),
    [
        ("http://example.org", "http://example.org/"),
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c"),
        ("HTTPS://Example.ORG./A", "https://example.org/A"),
        ("http://example.org:80/", "http://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("http://example.org/100%25/%zz", "http://example.org/100%25/%zz"),
        ("http://1.1.1.1/", "http://1.1.1.1/"),
        ("http://[2606:4700:4700:0::1111]/", "http://[2606:4700:4700::1111]/"),
        ("http://a_b.example.org/", "http://a_b.example.org/"),
        # full-width digits and dots mean the plain ones, and are judged as those
        ("http://１２７。０。０。１/", "http://127.0.0.1/"),
    ],
)
def test_an_address_means_one_place(url: str, means: str) -> None:
    assert target_of(url).url == means


@pytest.mark.parametrize(
    "url",
    [
        # other schemes
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "javascript:alert(1)", "//example.org/",
        "dict://127.0.0.1:11211/", "example.org", "", "http:", "http://", "http:///path", "https://?q",
        # other ports
        "http://example.org:22/", "http://example.org:6379/", "http://example.org:8080/", "http://example.org:0/",
        "http://example.org:99999/", "http://example.org:-1/", "http://example.org:x/",
        # names and passwords, also those that hide the host
        "http://user@example.org/", "http://user:pw@example.org/", "http://example.org@127.0.0.1/",
        "http://example.org%40127.0.0.1/", "http://127.0.0.1\\@example.org/", "http://example.org\\.evil.example/",
        # decimal, octal, hexadecimal, shortened
        "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/", "http://0177.0.0.1/",
        "http://127.1/", "http://127.0.1/", "http://0/", "http://127.0.0.0x1/", "http://00127.0.0.1/", "http://1.2.3.4.5/",
        "http://0xa9fea9fe/", "http://2852039166/", "http://①②⑦.1/", "http://256.256.256.256/", "http://127.0.0.1.0x/",
        # machines next door
        "http://localhost/", "http://localhost./", "http://redis/", "http://metadata/", "http://LOCALHOST/",
        # forms that resolvers and browsers read differently
        "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1/", "http://::1/", "http://[127.0.0.1]/",
        "http://[v1.x]/", "http://exa mple.org/", "http://example.org/\r\nHost: evil", "http://example.org/\tx",
        "http://example..org/", "http://.example.org/", "http://-x.example.org/", "http://exa%6dple.org/",
        "http://example.org/\ud800", "http://*.example.org/", "http://example.org,evil.example/",
        "http://" + "a" * 64 + ".example/", "http://" + "a." * 130 + "example/", "http://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_anything_that_could_mean_two_places_is_refused(url: str) -> None:
    with pytest.raises(WrongTarget):
        target_of(url)
