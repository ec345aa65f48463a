"""What ends a session or a token ends its sockets, at a real server."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client as Browser

from accounts.actions import create_token, delete_account, end_session, revoke_token, suspend
from accounts.models import ApiToken
from accounts.tests.conftest import PASSWORD
from talkwave.realtime import publish
from talkwave.testing_client import Client

NEW = "another horse, another battery"


@pytest.fixture
def socket_of(server: Any, transactional_db: None) -> Iterator[Callable[..., Client]]:
    """The socket a page in this browser opens."""
    opened: list[Client] = []

    def open_socket(browser: Browser, **options: Any) -> Client:
        cookie = f"sessionid={browser.cookies['sessionid'].value}"
        opened.append(Client(server.port, cookie=cookie, origin=server.url, **options))
        return opened[-1]

    yield open_socket
    for client in opened:
        client.close()


def test_after_a_new_password_this_browser_comes_back_and_the_others_are_out(
    visitor: Any, person: Any, socket_of: Callable[..., Client]
) -> None:
    person("ann", password=PASSWORD)
    here, there = visitor(), visitor()
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": "ann", "password": PASSWORD})
    mine, other = socket_of(here), socket_of(there)
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert (mine.closed_with(), other.closed_with()) == (1012, 4401)
    again = socket_of(here)
    assert again.hello["user"]["username"] == "ann"
    assert socket_of(there, greet=False).closed_with() == 4401
    here.post("/accounts/logout/")
    assert again.closed_with() == 4401


def test_revoking_one_session_closes_its_sockets_alone(
    signed_in: Any, alice: Any, socket_of: Callable[..., Client]
) -> None:
    here, there = signed_in(alice), signed_in(alice)
    mine, other = socket_of(here), socket_of(there)
    end_session(alice, UserSession.objects.get(session_key=there.session.session_key).pk)
    assert other.closed_with() == 4401
    assert mine.ask(type="ping")["type"] == "pong"


def test_a_page_that_is_open_while_one_is_suspended_hears_why(
    signed_in: Any, alice: Any, socket_of: Callable[..., Client]
) -> None:
    socket = socket_of(signed_in(alice))
    suspend(None, alice)
    assert socket.closed_with() == 4403


@pytest.mark.parametrize("told", [True, False], ids=["at once", "also where the word of it is lost"])
def test_a_revoked_token_is_out_and_the_persons_other_programs_stay(
    server: Any, transactional_db: None, alice: Any, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [create_token(alice, alice, name) for name in ("old", "new")]
    out, stays = (Client(server.port, token=token) for token in tokens)
    if not told:
        monkeypatch.setattr(publish, "_send", lambda envelopes: None)
    revoke_token(alice, ApiToken.objects.get(name="old"))
    assert out.closed_with() == 4401 and stays.ask(type="ping")["type"] == "pong"
    assert Client(server.port, token=tokens[0], greet=False).closed_with() == 4401
    stays.close()


def test_a_deleted_account_and_a_suspended_one_are_out_in_their_own_ways(
    server: Any, transactional_db: None, alice: Any, bob: Any
) -> None:
    tokens = [create_token(user, user) for user in (alice, bob)]
    a, b = (Client(server.port, token=token) for token in tokens)
    delete_account(alice, alice)
    suspend(None, bob)
    assert (a.closed_with(), b.closed_with()) == (4401, 4403)
    assert [Client(server.port, token=token, greet=False).closed_with() for token in tokens] == [4401, 4403]
