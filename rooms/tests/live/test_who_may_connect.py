"""The door of the live path: who gets in, and what the others are told."""

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import ApiToken, User
from talkwave.testing_client import Client


@pytest.fixture
def cookie(transactional_db):
    def sign_in(user):
        browser = Browser()
        browser.force_login(user)
        return f"sessionid={browser.cookies['sessionid'].value}"

    return sign_in


@pytest.fixture
def closed_with(server):
    def attempt(**how):
        client = Client(server.port, greet=False, **how)
        code = client.closed_with()
        client.close()
        return code

    return attempt


def test_a_signed_in_browser_gets_its_hello(server, cookie, alice, room):
    client = Client(server.port, cookie=cookie(alice), origin=server.url)
    hello = client.hello
    assert hello["protocol"] == 1 and hello["heartbeat"] == 25 and hello["epoch"] and hello["server_time"]
    assert hello["user"]["username"] == "alice"
    (den,) = hello["rooms"]
    assert den["name"] == "den" and den["role"] == "member" and den["member_count"] == 3
    assert {"id", "kind", "topic", "version", "last_seq", "read_seq", "unread", "mentions", "notify"} <= den.keys()
    client.close()


def test_a_token_needs_no_origin(connect, alice):
    assert connect(alice).hello["user"]["id"] == str(alice.pk)


def test_nobody_is_told_to_sign_in(closed_with, server, transactional_db):
    assert closed_with() == 4401
    assert closed_with(origin=server.url) == 4401
    assert closed_with(cookie="sessionid=nonsense", origin=server.url) == 4401
    assert closed_with(token="tw_nonsense") == 4401
    assert closed_with(headers={"Authorization": "Basic eDp5"}) == 4401


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://127.0.0.1", "https://127.0.0.1:{port}", "http://127.0.0.1:1",
     "http://evil.example:{port}", "http://127.0.0.1.evil.example:{port}", "ftp://127.0.0.1:{port}"],
)  # fmt: skip
def test_a_cookie_from_another_site_opens_nothing(closed_with, server, cookie, alice, origin):
    assert closed_with(cookie=cookie(alice), origin=origin and origin.format(port=server.port)) == 4401


def test_a_revoked_token_opens_nothing(closed_with, alice, token):
    secret = token(alice)
    ApiToken.objects.update(revoked_at=timezone.now())
    assert closed_with(token=secret) == 4401


def test_the_suspended_are_told_so(closed_with, cookie, server, alice, token):
    session, secret = cookie(alice), token(alice)
    User.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    assert closed_with(token=secret) == 4403
    assert closed_with(cookie=session, origin=server.url) == 4403


def test_a_deleted_account_opens_nothing(closed_with, alice, token):
    secret = token(alice)
    User.objects.filter(pk=alice.pk).update(deleted_at=timezone.now())
    assert closed_with(token=secret) == 4401


def test_a_person_may_have_only_so_many_sockets(server, connect, alice):
    clients = [connect(alice) for _ in range(50)]
    assert connect(alice, greet=False).closed_with() == 4429
    clients[0].close()
