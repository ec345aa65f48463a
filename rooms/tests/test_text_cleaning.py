"""What is stored of what somebody submits, and what is refused."""

import pytest

from rooms.text import clean
from talkwave.errors import Refused


@pytest.mark.parametrize(
    ("submitted", "stored"),
    [
        ("hello", "hello"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a  \n\t \r\n", "a"),
        ("  a", "  a"),
        ("```\n\tx\n```\n\n", "```\n\tx\n```"),
        ("a\u2028b\u3000", "a\u2028b"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("ⵣ", "ⵣ"),
    ],
)
def test_a_body_is_made_tidy(submitted: str, stored: str) -> None:
    assert clean(submitted) == stored
    assert clean(stored) == stored


@pytest.mark.parametrize(
    "body",
    ["", " ", "\n\r\n\t", "\u200b", "\u200d\u200c", "\u3164", "\u2800\u2800", "\u00ad", "\ufeff", "\u202e\u202c", "\u115f\u1160", "\ufe0f", "\u034f", "\U000e0041", "\u00a0\u2003", "\u180e"],
)  # fmt: skip
def test_an_empty_or_invisible_body_is_refused(body: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(body)
    assert refused.value.code == "bad_request"


@pytest.mark.parametrize("code", [0x00, 0x01, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0xD800, 0xDFFF])
def test_a_character_that_cannot_be_stored_is_refused(code: int) -> None:
    with pytest.raises(Refused) as refused:
        clean(f"a{chr(code)}b")
    assert refused.value.code == "bad_request"


def test_a_body_over_the_limit_is_refused_with_both_counts(settings: object) -> None:
    with pytest.raises(Refused) as refused:
        clean("x" * 10_001)
    assert refused.value.code == "too_long"
    assert "10001" in refused.value.detail and "10000" in refused.value.detail


def test_white_space_at_the_end_does_not_count_towards_the_limit() -> None:
    assert len(clean("x" * 10_000 + "\n" * 50)) == 10_000
