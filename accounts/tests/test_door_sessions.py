"""The list of sessions, and ending them."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.browsers import describe
from accounts.views import settings

URL = "/settings/sessions/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"


def row_of(client: Any) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_the_list_says_which_browser_where_and_when_this_one_first(signed_in: Any, alice: Any, bob: Any) -> None:
    here = signed_in(alice, HTTP_USER_AGENT=FIREFOX)
    signed_in(alice, HTTP_USER_AGENT=IPHONE)
    signed_in(bob)
    page = here.get(URL)
    assert [entry["browser"].name for entry in page.context["entries"]] == ["Firefox on Linux", "Safari on iPhone"]
    text = page.content.decode()
    assert "This one" in text and row_of(here).ip in text
    assert here.session.session_key not in text  # it is as good as a password


def test_ending_one_ends_it_and_closes_its_sockets(signed_in: Any, alice: Any, closed: Any) -> None:
    here, there = signed_in(alice), signed_in(alice)
    row = row_of(there)
    assert here.post(URL + "end/", {"session": row.pk})["Location"] == URL
    assert closed() == [(alice.pk, 4401, row.session_key)]
    assert there.get(URL).status_code == 302
    assert here.get(URL).status_code == 200


def test_ending_all_others_spares_this_one(signed_in: Any, alice: Any, bob: Any, closed: Any) -> None:
    here, there, elsewhere = signed_in(alice), signed_in(alice), signed_in(alice)
    bobs = signed_in(bob)
    keys = {client.session.session_key for client in (there, elsewhere)}
    here.post(URL + "end/")
    assert {(user, code) for user, code, _key in closed()} == {(alice.pk, 4401)}
    assert {key for _user, _code, key in closed()} == keys
    assert [client.get(URL).status_code for client in (here, there, elsewhere, bobs)] == [200, 302, 302, 200]


@pytest.mark.parametrize("session", ["bobs", "0", "-1", "x", "9" * 30, "", "1e3"])
def test_nobody_ends_somebody_elses_session(signed_in: Any, alice: Any, bob: Any, closed: Any, session: str) -> None:
    bobs = signed_in(bob)
    row = row_of(bobs)
    page = signed_in(alice).post(URL + "end/", {"session": row.pk if session == "bobs" else session}, follow=True)
    assert "over already" in page.content.decode()
    assert bobs.get(URL).status_code == 200 and not closed()


def test_a_session_that_ended_by_itself_leaves_the_list(signed_in: Any, alice: Any) -> None:
    here, there = signed_in(alice), signed_in(alice)
    there.session.flush()
    assert len(here.get(URL).context["entries"]) == 1


def test_of_many_those_seen_last_are_listed_and_all_are_ended(signed_in: Any, alice: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "SESSIONS_LISTED", 3)
    here, *others = [signed_in(alice) for _ in range(6)]
    for minutes, client in enumerate([*others, here]):
        UserSession.objects.filter(pk=row_of(client).pk).update(
            last_seen_at=timezone.now() - timedelta(minutes=minutes)
        )
    page = here.get(URL)
    assert [entry["session"].pk for entry in page.context["entries"]] == [row_of(one).pk for one in (here, *others[:2])]
    assert "And 3 more" in page.content.decode()
    here.post(URL + "end/")
    assert UserSession.objects.count() == 1 and "more" not in here.get(URL).content.decode()


def test_last_seen_moves_at_most_once_a_minute(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    long_ago = timezone.now() - timedelta(hours=2)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get(URL)
    moved = row_of(client).last_seen_at
    assert moved > long_ago
    client.get(URL)
    assert row_of(client).last_seen_at == moved


def test_a_list_of_allauths_own_leads_here(signed_in: Any, alice: Any) -> None:
    assert signed_in(alice).get("/accounts/sessions/")["Location"] == URL


def test_strangers_end_nothing(visitor: Any) -> None:
    assert visitor().post(URL + "end/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("user_agent", "name", "is_phone"),
    [
        (FIREFOX, "Firefox on Linux", False),
        (IPHONE, "Safari on iPhone", True),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0", "Edge on Windows", False),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36", "Chrome on Android", True),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.6 Safari/605.1.15", "Safari on macOS", False),
        ("curl/8.5.0", "curl", False),
        ("", "Unknown program", False),
        ("<script>", "<script>", False),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_know_it(user_agent: str, name: str, is_phone: bool) -> None:
    assert describe(user_agent) == (name, is_phone)
