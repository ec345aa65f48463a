"""Changing a password, and getting a new one by mail."""

import re
from typing import Any

import pytest
from django.core import mail

from accounts.actions import suspend
from accounts.tests.conftest import PASSWORD

NEW = "another horse, another battery"
CHANGE = "/accounts/password/change/"
RESET = "/accounts/password/reset/"


@pytest.fixture
def ann(person: Any) -> Any:
    return person("ann", email="ann@example.org", password=PASSWORD)


def sign_in(client: Any, password: str) -> Any:
    client.post("/accounts/login/", {"login": "ann", "password": password})
    return client


def change(client: Any, old: str = PASSWORD, new: str = NEW) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


def test_this_browser_stays_in_and_all_others_are_out_with_their_sockets(visitor: Any, ann: Any, closed: Any) -> None:
    here, there = sign_in(visitor(), PASSWORD), sign_in(visitor(), PASSWORD)
    old_key, other_key = here.session.session_key, there.session.session_key
    assert change(here).status_code == 302
    assert here.get("/settings/profile/").status_code == 200
    assert there.get("/settings/profile/").status_code == 302
    # The other one is signed out; sockets of this one come back under the key it has now.
    assert sorted(closed()) == sorted([(ann.pk, 4401, other_key), (ann.pk, 1012, old_key)])
    ann.refresh_from_db()
    assert ann.check_password(NEW)


def test_after_a_change_signing_out_here_still_finds_the_sockets(visitor: Any, ann: Any, closed: Any) -> None:
    here = sign_in(visitor(), PASSWORD)
    change(here)
    key = here.session.session_key
    here.post("/accounts/logout/")
    assert closed()[-1] == (ann.pk, 4401, key)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("wrong", NEW, "not your present"), (PASSWORD, "short", "too short"), (PASSWORD, "password", "too common")],
)
def test_a_wrong_or_weak_one_changes_nothing(
    visitor: Any, ann: Any, closed: Any, old: str, new: str, words: str
) -> None:
    here = sign_in(visitor(), PASSWORD)
    assert words in change(here, old, new).content.decode()
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD) and not closed()


def test_strangers_cannot_change_anything(visitor: Any, ann: Any) -> None:
    assert change(visitor())["Location"].startswith("/accounts/login/")


def reset_link(visitor: Any) -> str:
    visitor().post(RESET, {"email": "ann@example.org"})
    return re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)[1]  # type: ignore[index]


def test_a_forgotten_password_is_replaced_by_mail_and_everybody_is_out(visitor: Any, ann: Any, closed: Any) -> None:
    there = sign_in(visitor(), PASSWORD)
    key = there.session.session_key
    link = reset_link(visitor)
    client = visitor()
    form = client.get(link, follow=True)
    done = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert done.status_code == 302
    assert (ann.pk, 4401, key) in closed()
    assert there.get("/settings/profile/").status_code == 302
    assert "_auth_user_id" in sign_in(visitor(), NEW).session
    # once only
    assert "password1" not in visitor().get(link, follow=True).content.decode()


def test_known_and_unknown_addresses_get_the_same_answer(visitor: Any, ann: Any) -> None:
    known, unknown = (
        visitor().post(RESET, {"email": e}, follow=True) for e in ("ann@example.org", "nobody@example.org")
    )
    strip = lambda page: re.sub(rb'nonce="[^"]*"|value="[^"]*"|(ann|nobody)@example.org', b"", page.content)  # noqa: E731
    assert known.redirect_chain == unknown.redirect_chain
    assert strip(known) == strip(unknown)


def test_a_suspended_person_may_have_a_new_password_but_is_not_let_in(visitor: Any, ann: Any) -> None:
    suspend(None, ann)
    link = reset_link(visitor)
    client = visitor()
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert "_auth_user_id" not in client.session
    assert "_auth_user_id" not in sign_in(visitor(), NEW).session


def test_a_link_somebody_made_up_opens_nothing(visitor: Any, ann: Any) -> None:
    for link in ("1-set-password", "zz-abc-def", f"{ann.pk}-x-y"):
        page = visitor().get(f"/accounts/password/reset/key/{link}/", follow=True)
        assert page.status_code == 200 and "password1" not in page.content.decode()
