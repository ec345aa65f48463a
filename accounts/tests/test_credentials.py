"""Who a token or a session belongs to, as a socket asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.actions import create_token, create_tokens, delete_account, revoke_token, suspend
from accounts.actions.sessions import end_other_sessions
from accounts.credentials import token_for, user_for_session
from accounts.models import ApiToken
from rooms.models import AuditEntry
from talkwave.errors import Refused


def test_a_token_is_its_owners_and_only_its_hash_is_kept(alice: Any, django_assert_num_queries: Any) -> None:
    token = create_token(alice, alice, "deploy bot")
    with django_assert_num_queries(1):
        assert token_for(token).user == alice
    row = ApiToken.objects.get()
    assert token.startswith("tw_") and len(token) > 40 and token not in str(vars(row))


@pytest.mark.parametrize("bearer", ["", "tw_", "tw_x", "x" * 5000, "\0", "\ud800", "é", "' OR 1=1 --"])
def test_what_is_no_token_is_nobodys(alice: Any, bearer: str) -> None:
    create_token(alice, alice)
    assert token_for(bearer) is None


def test_a_token_is_not_its_digest(alice: Any) -> None:
    create_token(alice, alice)
    assert token_for(ApiToken.objects.get().digest) is None


def test_a_revoked_token_is_nobodys_and_its_sockets_close(alice: Any, closed: Any) -> None:
    token = create_token(alice, alice)
    row = ApiToken.objects.get()
    revoke_token(alice, row)
    revoke_token(alice, row)
    assert token_for(token) is None
    assert closed(by="token") == [(alice.pk, 4401, row.pk)]


def test_nobody_makes_or_revokes_a_token_for_somebody_else(alice: Any, bob: Any, staff: Any) -> None:
    create_token(alice, alice, "mine")
    for act in (lambda: create_token(bob, alice), lambda: revoke_token(bob, ApiToken.objects.get())):
        with pytest.raises(Refused):
            act()
    revoke_token(staff, ApiToken.objects.get())
    assert AuditEntry.objects.get().verb == "revoke_token"


def test_many_tokens_cost_two_queries(person: Any, django_assert_num_queries: Any) -> None:
    people = [person(f"p{n}x") for n in range(20)]
    with django_assert_num_queries(2):
        tokens = create_tokens(None, people)
    assert [token_for(token).user for token in tokens] == people


def test_suspended_people_are_known_so_that_the_door_can_say_so(alice: Any, signed_in: Any) -> None:
    token, key = create_token(alice, alice), signed_in(alice).session.session_key
    suspend(None, alice)
    suspended = token_for(token).user
    assert suspended == alice and not suspended.can_take_part
    assert user_for_session(key) is None  # ended; nobody


def test_deleted_people_are_not(alice: Any) -> None:
    token = create_token(alice, alice)
    delete_account(alice, alice)
    assert token_for(token) is None
    with pytest.raises(Refused):
        create_token(None, alice)


def test_a_session_is_whose_it_is(alice: Any, signed_in: Any) -> None:
    assert user_for_session(signed_in(alice).session.session_key) == alice


@pytest.mark.parametrize("key", ["", "nope", "x" * 500, "a\0b", "../../etc", "é" * 32, "\ud800"])
def test_what_is_no_session_is_nobodys(db: None, key: str) -> None:
    assert user_for_session(key) is None


def test_a_session_that_expired_is_nobodys(alice: Any, signed_in: Any) -> None:
    key = signed_in(alice).session.session_key
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert user_for_session(key) is None


def test_a_session_of_an_older_password_is_nobodys(alice: Any, signed_in: Any) -> None:
    key = signed_in(alice).session.session_key
    alice.set_password("something else entirely")
    alice.save()
    assert user_for_session(key) is None


def test_a_session_outlives_a_new_secret_key_while_the_old_one_is_a_fallback(
    alice: Any, signed_in: Any, settings: Any
) -> None:
    key = signed_in(alice).session.session_key
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key altogether, for some time to come"
    assert user_for_session(key) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert user_for_session(key) == alice


def test_an_ended_session_is_nobodys(alice: Any, signed_in: Any) -> None:
    key = signed_in(alice).session.session_key
    end_other_sessions(alice, keep=None)
    assert user_for_session(key) is None


def test_a_session_nobody_is_signed_in_with_is_nobodys(visitor: Any) -> None:
    client = visitor()
    session = client.session
    session["cart"] = 1
    session.save()
    assert user_for_session(session.session_key) is None
