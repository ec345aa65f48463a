"""What somebody types into the search field, and how text becomes words."""

import pytest

from rooms.search.query import PARTS_MOST, Part, parse, written
from rooms.search.tokens import GAP, MARK, document, spans, words


def kinds(typed):
    return [(part.kind, part.value, part.negated) for part in parse(typed)]


def test_words_phrases_and_operators_are_told_apart():
    assert kinds('build "as it was" -lunch from:@ann has:link -in:den') == [
        ("word", "build", False),
        ("phrase", "as it was", False),
        ("word", "lunch", True),
        ("from", "@ann", False),
        ("has", "link", False),
        ("in", "den", True),
    ]


def test_names_with_spaces_stand_in_quotes_and_a_space_after_the_colon_is_forgiven():
    assert kinds('from:"Ann Lee" in: den') == [("from", "Ann Lee", False), ("in", "den", False)]


def test_what_only_looks_like_an_operator_is_text():
    assert kinds("https://example.org 10:30 note:this") == [
        ("word", "https://example.org", False),
        ("word", "10:30", False),
        ("word", "note:this", False),
    ]


@pytest.mark.parametrize("typed", ["", "   ", "-", '"', '""', "from:", "-from:", "!!!", "\x00", "-- --", "->"])
def test_what_says_nothing_is_no_part(typed):
    assert parse(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        '"unclosed phrase',
        'a"b"c',
        'from:"',
        "from:from:x",
        ":::",
        '-"no such thing"',
        "東京 -駅",
        "“smart quotes”",
        "x" * 5_000,
    ],
)
def test_reading_never_fails_and_reads_the_same_when_written_again(typed):
    parts = parse(typed)
    assert parse(written(parts)) == parts


def test_a_long_query_is_cut():
    assert len(parse("a " * 1_000)) <= PARTS_MOST


@pytest.mark.parametrize(
    "value, prefix",
    [("dep", True), ("de", False), ("de*", True), ("x.py", False), ("foo(", False), ("駅", False), ("a_bcd", True)],
)
def test_words_of_three_letters_find_what_begins_with_them(value, prefix):
    assert Part("word", value).is_prefix is prefix
    assert not Part("phrase", value).is_prefix


def test_case_accents_width_and_the_sharp_s_do_not_matter():
    assert words("Grüße aus ＴＯＫＹＯ, Straße É") == ["grusse", "aus", "tokyo", "strasse", "e"]


def test_signs_part_words_so_that_code_and_addresses_are_words_in_a_row():
    assert words("https://docs.example.org/a_b?c=1") == ["https", "docs", "example", "org", "a", "b", "c", "1"]
    assert words("rooms.actions->post_messages()") == ["rooms", "actions", "post", "messages"]


def test_scripts_without_spaces_become_pairs():
    assert words("東京駅で") == ["東京", "京駅", "駅で"]
    assert words("한국어") == ["한국", "국어"]
    assert words("駅") == ["駅"]
    assert set("東京") <= set(document("東京"))


def test_parts_of_camel_case_are_found_too():
    assert document("call getUserName now") == ["call", "getusername", "now", GAP, "get", "user", "name"]


def test_pictures_are_words():
    assert words("nice 🎉🎉 work") == ["nice", "🎉", "🎉", "work"]


def test_no_text_can_write_what_search_notes():
    assert all(MARK not in word for word in document(f"a {MARK}r1 {MARK}{MARK}s2 \ue000link"))


def test_words_know_where_they_stand():
    text = "Große 東京駅 ﬁne"
    assert [(one.text, text[one.start : one.end]) for one in spans(text)] == [
        ("grosse", "Große"), ("東京", "東京"), ("京駅", "京駅"), ("fine", "ﬁne"),
    ]  # fmt: skip


def test_endless_words_are_cut_alike_in_text_and_query():
    assert words("a" * 9_000) == words("a" * 500) and len(words("a" * 9_000)[0]) == 64
