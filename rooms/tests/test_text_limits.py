"""Hostile texts: whatever is sent, rendering ends, keeps every word, and its output stays bounded.

Nothing here looks at a clock; `benchmarks` do.
"""

import html
import re

import pytest

from rooms.text import clean, parse_mentions, plain, render, snippet
from rooms.text.highlighting import _ALIASES, _lexer_class, highlight
from rooms.text.rendering import HTML_MOST

SIZE = 10_000
UNITS = [
    "[", "]", "![", "[](", "[a](", "[a](b", "[a](<b", "[[a]", "[a]: b\n", "()", "(", "\\", "\\\n", "<", ">", "<a", "<a@",
    "<a:b", "<!--", "<![CDATA[", "<?", "</", "&", "&#", "&#x", "&amp", "&amp;", "&#38;", "&nbsp;", "&CounterClockwiseContourIntegral;",
    "*", "**", "*a", "*a ", "**a", "*a**", "*a_", "_", "__", "_a", "a_", "_*", "*_", "***a** b* ", "a**b", "a*b_c",
    "~", "~~", "~~a", "~~a ", "~~~\n", "`", "``", "`a", "`a``", "`` ` ", "```\n", "```a\n", "|", "||", "||a", "||a||", "|a", "|a|", "|-", "|a|b\n|-|-\n",
    "a | b\n", "> ", ">", ">a\n", "> > ", ">\n", "> - ", "- ", "-", "- a\n", "- - ", "-\n", "+ ", "* ", "1. ", "1) ", "1. a\n", "  - a\n", "1. - ",
    "#", "# ", "# a\n", "####### ", "=", "=\n", "a\n=\n", "---\n", "***\n", "_ _ _\n", "\n", "\n\n", "a\n", "a  \n", " \n", "\t", "\t- ", "    ",
    ":", "::", ":a:", ":wave:", ":wave", ":100", "@", "@a", "@a ", "@a.", "@a-", "a@", "a@b", "a@b.de ", "a.b@", "a.", "a.b", "www.", "w.de ", "a.de/",
    "http://", "http://a", "http://a.de ", "https://a.de/(", "http://a.de/?", "http://a.de/%", "http://a@", "http:", "//", "//a", "mailto:", "mailto:a@b.de ",
    "http://[", "http://xn--", "http://é.de ", "ftp://", "localhost ", "1.1.1.1 ", "a.de,", "a.de.", "'", '"', '"a', "“", "a-", "--", "...", "…",
    "é", "e\u0301", "\u0301", "a" + "\u0301" * 20, "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ufe0f", "👍", "👨\u200d", "👨\u200d👩\u200d👧", "🇩", "1\ufe0f\u20e3",
    "\U000e0041", "한", "ﷺ", "\U0001d11e", "\uffff", "ا", "ก\u0e33", "$", "$$", "{", "{{", "}", "^", "^^", "%", "%00", "/", "\x7f", "\x85",
]  # fmt: skip
SPECIAL = [
    "[" * 5_000 + "]" * 5_000,
    "[" * 3_000 + "a" + "](b)" * 1_700,
    "![" * 2_000 + "](a)" * 1_500,
    "> " * 5_000,
    "> " * 30 + "deep",
    ">" * 5_000 + "a\n" * 2_000,
    "- " * 40 + "deep",
    "\n".join("  " * depth + "- x" for depth in range(90)),
    "\n".join("> " * depth + "x" for depth in range(1, 90)),
    "*" * 5_000 + "a" + "*" * 4_999,
    "*a " * 1_000 + "b* " * 1_000,
    "_a *b " * 800 + "c* d_ " * 800,
    "**a *b " * 700 + "c* d** " * 700,
    "`" * 5_000 + "a" + "`" * 4_999,
    " ".join("`" * count for count in range(1, 139)),
    "```\n" * 2_500,
    "```python\n" + "x = [" * 1_900,
    "```python\n" + "'" * 9_900,
    "```python\n" + '"""' * 3_000,
    "```python\n" + "1\n" * 4_900,
    "```json\n" + "[" * 5_000,
    "```json\n" + "1 " * 200 + "\n" * 300,
    "```html\n" + "<a " * 3_000,
    "```ruby\n" + "<<a " * 2_000,
    "```bash\n" + "$(" * 4_000,
    "```sql\n" + "(select " * 1_000,
    "```markdown\n" + "[a](" * 2_000,
    "|" + "a|" * 4_990,
    "|" + "a|" * 1_600 + "\n|" + "-|" * 1_600 + "\n|" + "1|" * 1_600,
    "|a|\n|-|\n" + "|\n" * 3_000,
    "|" + "a|" * 100 + "\n|" + "-|" * 100 + "\n" + "x\n" * 4_000,
    "http://" + "a" * 9_990,
    "http://" + "a." * 4_990,
    "http://a.de/" + "(" * 9_900,
    "http://a.de/" + "a(b)" * 2_400,
    "http://a.de/?" + "&a=b" * 2_400,
    "https://" + "%41" * 3_000 + ".de",
    "a" * 10_000,
    "a " * 5_000,
    "a." * 5_000,
    "a@" * 5_000,
    "@" + "a" * 9_999,
    "@a." * 3_333,
    " ".join(f"@person{number}" for number in range(700)),
    *("$$" + unit * (1_000 // len(unit) - 5) + "$$" for unit in ("{", "(", "\\frac", "\\sqrt{", "x^", "x_{", "\\left(", "\\hat", "'", "\\begin{matrix}", "&", "\\\\")),
    "$x^{2}$ " * 1_250,
    "$$x$$\n\n" * 1_400,
    "$" + "x" * 9_998 + "$",
    "> " * 15 + "$$\n" + "x\n" * 400 + "$$",
    "||" * 5_000,
    "||a" * 3_333,
    "||a|| " * 1_666,
    "&#x202e;" * 1_000,
    "&#769;" * 1_600,
    "a" + "&#769;**" * 1_000,
    "<" + "a" * 9_999,
    "</" * 5_000,
    "<a href=" * 1_200,
    "\n" * 9_999 + "a",
    " " * 9_999 + "a",
    "a" + " " * 9_998 + "a",
    "a" + "\t" * 9_998 + "a",
    "\u3000" * 9_999 + "a",
    "👍" * 10_000,
    "e" + "\u0301" * 9_999,
    "-" * 10_000,
    "=" * 10_000,
    "a\n" + "=" * 9_000,
    "1" * 9 + ". a\n" * 2_000,
    "\\" * 10_000,
    "\\*" * 5_000,
    ":" * 10_000,
    ":a" * 5_000,
]  # fmt: skip


def pathological() -> list[str]:
    """More than 200 texts of the greatest length, each made to hurt some part of the renderer."""
    return [(unit * SIZE)[:SIZE] for unit in UNITS] + [text[:SIZE] for text in SPECIAL]


def words(text: str) -> str:
    """Only the letters and digits of a text: what no formatting may lose."""
    return re.sub(r"[\W_]+", "", text)


@pytest.mark.parametrize("body", pathological(), ids=lambda body: ascii(body[:12]))
def test_a_hostile_text_is_rendered_within_bounds(body: str) -> None:
    made = render(body, {})
    assert made.startswith("<")
    assert len(made) <= max(HTML_MOST, 8 * SIZE)
    assert made.count("<blockquote>") <= 10 * 100 and made.count("<li>") <= SIZE / 2
    assert depth(made) <= 40
    assert parse_mentions(body) is not None
    assert len(plain(body)) <= SIZE * 5
    assert len(snippet(body, 100)) <= 100


def depth(made: str) -> int:
    """How deep the tags of a piece of HTML are nested."""
    deepest = now = 0
    for end, name in re.findall(r"<(/?)([a-z]+)", made):
        if name not in ("br", "hr", "input"):
            now += -1 if end else 1
            deepest = max(deepest, now)
    assert now == 0
    return deepest


@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "> - "])
def test_text_nested_too_deep_stands_as_it_was_typed(mark: str) -> None:
    body = mark * 40 + "here"
    assert render(body, {}) == "<p>" + html.escape(body, quote=False) + "</p>"
    assert plain(body) == body


@pytest.mark.parametrize("mark", ["> ", "- "])
def test_no_word_is_lost_at_any_depth_of_nesting(mark: str) -> None:
    for levels in range(1, 40):
        body = mark * levels + "word" * levels
        assert words(html.unescape(re.sub("<[^>]*>", "", render(body, {})))) == "word" * levels


def test_there_are_at_least_two_hundred_hostile_texts() -> None:
    assert len(set(pathological())) >= 200


@pytest.mark.parametrize("language", sorted(set(_ALIASES.values())))
def test_every_language_we_name_is_known_and_keeps_the_code(language: str) -> None:
    assert _lexer_class(language) is not None
    code = 'if (a < b) { return "c" + 1; } // d\n\tend <tag a="b">&amp;</tag> # e\n'
    made = highlight(code, language)
    assert html.unescape(re.sub("<[^>]*>", "", made)) == code


def test_code_beyond_two_hundred_lines_goes_on_without_colours() -> None:
    made = highlight("x = 1\n" * 250, "python")
    lines = made.splitlines()
    assert len(lines) == 250
    assert "<span" in lines[199] and lines[200] == "x = 1"


def test_a_wall_of_coloured_tokens_is_shown_plain() -> None:
    body = "```json\n" + ("[1,2,3,4]" * 50 + "\n") * 12 + "```"
    assert len(render(body, {})) <= HTML_MOST


def test_a_message_at_the_limit_passes_whole() -> None:
    assert clean("ä" * SIZE) == "ä" * SIZE
