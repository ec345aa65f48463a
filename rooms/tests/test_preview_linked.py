"""Which links of a message get a preview."""

from typing import Any

import pytest

from rooms.previews.linked import links_of

A = "https://a.example/x"


@pytest.mark.parametrize(
    "body",
    [A, f"look: {A}.", f"[this]({A})", f"![a picture]({A})", f"**{A}**", f"_{A}_", f"~~{A}~~", f"- {A}", f"| a |\n|---|\n| {A} |", f"# {A}",
     f"({A})", f"{A} {A}", f"{A} {A}#further {A}#down"],
)  # fmt: skip
def test_a_link_gets_one(body: str) -> None:
    assert links_of(body) == [A]


@pytest.mark.parametrize(
    "body",
    ["hello", f"<{A}>", f"`{A}`", f"```\n{A}\n```", f"> {A}", f"> > {A}", f"||{A}||", f"||see [x]({A})||",
     "example.org", "mailto:x@example.org", "x@example.org", "ftp://example.org/", "[x](mailto:a@b.example)",
     "http://127.0.0.1:8000/rooms/1/", "://", "[x](/rooms/1)"],
)  # fmt: skip
def test_what_is_hidden_quoted_or_only_mentioned_gets_none(body: str) -> None:
    assert links_of(body) == []


def test_what_stands_beside_the_hidden_still_gets_one() -> None:
    assert links_of(f"> {A}\n\n||http://b.example|| http://c.example/") == ["http://c.example/"]


def test_only_the_first_few_count(settings: Any) -> None:
    body = " ".join(f"http://{name}.example/" for name in "abcde")
    assert links_of(body) == ["http://a.example/", "http://b.example/", "http://c.example/"]
    settings.PREVIEWS_A_MESSAGE = 1
    assert links_of(body) == ["http://a.example/"]


def test_a_link_to_this_very_site_gets_none(settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    assert links_of("https://chat.example/rooms/1/ http://CHAT.example/ https://chat.example.org/") == [
        "https://chat.example.org/"
    ]
