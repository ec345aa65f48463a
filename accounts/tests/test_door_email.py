"""The e-mail address: confirmed, changed, and nobody else's."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.tests.conftest import PASSWORD

URL = "/accounts/email/"


@pytest.fixture
def ann(person: Any) -> Any:
    user = person("ann", email="ann@example.org", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def confirm(client: Any) -> Any:
    path = re.search(r"http://testserver(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]  # type: ignore[index]
    return client.post(path)


def test_a_new_address_takes_the_place_of_the_old_one_once_confirmed(signed_in: Any, ann: Any) -> None:
    client = signed_in(ann)
    client.post(URL, {"email": "new@example.org", "action_add": ""})
    ann.refresh_from_db()
    assert ann.email == "ann@example.org"
    confirm(client)
    ann.refresh_from_db()
    assert ann.email == "new@example.org"
    assert [(a.email, a.primary, a.verified) for a in EmailAddress.objects.filter(user=ann)] == [
        ("new@example.org", True, True)
    ]


def test_who_confirms_an_address_has_it_and_who_only_gave_it_loses_it(signed_in: Any, ann: Any, person: Any) -> None:
    squatter = person("mallory", email="new@example.org")
    EmailAddress.objects.create(user=squatter, email="new@example.org", primary=True, verified=False)
    client = signed_in(ann)
    client.post(URL, {"email": "new@example.org", "action_add": ""})
    assert confirm(client).status_code == 302
    ann.refresh_from_db()
    squatter.refresh_from_db()
    assert (ann.email, squatter.email) == ("new@example.org", "")


@pytest.mark.parametrize("url", [URL, "/accounts/password/reset/"])
def test_the_field_is_called_as_everywhere_else(signed_in: Any, ann: Any, url: str) -> None:
    page = signed_in(ann).get(url).content.decode()
    assert re.search(r"<label\b.*?E-mail address", page, re.DOTALL) and ">Email" not in page


def test_an_address_another_confirmed_cannot_be_taken(signed_in: Any, ann: Any, person: Any) -> None:
    other = person("bea", email="bea@example.org")
    EmailAddress.objects.create(user=other, email="bea@example.org", primary=True, verified=True)
    client = signed_in(ann)
    page = client.post(URL, {"email": "bea@example.org", "action_add": ""}, follow=True)
    assert page.status_code == 200  # and says nothing about whether it is somebody's
    if any("bea@example.org" in message.to for message in mail.outbox):
        confirm(client)
    ann.refresh_from_db()
    other.refresh_from_db()
    assert (ann.email, other.email) == ("ann@example.org", "bea@example.org")


def test_strangers_are_sent_to_sign_in(visitor: Any) -> None:
    assert visitor().get(URL)["Location"].startswith("/accounts/login/")
