"""The sign-up page."""

from typing import Any

import pytest
from django.core import mail

from accounts.models import User
from accounts.tests.conftest import PASSWORD

URL = "/accounts/signup/"


def form(**changes: str) -> dict[str, str]:
    return {"username": "ann", "email": "ann@example.org", "password1": PASSWORD, "display_name": "", **changes}


def test_who_signs_up_is_in_at_once(visitor: Any) -> None:
    client = visitor()
    response = client.post(URL, form(display_name="Ann Berg"))
    assert (response.status_code, response["Location"]) == (302, "/")
    user = User.objects.get(username="ann")
    assert (user.email, user.display_name, user.is_staff, user.can_take_part) == (
        "ann@example.org",
        "Ann Berg",
        False,
        True,
    )
    assert user.check_password(PASSWORD)
    assert client.get("/settings/profile/").status_code == 200


def test_the_form_has_labels_hints_and_what_password_managers_look_for(visitor: Any) -> None:
    page = visitor().get(URL).content.decode()
    assert 'autocomplete="new-password"' in page and 'autocomplete="username"' in page
    assert page.count("<label") >= 4 and "password2" not in page and "style=" not in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "a", "2"),
        ("username", "ann lee", "letters, digits"),
        ("username", "аnn", "looks like another"),
        ("username", "admin", "kept free"),
        ("username", "everyone", "kept free"),
        ("username", "", "required"),
        ("email", "nonsense", "valid"),
        ("email", "", "required"),
        ("password1", "short", "too short"),
        ("password1", "password", "too common"),
        ("password1", "98765432101", "numeric"),
        ("password1", "ann@example.org", "similar"),
        ("display_name", "x" * 65, "64"),
    ],
)
def test_a_wrong_field_says_what_is_wrong_and_makes_nobody(visitor: Any, field: str, value: str, words: str) -> None:
    response = visitor().post(URL, form(**{field: value}))
    assert response.status_code == 200
    assert words in " ".join(response.context["form"].errors[field])
    assert not User.objects.exists()


@pytest.mark.parametrize("taken", ["Alice", "ALICE", "ａｌｉｃｅ", "aIice"])
def test_a_name_that_is_taken_or_looks_so_is_refused(visitor: Any, alice: Any, taken: str) -> None:
    response = visitor().post(URL, form(username=taken))
    assert "taken" in str(response.context["form"].errors["username"])
    assert User.objects.count() == 1


def test_an_address_that_is_taken_is_refused_in_any_case(visitor: Any, person: Any) -> None:
    person("alice", email="ann@example.org")
    response = visitor().post(URL, form(email="ANN@Example.org"))
    assert "Sign in" in str(response.context["form"].errors["email"])
    assert User.objects.count() == 1


def test_where_addresses_must_be_confirmed_a_taken_one_looks_like_a_free_one(
    visitor: Any, person: Any, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    person("alice", email="ann@example.org")
    taken = visitor().post(URL, form())
    free = visitor().post(URL, form(username="bea", email="bea@example.org"))
    assert (taken.status_code, taken["Location"]) == (free.status_code, free["Location"])
    assert taken["Location"] == "/accounts/confirm-email/"
    assert not User.objects.filter(username="ann").exists()
    assert {message.to[0] for message in mail.outbox} == {"ann@example.org", "bea@example.org"}


def test_somebody_quicker_by_a_moment_leaves_a_clear_answer(visitor: Any, person: Any, monkeypatch: Any) -> None:
    person("ann")
    monkeypatch.setattr("accounts.adapter.AccountAdapter.clean_username", lambda self, name, shallow=False: name)
    response = visitor().post(URL, form())
    assert response.status_code == 409
    assert "taken" in response.content.decode()
    assert User.objects.count() == 1


def test_a_closed_place_takes_nobody(visitor: Any, settings: Any) -> None:
    settings.SIGNUP_MODE = "closed"
    assert "password1" not in visitor().get(URL).content.decode()
    visitor().post(URL, form())
    assert not User.objects.exists()


def test_signing_up_too_often_from_one_address_is_stopped(visitor: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"signup": "2/m/ip"}
    client = visitor()
    answers = [client.post(URL, form(username="a")) for _try in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"


def test_a_form_without_its_token_is_refused(db: None) -> None:
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(URL, form()).status_code == 403
    assert not User.objects.exists()
