"""Whatever somebody writes, a reader's browser gets only allow-listed tags, attributes, classes and schemes."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.text import parse_mentions, plain, render
from rooms.text.rendering import render_slow
from rooms.text.sanitising import ATTRIBUTES, CLASSES, LINK_REL, SCHEMES, TAGS, VALUES, sanitise

SCRIPTS = [
    "<script>alert(1)</script>", "<ScRiPt>alert(1)</sCrIpT>", "<script src=//evil.example/x.js></script>", "<script/x>alert(1)</script>",
    "<script\n>alert(1)</script\n>", "<<script>script>alert(1)<</script>/script>", "</p><script>alert(1)</script>", "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "</title><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "--><script>alert(1)</script>", "]]><script>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;alert(1)&#60;/script&#62;", "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "\u003cscript\u003ealert(1)\u003c/script\u003e", "＜script＞alert(1)＜/script＞", "\\<script\\>alert(1)\\</script\\>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
]  # fmt: skip
HANDLERS = [
    "<img src=x onerror=alert(1)>", "<img src=x onerror=\"alert(1)\"", "<img/src/onerror=alert(1)>", "<IMG SRC=x OnErRoR=alert(1)>", "<img src=x:alert(alt) onerror=eval(src) alt=1>",
    "<img src=`x` onerror=alert(1)>", "<img \"\"\"><script>alert(1)</script>\">", "<image src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>", "<svg><a xlink:href=javascript:alert(1)><text x=1 y=1>x</text></a></svg>", "<svg><use href=\"data:image/svg+xml,<svg id=x onload=alert(1)>#x\"/>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>", "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><a xlink:href=javascript:alert(1)>x", "<body onload=alert(1)>", "<body onpageshow=alert(1)>", "<details open ontoggle=alert(1)>", "<audio src onerror=alert(1)>", "<video><source onerror=alert(1)></video>",
    "<video poster=javascript:alert(1)>", "<input autofocus onfocus=alert(1)>", "<select autofocus onfocus=alert(1)>", "<textarea autofocus onfocus=alert(1)>", "<keygen autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>", "<div onmouseover=alert(1)>x</div>", "<p style=\"background:url(javascript:alert(1))\">", "<div style=width:expression(alert(1))>", "<b onclick=alert(1)>x</b>",
    "<a href=\"#\" onclick=alert(1)>x</a>", "<span class=mention data-user=1 onmouseenter=alert(1)>x</span>", "<pre class=code onwheel=alert(1)>", "<x onpointerenter=alert(1)>x", "<isindex type=image src=1 onerror=alert(1)>",
    "<object data=javascript:alert(1)>", "<embed src=javascript:alert(1)>", "<iframe src=javascript:alert(1)>", "<iframe srcdoc=\"<script>alert(1)</script>\">", "<frameset onload=alert(1)>", "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">", "<base href=//evil.example/>", "<form action=javascript:alert(1)><input type=submit>", "<button formaction=javascript:alert(1)>x", "<style>@import '//evil.example';</style>",
    "<template><script>alert(1)</script></template>", "<!--<img src=\"--><img src=x onerror=alert(1)//\">", "<![CDATA[<script>alert(1)</script>]]>", "<?xml-stylesheet href=\"javascript:alert(1)\"?>", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>&e;",
    "<dialog open onclose=alert(1)>", "<portal src=javascript:alert(1)>", "<xmp><p title=\"</xmp><svg/onload=alert(1)>\">",
]  # fmt: skip
ADDRESSES = [
    "javascript:alert(1)", "JavaScript:alert(1)", "jAvAsCrIpT:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "java&#9;script:alert(1)", "java&#10;script:alert(1)", "java&#x0A;script:alert(1)",
    "&#106;avascript:alert(1)", "&#x6A;avascript:alert(1)", "&#0000106avascript:alert(1)", "javascript&colon;alert(1)", "javascript&#58;alert(1)", "&#1;javascript:alert(1)", "\u00a0javascript:alert(1)", "javascript\u200b:alert(1)",
    "javascript://%0aalert(1)", "javascript:/**/alert(1)", "javascript:alert%281%29", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/logout", "?next=/x", "#top", "", " ", ".", "..",
    "data:text/html,<script>alert(1)</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "data:image/svg+xml,<svg onload=alert(1)>", "data:image/png;base64,AAAA", "DATA:text/html,x", "vbscript:msgbox(1)", "VBScript:x",
    "file:///etc/passwd", "blob:https://a.example/x", "filesystem:https://a.example/x", "about:blank", "view-source:https://a.example", "ftp://a.example", "ws://a.example", "tel:123", "sms:123", "intent://x#Intent;end", "chrome://settings",
    "feed:javascript:alert(1)", "jar:https://a.example!/x", "ms-word:ofe|u|x", "http:evil.example", "http:/evil.example", "http:///evil.example", "https:\\\\evil.example", "http://", "https://?", "h\u0442tp://evil.example",
    "https://a.example/\"onmouseover=\"alert(1)", "https://a.example/'onmouseover='alert(1)", "https://a.example/><script>alert(1)</script>", "https://a.example/`onclick=alert(1)`", "https://a.example/\u202egnp.exe",
    "https://a.example/%22%3E%3Cscript%3E", "https://user:pass@evil.example/", "https://a.example\\@evil.example", "https://a.example%2f@evil.example", "mailto:a@b.de?subject=<script>", "mailto:", "mailto:\"onclick=\"alert(1)\"@b.de",
]  # fmt: skip
MARKDOWN = [
    "[x](https://a.example \"t\\\" onclick=alert(1)\")", "[x](https://a.example 'onclick=alert(1)')", "[<img src=x onerror=alert(1)>](https://a.example)", "[x]\n\n[x]: javascript:alert(1)", "[x]: <javascript:alert(1)>\n[x]",
    "![x\" onerror=\"alert(1)](https://a.example/x.png)", "![x](https://a.example/x.png\"onerror=\"alert(1))", "![<script>](https://a.example/x)", "[![x](javascript:alert(1))](javascript:alert(2))", "[a](https://a.example)[b](javascript:alert(1))",
    "```\"><script>alert(1)</script>\nx\n```", "```python\" onclick=\"alert(1)\nx\n```", "```<script>\nalert(1)\n```", "```html\n<script>alert(1)</script>\n```", "```html\n</code></pre><script>alert(1)</script>\n```", "```javascript\n'</span><img src=x onerror=alert(1)>'\n```",
    "`<script>alert(1)</script>`", "`` ` <img src=x onerror=alert(1)> ``", "~~<svg onload=alert(1)>~~", "||<svg onload=alert(1)>||", "||\" onclick=\"alert(1)||", "# <script>alert(1)</script>", "> <script>alert(1)</script>", "- <script>alert(1)</script>",
    "|<script>|x|\n|-|-|\n|<img src=x onerror=alert(1)>|y|", "|a|\n|:-:\" onclick=alert(1)|\n|b|", "1\" onclick=alert(1). x", "@<script>alert(1)</script>", "@ann\"><script>alert(1)</script>", "@ann' onclick='alert(1)", ":<script>:", ":\"onclick=alert(1):",
    "https://a.example/<script>alert(1)</script>", "https://a.example/\"><img src=x onerror=alert(1)>", "www.a.de/\"onclick=alert(1)", "a@b.de\"onclick=alert(1)", "<https://a.example/\"onclick=alert(1)>", "<javascript:alert(1)>", "<data:text/html,x>",
    "<a@b.de\"onclick=alert(1)>", "*<b onclick=alert(1)>*", "**a<script>**alert(1)</script>", "\\[x](javascript:alert(1))", "[x\\](javascript:alert(1))", "[x](\\javascript:alert(1))", "[x](<javascript:alert(1)>)", "[x](<https://a.example/\"onclick=\"alert(1)>)",
]  # fmt: skip
FORMULAS = [
    r"\href{javascript:alert(1)}{x}", r"\style{position:fixed;inset:0}{x}", r"\class{spoiler}{x}", r"\text{<img src=x onerror=alert(1)>}", r"\text{</mtext></math><script>alert(1)</script>}",
    r"\text{&lt;script&gt;alert(1)&lt;/script&gt;}", r"\mbox{<a href=javascript:alert(1)>x</a>}", r"\textcolor{red;x:url(//evil.example)}{x}", r"\color{'\"onclick=alert(1)}x", r"\hspace{9999em}x", r"\rule{999em}{999em}",
    r"\llap{x}", r"\raisebox{99em}{x}", r"\mathrm{<style>}", r"\begin{array}{l\"onclick=alert(1)}x\end{array}", r"\operatorname{<svg onload=alert(1)>}", r"<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    r"\def\a{\a\a}\a", r"\newcommand{\a}{xx}\newcommand{\b}{\a\a}\b", r"\tag{<img src=x onerror=alert(1)>}", r"x\label{<b onclick=alert(1)>}", r"&#60;script&#62;", r"\verb|<script>|", r"\mathchoice{<b>}{<b>}{<b>}{<b>}", r"\unicode{60}",
    r"<annotation-xml encoding=text/html><img src=x onerror=alert(1)></annotation-xml>", r"<maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction>",
]  # fmt: skip
PAYLOADS = (
    SCRIPTS
    + HANDLERS
    + [f"[x]({address})" for address in ADDRESSES]
    + [f"![x]({address})" for address in ADDRESSES]
    + [f"<{address}>" for address in ADDRESSES]
    + [f"see {address} there" for address in ADDRESSES]
    + MARKDOWN
    + [f"${formula}$" for formula in FORMULAS]
    + [f"$$\n{formula}\n$$" for formula in FORMULAS]
    + [f"```math\n{formula}\n```" for formula in FORMULAS]
    + [f"- [ ] ||${formula}$||" for formula in FORMULAS]
)
# People whose names attack too.
PEOPLE = {"ann": (7, '"><script>alert(1)</script>'), "bob": (8, "</span><img src=x onerror=alert(1)>")}


class Reader(HTMLParser):
    """Reads HTML as a browser roughly does, and fails on whatever is not allowed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        allowed = ATTRIBUTES.get(tag, set()) | {"tabindex"} | ({"class"} if tag in CLASSES else set())
        if tag == "a":
            allowed |= {"rel", "target"}
            given_attrs = dict(attrs)
            assert given_attrs.get("rel") == LINK_REL and given_attrs.get("target") == "_blank"
        elif tag == "input":
            allowed |= {"type"}
            assert ("type", "checkbox") in attrs, attrs
        for name, value in attrs:
            assert name in allowed | VALUES.get(tag, {}).keys(), (tag, name)
            value = value or ""
            if name in VALUES.get(tag, {}):
                assert value in VALUES[tag][name], value
                continue
            if name == "class":
                assert set(value.split()) <= CLASSES[tag], value
            elif name == "href":
                assert urlsplit(value).scheme in SCHEMES, value
                assert value.isascii() and value.isprintable() and not set(value) & set('<>" '), value
                assert urlsplit(value).netloc or value.lower().startswith("mailto:"), value
                self.links.append(value)
            elif name in ("data-user", "start", "tabindex"):
                assert value.isdigit(), value
            elif name == "data-language":
                assert value.isascii() and not set(value) & set('<>" '), value
        if tag not in ("br", "hr", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment


def read(made: str) -> Reader:
    """Reads a rendered message to its end; fails where a tag is not allowed or left open."""
    reader = Reader()
    reader.feed(made)
    reader.close()
    assert reader.open == []
    return reader


def test_the_corpus_is_large() -> None:
    assert len(set(PAYLOADS)) >= 300


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_attack_comes_out_harmless(payload: str) -> None:
    for body in (payload, f"**a** {payload} b", f"> - {payload}", f"||{payload}||", f"|a|b|\n|-|-|\n|{payload}|c|"):
        read(render(body, PEOPLE))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(PAYLOADS + ["@ann ", "@bob", " ", "\n", "**", "`", "||", "```\n"]), max_size=5).map(
        "".join
    )
)
def test_attacks_side_by_side_come_out_harmless(body: str) -> None:
    read(render(body, PEOPLE))
    read(render_slow(body, PEOPLE))


@pytest.mark.parametrize("payload", SCRIPTS + HANDLERS)
def test_the_sanitiser_alone_stops_what_the_renderer_would_let_through(payload: str) -> None:
    reader = Reader()
    reader.feed(sanitise(payload))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_leads_nowhere_and_reaches_out_of_nothing(formula: str) -> None:
    made = render(f"$${formula}$$", {})
    assert not any(
        f"<{tag}" in made for tag in ("a ", "img", "script", "style", "svg", "mpadded", "menclose", "mglyph")
    )
    assert "9999em" not in made and ' style="' not in made


@pytest.mark.parametrize("tag", ["mglyph", "malignmark", "annotation-xml", "semantics", "maction", "mpadded", "svg"])
def test_nothing_of_mathml_gets_out_that_holds_html_or_acts(tag: str) -> None:
    assert f"<{tag}" not in sanitise(
        f"<math><{tag} href='https://a.example' actiontype='toggle'><mi>x</mi></{tag}></math>"
    )


def test_a_name_is_escaped_where_somebody_is_mentioned() -> None:
    assert parse_mentions("hi @ann") == {"ann"}
    made = render("hi @ann", PEOPLE)
    assert made == '<p>hi <span class="mention" data-user="7">@"&gt;&lt;script&gt;alert(1)&lt;/script&gt;</span></p>'


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("http://аррӏе.com/", "http://xn--80ak6aa92e.com/"),
        ("https://xn--80ak6aa92e.com/", "https://xn--80ak6aa92e.com/"),
        ("https://müller.de/straße", "https://xn--mller-kva.de/straße"),
        ("<https://аррӏе.com>", "https://xn--80ak6aa92e.com"),
    ],
)
def test_an_address_is_shown_with_its_true_host(typed: str, written: str) -> None:
    made = render(typed, {})
    assert f">{written}</a>" in made
    assert read(made).links[0].isascii()


@pytest.mark.parametrize("sign", ["\u202a", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "&#x202e;", "&#8294;"])
def test_no_sign_reorders_the_text_around_a_message(sign: str) -> None:
    for body in (f"a {sign}b", f"`a {sign}b`", f"```\n{sign}b\n```", f"**{sign}b**", f"https://a.example/{sign}b"):
        assert not set(render(body, {})) & set(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x2070)]))
        assert not set(plain(body)) & set(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x2070)]))


@pytest.mark.parametrize(
    "body",
    ["a" + "\u0301" * 50, "a" + "\u0301" * 8 + "**\u0301\u0301**", "a" + "&#769;" * 20, "x" + "\u0301\u200d" * 40],
)
def test_marks_do_not_pile_up_beyond_eight(body: str) -> None:
    made = render(body, {})
    assert made.count("\u0301") <= 8
    read(made)


def test_marks_that_languages_need_stay() -> None:
    for body in ("हिन्दी में लिखना", "สวัสดีครับ ที่นี่", "נִקּוּד", "Tiếng Việt", "é" * 30):
        assert render(body, {}) == f"<p>{body}</p>"
