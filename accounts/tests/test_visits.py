"""How many pages nobody in particular may ask for, from one address."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from talkwave.web import limits
from talkwave.web.address import network_of
from talkwave.web.ratelimit import Buckets

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "visiting", Buckets(0.01, 3))


def test_beyond_it_a_page_says_when_to_come_back(client: Client) -> None:
    assert [client.get(LOGIN).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get(LOGIN)
    assert 0 < int(answer["Retry-After"]) <= 100
    assert b"Try again in" in answer.content


def test_a_program_gets_it_as_json(client: Client) -> None:
    for _ in range(3):
        client.get(LOGIN)
    answer = client.get(LOGIN, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")


def test_a_cookie_that_is_nobodys_is_no_way_round(client: Client) -> None:
    client.cookies["sessionid"] = "x" * 32
    assert [client.get(LOGIN).status_code for _ in range(4)][-1] == 429


def test_nor_for_pictures_and_who_is_signed_in_sees_all_of_them(
    client: Client, signed_in: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "pictures", Buckets(0.01, 3))
    picture, browser = f"/people/{alice.pk}/avatar", signed_in(alice)
    assert [browser.get(picture, REMOTE_ADDR="198.51.100.9").status_code for _ in range(9)] == [200] * 9
    client.cookies["sessionid"] = "x" * 32
    assert [client.get(picture).status_code for _ in range(7)] == [200] * 6 + [429]


def test_each_address_has_its_own(client: Client, settings: LazySettings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for _ in range(4):
        client.get(LOGIN, headers={"X-Forwarded-For": "203.0.113.7"})
    assert client.get(LOGIN, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 429
    assert client.get(LOGIN, headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 200
    # What a client writes in front of what the proxy saw makes no other address.
    forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert client.get(LOGIN, headers=forged).status_code == 429


def test_who_is_signed_in_is_not_counted_by_address(signed_in, alice) -> None:
    browser = signed_in(alice)
    assert [browser.get("/settings/profile/").status_code for _ in range(6)] == [200] * 6


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_an_ipv6_address_counts_as_the_network_one_customer_has(address: str, network: str) -> None:
    assert network_of(address) == network
