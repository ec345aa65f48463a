"""User names and display names: what is allowed, what is the same, what only looks the same."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError

from accounts.actions import create_person
from accounts.names import clean_line, is_reserved, normalise, username_key, username_look, validate_username
from talkwave.errors import Refused

GOOD = [
    "ann", "Bob", "carl.berg", "dora_fox", "e-lise", "frank99", "7up", "x1", "müller", "José", "Þórr", "Łukasz", "Yıldız",
    "Зоя", "Дмитрий", "Ελένη", "مريم", "שרה", "张伟", "さくら花", "マリー", "김철수", "नमन", "a" * 32,
]  # fmt: skip

BAD = {
    "characters": [
        "ann lee", "ann@home", "@ann", "_ann", ".ann", "-ann", "ann.", "a..b", "ann!", "a/b", "<b>ann</b>", "ann\u00a0lee",
        "a'b", "ａｎｎ", "ﬁnn", "ʙob", "ɑnn", "ann①", "ann٣", "ǃann", "👩ann", "ann™", "ann²", " ann", "ann ",
    ],
    "invisible": [
        "an\u200dn", "an\u200bn", "an\u200cn", "ann\u202e", "\u2066ann", "an\u00adn", "\u3164\u3164", "\u115fann",
        "ann\u1160", "\uffa0ann", "a\u0301nn", "an\u0338n", "an\u20ddn", "ann\ufe0f", "ann\u034f", "an\u0000n", "an\tn",
        "ann\n", "\ufeffann", "ann\ud800", "ann\ue000", "ann\U000e0041",
    ],
    "confusable": [
        "аnn", "ann\u0430", "bоb", "аdmin", "pаypal", "αnn", "annο", "Ꭺnn", "ꓮnn", "annа.b", "ѕam", "сhаrlie", "johnドn", "김Зоя", "annא",
    ],
    "length": ["", "a", "a" * 33, "é"],
    "reserved": [
        "admin", "ADMIN", "Admin1strator", "adm1n", "here", "all", "everyone", "channel", "root", "r00t", "system", "support",
        "talkwave", "ta1kwave", "talkwave-team", "deleted-7", "rnoderator",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_an_honest_name_of_any_script_is_allowed(name: str) -> None:
    validate_username(name)


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in BAD.items() for name in names])
def test_a_name_that_cannot_be_told_or_typed_is_refused_and_says_why(code: str, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_username(name)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_whole_names_of_another_script_are_refused_once_the_name_they_look_like_is_taken(db: None) -> None:
    create_person(None, username="bepa")
    with pytest.raises(Refused, match="looks like bepa"):
        create_person(None, username="Вера")


@pytest.mark.parametrize(
    "spoof",
    ["aIice", "a1ice", "ALICE", "Alice", "ａｌｉｃｅ", "alıce", " alice "],
)
def test_nobody_can_take_a_name_that_looks_like_alice(spoof: str, db: None) -> None:
    create_person(None, username="alice")
    with pytest.raises(Refused) as refused:
        create_person(None, username=spoof)
    assert refused.value.code == "conflict"


@pytest.mark.parametrize("one, other", [("rnax", "max"), ("b0b", "bob"), ("Ιris", "lris"), ("сосо", "coco")])
def test_names_that_are_drawn_alike_have_one_look(one: str, other: str) -> None:
    assert username_look(one) == username_look(other)


def test_a_name_is_the_same_in_any_case_and_any_width() -> None:
    assert username_key("Straße") == username_key("STRASSE") == username_key("ｓｔｒａｓｓｅ")
    assert normalise(" ｂｏｂ ") == "bob"


def test_keys_and_looks_fit_their_columns_whatever_the_name() -> None:
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char)[0] not in "LN" or char != normalise(char):
            continue
        assert len(username_key(char * 32)) <= 64, hex(code)
        assert len(username_look(char * 32)) <= 96, hex(code)


def test_an_operator_may_give_away_titles_but_not_the_words_that_speak_to_a_room() -> None:
    assert is_reserved("admin") and not is_reserved("admin", by_operator=True)
    assert is_reserved("everyone", by_operator=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ann   Berg ", "Ann Berg"),
        ("Ann\u202eBerg", "AnnBerg"),
        ("Ann\nBerg\x00", "Ann Berg"),
        ("\u3164\u3164", ""),
        ("\u200d\u200b", ""),
        ("\u0301\u0301", ""),
        ("Z\u0301\u0302\u0303\u0304\u0305", "Ź\u0302\u0303\u0304"),
        ("👩\u200d🚀 Ada", "👩\u200d🚀 Ada"),
        ("A\u200dda", "Ada"),
        ("नमस्ते", "नमस्ते"),
        ("e\u0301", "é"),
    ],
)
def test_a_display_name_is_one_clean_line(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept
