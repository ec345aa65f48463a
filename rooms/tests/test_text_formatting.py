"""What people can write (docs/writing.md), and what becomes of it."""

import pytest

from accounts.names import username_key
from rooms.text import parse_mentions, plain, render, snippet

REL = 'target="_blank" rel="noopener noreferrer nofollow ugc"'


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("**a** _b_ *c* ~~d~~ `e`", "<p><strong>a</strong> <em>b</em> <em>c</em> <s>d</s> <code>e</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("> said\n\nyes", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>yes</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        (
            "- [ ] a\n- [x] **b**",
            '<ul>\n<li class="task"><label><input disabled="" type="checkbox"> a</label></li>\n'
            '<li class="task"><label><input checked="" disabled="" type="checkbox"> <strong>b</strong></label></li>\n</ul>',
        ),
        ("# Plan", '<p class="heading">Plan</p>'),
        ("###### Plan", '<p class="heading">Plan</p>'),
        ("a\n---\nb", '<p class="heading">a</p>\n<p>b</p>'),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("||it was him||", '<p><span class="spoiler" tabindex="0">it was him</span></p>'),
        ("make || exit; a||b", "<p>make || exit; a||b</p>"),
        ("    indented", "<p>indented</p>"),
        ("<b>not HTML</b>", "<p>&lt;b&gt;not HTML&lt;/b&gt;</p>"),
        ("a_snake_case", "<p>a_snake_case</p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("\\*plain\\*", "<p>*plain*</p>"),
        ("[a]: https://b.example", f'<p>[a]: <a href="https://b.example" {REL}>https://b.example</a></p>'),
    ],
)
def test_markdown_becomes_html(body: str, made: str) -> None:
    assert render(body, {}) == made


@pytest.mark.parametrize(
    "body", ["#", "-", ">", "1.", "+", "*", "```", "```\n```", "&nbsp;", "&#8203;", "- ", "[](https://a.de)", "**", "|"]
)
def test_a_body_that_would_show_nothing_stands_as_it_was_typed(body: str) -> None:
    text = body.strip().replace("&", "&amp;").replace(">", "&gt;").replace("\n", "<br>\n")
    assert render(body, {}) == f"<p>{text}</p>"


def test_code_has_its_language_and_colours() -> None:
    made = render("```py\ndef f(): pass\n```", {})
    assert made.startswith('<pre class="code" data-language="python" tabindex="0"><code><span class="k">def</span>')


def test_an_unknown_language_is_plain_code() -> None:
    assert render("```brainwave\na < b\n```", {}) == '<pre class="code" tabindex="0"><code>a &lt; b\n</code></pre>'


def test_a_fence_left_open_is_code_to_the_end() -> None:
    assert render("```\na\nb", {}) == '<pre class="code" tabindex="0"><code>a\nb</code></pre>'


def test_a_table_scrolls_by_itself_and_has_no_inline_style() -> None:
    made = render("|a|b|\n|-|-:|\n|1|2|", {})
    assert made.startswith('<div class="table" tabindex="0"><table>') and made.endswith("</table></div>")
    assert '<td class="right">2</td>' in made and "style" not in made


@pytest.mark.parametrize(
    ("body", "address", "text"),
    [
        (
            "https://a.example/b_c_d?e=1&f=2#g",
            "https://a.example/b_c_d?e=1&amp;f=2#g",
            "https://a.example/b_c_d?e=1&amp;f=2#g",
        ),
        ("a.dev", "http://a.dev", "a.dev"),
        ("www.a.org/b", "http://www.a.org/b", "www.a.org/b"),
        ("me@a.org", "mailto:me@a.org", "me@a.org"),
        ("[here](https://a.example)", "https://a.example", "here"),
        ("<https://a.example>", "https://a.example", "https://a.example"),
        ("![a cat](https://a.example/cat.png)", "https://a.example/cat.png", "a cat"),
        ("![](https://a.example/cat.png)", "https://a.example/cat.png", "https://a.example/cat.png"),
        ("https://a.example/:wave:", "https://a.example/:wave:", "https://a.example/:wave:"),
    ],
)
def test_an_address_is_a_link(body: str, address: str, text: str) -> None:
    assert render(body, {}) == f'<p><a href="{address}" {REL}>{text}</a></p>'


PAGE = f'<a href="https://a.example/b_c" {REL}>https://a.example/b_c</a>'
SPOILER = '<span class="spoiler" tabindex="0">'


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("_is reading https://a.example/b_c_", f"<em>is reading {PAGE}</em>"),
        ("_see https://a.example/b_c._ Yes", f"<em>see {PAGE}.</em> Yes"),
        ("~~https://a.example/b_c~~ gone", f"<s>{PAGE}</s> gone"),
        ("||https://a.example/b_c|| or", f"{SPOILER}{PAGE}</span> or"),
        ("||~~_**https://a.example/b_c**_~~||", f"{SPOILER}<s><em><strong>{PAGE}</strong></em></s></span>"),
        ("_||https://a.example/b_c||_", f"<em>{SPOILER}{PAGE}</span></em>"),
        ("[**https://a.example/b_c**](https://a.example/b_c)", PAGE.replace(">h", "><strong>h").replace("</", "</strong></")),
        ("https://a.example/b_c_ alone", f"{PAGE}_ alone"),
    ],
)  # fmt: skip
def test_formatting_closes_behind_an_address(body: str, made: str) -> None:
    assert render(body, {}) == f"<p>{made}</p>"


@pytest.mark.parametrize(
    "body", ["see settings.py", "README.md and run.sh", "ftp://a.example", "//a.example", "etc.etc", "3.14.15", "a...b"]
)
def test_what_only_looks_like_an_address_is_text(body: str) -> None:
    assert render(body, {}) == f"<p>{body}</p>"


def test_a_picture_in_a_link_is_the_link_alone() -> None:
    assert (
        render("[![cat](https://a.example/c.png)](https://b.example)", {})
        == f'<p><a href="https://b.example" {REL}>cat</a></p>'
    )


@pytest.mark.parametrize(
    ("body", "made"),
    [
        (":wave:", '<p class="jumbo">👋</p>'),
        ("👍", '<p class="jumbo">👍</p>'),
        ("👩‍👩‍👧 🇩🇪 1️⃣ 👋🏽 ❤️ ☕", '<p class="jumbo">👩‍👩‍👧 🇩🇪 1️⃣ 👋🏽 ❤️ ☕</p>'),
        ("👍\n👍", '<p class="jumbo">👍<br>\n👍</p>'),
        ("👍" * 7, "<p>" + "👍" * 7 + "</p>"),
        ("👍 ok", "<p>👍 ok</p>"),
        ("ok :+1: and :Tada:", "<p>ok 👍 and 🎉</p>"),
        ("`:wave:` \\:wave: :nonsense: 10:100:30", "<p><code>:wave:</code> :wave: :nonsense: 10:100:30</p>"),
        (":wave::tada:", '<p class="jumbo">👋🎉</p>'),
    ],
)
def test_emoji(body: str, made: str) -> None:
    assert render(body, {}) == made


MENTIONED = {"ann": (7, "Ann B."), "bob_": (8, "bob_"), "jürgen": (9, "Jürgen"), "a.b-c": (10, "abc")}


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("@ann", {"ann"}),
        ("hi @Ann, and @BOB_!", {"ann", "bob_"}),
        ('(@ann) "@bob_" @a.b-c.', {"ann", "bob_", "a.b-c"}),
        ("@JÜRGEN @Ａnn", {"jürgen", "ann"}),
        ("**@ann** ~~@bob_~~\n> - @jürgen", {"ann", "bob_", "jürgen"}),
        ("`@ann`", set()),
        ("```\n@ann\n```", set()),
        ("\\@ann", set()),
        ("me@ann.example x@ann", set()),
        ("https://a.example/@ann [@ann](https://a.example)", set()),
        ("@@ann @ ann @_ann @" + "a" * 33, set()),
        ("||@ann||", {"ann"}),
        ("> " * 30 + "@ann", set()),
    ],
)
def test_people_are_named_with_an_at_sign(body: str, keys: set[str]) -> None:
    assert parse_mentions(body) == keys
    made = render(body, MENTIONED)
    assert made.count('class="mention"') == len(keys & MENTIONED.keys())


def test_a_mention_shows_the_name_and_an_unknown_one_stays_text() -> None:
    made = render("@ANN @nobody @ann.", MENTIONED)
    span = '<span class="mention" data-user="7">@Ann B.</span>'
    assert made == f"<p>{span} @nobody {span}.</p>"


def test_the_same_text_names_different_people_to_different_rooms() -> None:
    assert 'data-user="1"' in render("@ann", {"ann": (1, "A")})
    assert 'data-user="2"' in render("@ann", {"ann": (2, "A")})
    assert render("@ann", {}) == "<p>@ann</p>"


def test_keys_are_those_of_accounts() -> None:
    for name in ("Ann", "STRASSE", "ﬁn", "İx"):
        assert parse_mentions(f"@{name}") <= {username_key(name)}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("plain words", "plain words"),
        ("**a** _b_ `c` ~~d~~ [e](https://f.example)", "a b c d e"),
        ("# a\n- b\n- c\n> d", "a\nb\nc\nd"),
        ("```py\nx = 1\n```", "x = 1"),
        ("|a|b|\n|-|-|\n|1|2|", "a b\n1 2"),
        (":wave: ||him||", "👋 ▒▒▒"),
        ("![cat](https://a.example/c.png)", "cat"),
        ("@ann & <b>", "@ann & <b>"),
        ("- [ ] milk\n- [x] bread", "☐ milk\n☑ bread"),
        ("so $E = mc^2$, or\n$$\nx\n$$", "so E = mc^2, or\nx"),
        ("||$x$ and `code`||", "▒▒▒"),
        ("#", "#"),
    ],
)
def test_plain_text_has_no_markup(body: str, text: str) -> None:
    assert plain(body) == text


@pytest.mark.parametrize(
    ("body", "length", "text"),
    [
        ("short", 10, "short"),
        ("one\n\n**two** three", 40, "one two three"),
        ("one two three four", 10, "one two…"),
        ("abcdefghijkl", 5, "abcd…"),
        ("12345 👩‍👩‍👧", 10, "12345…"),
        ("abe\u0301e\u0301", 4, "ab…"),
    ],
)
def test_a_snippet_is_one_line_cut_between_words(body: str, length: int, text: str) -> None:
    assert snippet(body, length) == text
    assert len(snippet(body, length)) <= length


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("so $x$.", '<p>so <math display="inline"><mrow><mi>x</mi></mrow></math>.</p>'),
        ("a $$x$$ b", '<p>a <math display="block"><mrow><mi>x</mi></mrow></math> b</p>'),
        ("$$x$$", '<div class="formula" tabindex="0"><math display="block"><mrow><mi>x</mi></mrow></math></div>'),
        (
            "```math\nx\n```",
            '<div class="formula" tabindex="0"><math display="block"><mrow><mi>x</mi></mrow></math></div>',
        ),
        (
            "$$\nx\n- 1\n= y\n$$\nso",
            '<div class="formula" tabindex="0"><math display="block"><mrow><mi>x</mi><mo>−</mo><mn>1</mn><mo>=</mo><mi>y</mi></mrow>'
            "</math></div>\n<p>so</p>",
        ),
        (
            "$\\frac{1}{2}$",
            '<p><math display="inline"><mrow><mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac></mrow></math></p>',
        ),
        (
            "$\\begin{aligned}a&=b\\\\c\\end{aligned}$",
            '<p><math display="inline"><mrow><mtable displaystyle="true"><mtr><mtd class="right"><mi>a</mi></mtd>'
            '<mtd class="left"><mi></mi><mo>=</mo><mi>b</mi></mtd></mtr><mtr><mtd class="right"><mi>c</mi></mtd></mtr>'
            "</mtable></mrow></math></p>",
        ),
        ("$2x + 3$", '<p><math display="inline"><mrow><mn>2</mn><mi>x</mi><mo>+</mo><mn>3</mn></mrow></math></p>'),
    ],
)
def test_a_formula_becomes_mathml(body: str, made: str) -> None:
    assert render(body, {}) == made


@pytest.mark.parametrize(
    "body",
    [
        "it was $5 and $10",
        "$5 (or 10$)",
        "US$5 and US$6",
        "between $100-$200",
        "echo $HOME $PATH",
        "$HOME/$PATH",
        "a $ b $ c",
        "$ x $",
        "$x $",
        "$$$",
        "$$",
        "$$ $$",
        "one $x\ny$ two",
        "it is 5$, not 6$",
    ],
)
def test_prices_and_variables_stay_text(body: str) -> None:
    assert render(body, {}) == "<p>" + body.replace("\n", "<br>\n") + "</p>"


@pytest.mark.parametrize(
    "formula", ["\\nosuchthing x", "\\frac{1}", "x_", "\\left( x", "\\def\\a{x}\\a", "a \\\\ b", "{" * 400]
)
def test_a_formula_that_is_none_shows_its_source(formula: str) -> None:
    assert render(f"so ${formula}$ then", {}) == f"<p>so ${formula}$ then</p>"
    assert render(f"$$\n{formula}\n$$", {}) == f'<pre class="code" tabindex="0"><code>$${formula}$$</code></pre>'


def test_a_message_holds_a_bounded_amount_of_math() -> None:
    body = " ".join(["$" + "x+" * 200 + "x$"] * 12)
    made = render(body, {})
    assert made.count("<math") == 7 and made.count("$") == 10
