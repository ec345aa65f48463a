"""What a page says about itself is found, made tidy, and costs no more than its length."""

import time

import pytest

from rooms.previews.pages import Described, describe

URL = "https://www.example.org/news/1"


def said(html: str, charset: str = "", url: str = URL) -> Described:
    return describe(html.encode(), charset, url)


def test_open_graph_goes_before_all_else() -> None:
    found = said("""
        <html><head><title>Page title</title>
        <meta name="description" content="Plain"><meta name="twitter:title" content="Tweet">
        <meta property="og:title" content="Graph"><meta property="og:description" content="Described">
        <meta property="og:site_name" content="The Site"><meta property="og:image" content="/pic.jpg">
        <link rel="apple-touch-icon" href="touch.png"></head></html>
    """)
    assert found == Described(
        "Graph", "Described", "The Site",
        ["https://www.example.org/pic.jpg", "https://www.example.org/news/touch.png"],
    )  # fmt: skip


def test_a_plain_page_has_its_title_description_and_host() -> None:
    found = said("<title>\n Hello &amp;  <b>you</b>\n</title><META NAME=Description CONTENT='About &quot;it&quot;'>")
    assert found == Described("Hello & <b>you</b>", 'About "it"', "example.org")


def test_twitter_cards_are_read_where_there_is_no_graph() -> None:
    found = said(
        "<meta content='T' name='twitter:title'/><meta name=twitter:description content=D>"
        '<meta name="twitter:image" content="//cdn.example/i.png">'
    )
    assert found == Described("T", "D", "example.org", ["https://cdn.example/i.png"])


def test_what_a_page_only_shows_does_not_speak_for_it() -> None:
    found = said("""
        <!-- <title>commented</title> --><script>var a = "<title>scripted</title>"</script>
        <style><title>styled</title></style><svg><title>drawn</title></svg><noscript><title>no script</title></noscript>
        <template><meta property="og:title" content="template"></template>
        <metadata property="og:title" content="other tag"><title>Real</title>
        <body><meta property="og:title" content="in the body"><title>Body</title>
    """)
    assert found.title == "Real"


def test_the_first_of_several_counts() -> None:
    page = "<meta property=og:title content=''><meta property=og:title content=One><meta property=og:title content=Two>"
    assert said(page).title == "One"


@pytest.mark.parametrize(
    "image",
    ["javascript:alert(1)", "data:image/png;base64,AAAA", "file:///etc/passwd", "http://[", "ftp://example.org/a", "",
     "https://example.org/" + "x" * 3000],
)  # fmt: skip
def test_a_picture_has_an_address_of_the_web(image: str) -> None:
    assert said(f'<title>x</title><meta property="og:image" content="{image}">').images == []


def test_icons_in_formats_nobody_opens_are_left_out() -> None:
    icons = (
        '<link rel="icon" href="/a.svg"><link rel="shortcut icon" href="/favicon.ico"><link rel="icon" href="/b.png">'
    )
    assert said(icons).images == ["https://www.example.org/b.png"]


def test_text_is_one_line_bounded_and_shows_what_it_holds() -> None:
    found = said(f"<title>{'long ' * 100}</title><meta name=description content='a\n\tb\u202ec\u200b\x07d'>")
    assert len(found.title) == 200 and found.title.endswith("…")
    assert found.description == "a bcd"
    assert said("<title>\u200b \u2800</title>").title == ""


def test_a_description_that_repeats_the_title_is_left_out() -> None:
    assert said("<title>Same</title><meta name=description content=Same>").description == ""


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        ("<title>Grüße</title>".encode(), "", "Grüße"),
        ("<title>Grüße</title>".encode("latin-1"), "", "Grüße"),
        ("<title>Grüße</title>".encode("latin-1"), "ISO-8859-1", "Grüße"),
        ("<meta charset=koi8-r><title>Привет</title>".encode("koi8-r"), "", "Привет"),
        (
            "<meta http-equiv=x content='text/html; charset=Shift_JIS'><title>日本</title>".encode("shift_jis"),
            "",
            "日本",
        ),
        ("<title>中文</title>".encode("gb18030"), "gb2312", "中文"),
        ("\ufeff<title>mark</title>".encode("utf-16-le"), "utf-8", "mark"),
        (b"\xef\xbb\xbf<title>mark</title>", "latin1", "mark"),
        (b"<title>+ADw-script+AD4-</title>", "utf-7", "+ADw-script+AD4-"),
        (b"<title>\\u0041</title>", "unicode_escape", "\\u0041"),
        (b"<title>x</title>", "rot13", "x"),
        ("<title>cut</title>é".encode()[:-1], "", "cut"),
    ],
)
def test_letters_are_read_as_browsers_do(body: bytes, charset: str, title: str) -> None:
    assert describe(body, charset, URL).title == title


MANY = 1024 * 1024


@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<meta ", '<meta "', "<meta a=\"", "<meta a='", "<meta a=b ", "<title>", "<title", "<script>", "<svg>",
     "</", "<meta/", "<meta  ", " ", "=", '"', "<link rel=icon href=", "&amp", "&#", "<div>", "<meta a = ", "é", "İ",
     "<title></title>", "<meta name=a content=b>", "<!-- -->", "<style></style>", "<meta charset"],
)  # fmt: skip
def test_a_page_made_to_keep_one_busy_does_not(piece: str) -> None:
    page = (piece * (MANY // len(piece))).encode()[:MANY]
    began = time.process_time()
    describe(page, "", URL)
    describe(b"<meta " + page, "", URL)
    assert time.process_time() - began < 5, "the square of the length would be minutes of the processor"


def test_what_is_no_page_says_nothing() -> None:
    for body in (b"", b"\x00" * 100, bytes(range(256)) * 20):
        assert describe(body, "", URL) == Described(site="example.org")
    assert describe(b"", "", "http://[") == Described()
