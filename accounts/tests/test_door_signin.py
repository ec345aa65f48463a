"""The sign-in page, and what a session is."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import delete_account, suspend
from accounts.models import User
from accounts.tests.conftest import PASSWORD

URL = "/accounts/login/"
BCRYPT_FIRST = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


def sign_in(client: Any, login: str, password: str = PASSWORD) -> Any:
    return client.post(URL, {"login": login, "password": password})


@pytest.fixture
def ann(person: Any) -> Any:
    return person("Ann", email="ann@example.org", password=PASSWORD)


@pytest.mark.parametrize("login", ["Ann", "ann", " ANN ", "ａｎｎ", "ann@example.org", "ANN@Example.ORG"])
def test_one_signs_in_by_name_or_address_however_it_is_written(visitor: Any, ann: Any, login: str) -> None:
    client = visitor()
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert int(client.session["_auth_user_id"]) == ann.pk


def test_a_session_outlives_the_browser(visitor: Any, ann: Any, settings: Any) -> None:
    client = visitor()
    sign_in(client, "ann")
    cookie = client.cookies["sessionid"]
    assert int(cookie["max-age"]) == settings.SESSION_COOKIE_AGE > 86_400
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_one_comes_back_to_where_one_wanted_to_go_but_nowhere_else(visitor: Any, ann: Any) -> None:
    assert sign_in_to(visitor(), "/rooms/7/") == "/rooms/7/"
    assert sign_in_to(visitor(), "https://evil.example/") == "/"
    assert sign_in_to(visitor(), "//evil.example/") == "/"


def sign_in_to(client: Any, wanted: str) -> str:
    return str(client.post(URL, {"login": "ann", "password": PASSWORD, "next": wanted})["Location"])


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visitor: Any, ann: Any) -> None:
    answers = {
        str(sign_in(visitor(), login, "wrong").context["form"].errors)
        for login in ("ann", "ann@example.org", "nobody", "nobody@example.org", "a" * 200)
    }
    assert len(answers) == 1
    assert "not right" in answers.pop()


def test_known_or_not_exactly_one_password_is_hashed(visitor: Any, ann: Any, monkeypatch: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["accounts.tests.counting.CountingHasher"]
    from accounts.tests.counting import CountingHasher

    ann.set_password(PASSWORD)
    ann.save()
    for login in ("ann", "ann@example.org", "nobody", "nobody@example.org"):
        CountingHasher.counted = 0
        sign_in(visitor(), login, "wrong")
        assert CountingHasher.counted == 1, login


def test_passwords_are_kept_as_bcrypt_over_sha256(person: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = BCRYPT_FIRST
    user = person("ann", password="x" * 100)
    assert user.password.startswith("bcrypt_sha256$")
    # plain bcrypt reads 72 characters only
    assert user.check_password("x" * 100) and not user.check_password("x" * 99)


@pytest.mark.parametrize("old", ["argon2", "pbkdf2_sha256"])
def test_an_older_hash_still_opens_and_is_replaced_by_bcrypt(visitor: Any, ann: Any, settings: Any, old: str) -> None:
    settings.PASSWORD_HASHERS = BCRYPT_FIRST
    User.objects.filter(pk=ann.pk).update(password=make_password(PASSWORD, hasher=old))
    client = visitor()
    assert sign_in(client, "ann").status_code == 302
    ann.refresh_from_db()
    assert ann.password.startswith("bcrypt_sha256$") and ann.check_password(PASSWORD)
    assert client.get("/settings/profile/").status_code == 200  # the new hash does not end the new session


def test_a_suspended_person_is_told_so_only_with_the_right_password(visitor: Any, ann: Any) -> None:
    suspend(None, ann)
    assert "not right" in sign_in(visitor(), "ann", "wrong").content.decode()
    client = visitor()
    response = sign_in(client, "ann")
    assert response.status_code == 403
    assert "This account is suspended" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_deleted_account_is_nobodys(visitor: Any, ann: Any) -> None:
    delete_account(ann, ann)
    for login in ("ann", "ann@example.org", f"deleted-{ann.pk}"):
        assert "not right" in sign_in(visitor(), login).content.decode()


def test_wrong_passwords_for_one_name_are_stopped_whatever_the_spelling_and_the_address(visitor: Any, ann: Any) -> None:
    for spelling in ("ann", "ANN", "Ann", "ａｎｎ", " ann"):
        sign_in(visitor(), spelling, "wrong")
    response = sign_in(visitor(), "ann")
    assert "Too many tries" in response.content.decode()
    assert sign_in(visitor(), "bob").status_code == 200  # others are not held up


def test_a_forged_forwarded_address_does_not_start_a_new_count(visitor: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/m/ip"}
    client = visitor()
    words = [
        client.post(
            URL, {"login": f"n{n}", "password": "wrong"}, headers={"x-forwarded-for": f"1.2.3.{n}"}
        ).content.decode()
        for n in range(3)
    ]
    assert "Too many tries" in words[2] and "Too many tries" not in words[1]


def test_where_addresses_must_be_confirmed_one_who_did_not_waits(visitor: Any, ann: Any, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    client = visitor()
    assert sign_in(client, "ann")["Location"] == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_who_an_operator_made_without_an_address_has_nothing_to_confirm(
    visitor: Any, person: Any, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    person("bea", password=PASSWORD)
    assert sign_in(visitor(), "bea")["Location"] == "/"


def test_an_address_somebody_else_only_claims_does_not_sign_them_in(visitor: Any, ann: Any, person: Any) -> None:
    from allauth.account.models import EmailAddress

    mallory = person("mallory", password="mallory's own password")
    EmailAddress.objects.create(user=mallory, email="ann@example.org", verified=False)
    assert sign_in(visitor(), "ann@example.org", "mallory's own password").status_code == 200
    assert sign_in(visitor(), "ann@example.org").status_code == 302


def test_signing_out_ends_the_session_and_closes_its_sockets(signed_in: Any, alice: Any, closed: Any) -> None:
    client = signed_in(alice)
    key = client.session.session_key
    assert client.get("/accounts/logout/").status_code == 200  # asks first: a link must not sign anybody out
    assert client.post("/accounts/logout/").status_code == 302
    assert closed() == [(alice.pk, 4401, key)]
    assert client.get("/settings/profile/").status_code == 302


def test_a_page_of_somebody_signed_in_costs_no_write(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    with CaptureQueriesContext(connection) as queries:
        client.get("/settings/sessions/")
    assert not [q["sql"] for q in queries if q["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
