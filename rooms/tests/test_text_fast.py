"""The fast path for plain text gives what the whole renderer would give, wherever it takes a body."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rooms.text.rendering import render, render_fast, render_slow

# What people type, and all that comes near to meaning something: the fast path must leave those alone.
PIECES = [
    *"abzABZ09 \n.,;:!?'\"()/&<>%=#+-${}^*_~`|[]@\\\t\u00a0\u2003\u200b\u202e\u0301\ufe0f\u200d",
    *"éüßжш中あ한אا…—“”’·×©™→€👍❤🇩🏽º¡¿、。！",
    "com", "www", "de", "co.uk", "http", "https://a.de", "mailto:a@b.de", "localhost", "10:42", ":wave:", ":)", ":-)", ":D",
    "wave", "100", "1.", "1)", "12. ", "- ", "# ", "> ", "\n- ", "\n\n", "  \n", "\n  ", "&amp;", "&#38", "...", " -- ", "---",
    "@ann", "#room", "a.b", "3.14", "e.g.", "||x||", "**", "`x`", "<b>", "</p>", "<3", "->", "c++", "c#", "R&D", "a/b", "//x",
    "$x$", "$5", "$$", "$a+b$", "10$",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=16).map("".join)


@settings(max_examples=1_500, deadline=None)
@given(TEXTS)
@example("Hello, world.")
@example("1986. That was a year.")
@example("a:100:b")
@example("12:34:56")
@example("a.de")
@example("see a.\nb")
def test_both_paths_give_the_same_html(body: str) -> None:
    fast = render_fast(body)
    if fast is not None:
        assert fast == render_slow(body, {})


@settings(max_examples=500, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_both_paths_give_the_same_html_for_any_characters(body: str) -> None:
    fast = render_fast(body)
    if fast is not None:
        assert fast == render_slow(body, {})


def test_every_single_character_is_the_same_on_both_paths() -> None:
    """All of the first plane, in the middle of a word and alone: no range of the fast path holds a stranger."""
    for code in range(0x20, 0x20000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        for body in (f"a{chr(code)}b", chr(code)):
            fast = render_fast(body)
            if fast is not None and not (0x4E10 < code < 0x9FF0 or 0xAC10 < code < 0xD790):
                assert fast == render_slow(body, {}), hex(code)


@pytest.mark.parametrize(
    "body",
    [
        'Hello, I can\'t find the file you sent yesterday; could you "resend" it, please? OK.',
        "Grüße aus Köln: morgen um 10:42 am Bahnhof (Gleis 5), ja? :)",
        "What's the ETA? I thought we'd agreed on Friday... didn't we!?",
        "First line,\nsecond line; it's 5/6 done & < 3 to go -> soon",
        "«Да», — сказал он.",
        "これはペンです。",
        "שלום, מה שלומך?",
        "It costs €5 - 100% fair, #1 in town",
        "Nice work 👍",
        "3.14 is not 22/7",
        "It was $5 and now it is $10, or $9.50",
    ],
)
def test_what_people_say_takes_the_fast_path(body: str) -> None:
    assert render_fast(body) == render_slow(body, {}) == render(body, {})
    assert render_fast(body) is not None


@pytest.mark.parametrize(
    "body",
    [
        "**a**", "a *b*", "a_b_", "`a`", "~~a~~", "- a", "* a", "+ a", "1. a", "1) a", "> a", "# a", "a\n- b", "a\n> b", "a\n\nb",
        "a  \nb", "a\n---", "a\n===", "|a|", "||a||", "[a](b)", "![a](b)", "<http://a.de>", "http://a.de", "a.de", "www.a.de",
        "a@b.de", "@ann", "a :wave:", ":+1:", "&amp;", "&#65;", "a\\*", "👍", "e\u0301", "\u202ea", "a\u00a0b", " a", "a ", "\ta", "",
    ],
)  # fmt: skip
def test_whatever_may_be_markup_is_left_to_the_slow_path(body: str) -> None:
    assert render_fast(body) is None
