"""manage.py createuser and apitoken."""

import time
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.actions import delete_account
from accounts.credentials import token_for
from accounts.models import User
from rooms.models import AuditEntry

BCRYPT = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


def test_one_password_for_all(db: None) -> None:
    assert run("createuser", "ann", "Bea", "--password", "pw") == ["ann", "Bea"]
    assert all(user.check_password("pw") and not user.is_staff for user in User.objects.all())


def test_without_a_password_each_gets_one_that_is_printed(db: None) -> None:
    lines = run("createuser", "ann", "bea")
    for line in lines:
        name, password = line.split(" ")
        assert len(password) >= 16 and User.objects.get(username=name).check_password(password)
    assert len({line.split(" ")[1] for line in lines}) == 2


def test_at_a_terminal_one_is_asked_twice_and_weak_ones_are_not_taken(db: None, monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    answers = iter(["weak", "correct horse battery", "typo", "correct horse battery", "correct horse battery"])
    monkeypatch.setattr("accounts.management.commands.createuser.getpass", lambda prompt: next(answers))
    assert run("createuser", "ann") == ["ann"]
    assert User.objects.get().check_password("correct horse battery")


def test_an_administrator_with_an_address_that_needs_no_confirming(db: None) -> None:
    run("createuser", "admin", "--admin", "--email", "Admin@Example.org", "--password", "pw")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.email) == (True, True, "admin@example.org")
    assert EmailAddress.objects.get().verified


def test_who_exists_is_made_an_administrator_and_nobody_by_a_slip(person: Any, monkeypatch: Any) -> None:
    alice, gone = person("alice", password="pw"), person("gone", deleted_at=timezone.now())
    for wrong in (["alice"], ["ALICE", "--admin", "--password", "new"], ["alice", "new", "gone", "--admin"]):
        with pytest.raises(CommandError):
            run("createuser", *wrong)
    alice.refresh_from_db()
    assert not alice.is_staff and User.objects.count() == 2 and gone.is_staff is False
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)  # and nothing is asked
    assert run("createuser", "ALICE", "--admin") == ["alice is an administrator"]
    bea, said = run("createuser", "alice", "bea", "--admin")
    assert bea.startswith("bea ") and said == "alice is an administrator"
    assert all(user.is_staff and user.is_superuser for user in User.objects.filter(deleted_at=None))
    alice.refresh_from_db()
    assert alice.check_password("pw")
    assert list(AuditEntry.objects.values_list("actor", "verb", "subject")) == [(None, "change_powers", "alice")]


def test_three_hundred_are_made_in_the_time_of_one_hash(db: None, settings: Any) -> None:
    settings.PASSWORD_HASHERS = BCRYPT
    started = time.process_time()
    run("createuser", *(f"user{n:03}" for n in range(300)), "--password", "pw")
    assert time.process_time() - started < 20, "one after another they take over a minute of the processor"
    assert User.objects.get(username="user123").check_password("pw")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["alice"], "taken"),
        (["ALICE", "--password", "pw"], "taken"),
        (["new", "aIice", "--password", "pw"], "looks like alice"),
        (["ann", "ann", "--password", "pw"], "twice"),
        (["a", "--password", "pw"], "2 to 32"),
        (["no spaces", "--password", "pw"], "letters"),
        (["here", "--password", "pw"], "kept free"),
        (["ann", "--password", ""], "empty"),
        (["ann", "bea", "--email", "x@example.org", "--password", "pw"], "one name"),
        (["ann", "--email", "nonsense", "--password", "pw"], "valid"),
        (["ann", "--email", "alice@example.org", "--password", "pw"], "taken"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nobody_is_made(person: Any, arguments: list[str], words: str) -> None:
    person("alice", email="alice@example.org")
    with pytest.raises(CommandError) as wrong:
        run("createuser", *arguments)
    assert words in str(wrong.value) and "\n" not in str(wrong.value)
    assert User.objects.count() == 1


def test_no_names_at_all_is_said_too(db: None) -> None:
    for command in ("createuser", "apitoken"):
        with pytest.raises(CommandError):
            run(command)


def test_each_user_gets_a_token_on_one_line(alice: Any, bob: Any) -> None:
    lines = run("apitoken", "BOB", "alice", "bob", "--name", "load \udcff test")
    assert [line.split(" ")[0] for line in lines] == ["bob", "alice"]
    assert [token_for(line.split(" ")[1]).user for line in lines] == [bob, alice]
    assert alice.api_tokens.get().name == "load test"


def test_hundreds_of_tokens_take_a_moment(db: None, django_assert_max_num_queries: Any) -> None:
    names = [f"user{n:03}" for n in range(300)]
    run("createuser", *names, "--password", "pw")
    with django_assert_max_num_queries(5):
        assert len(run("apitoken", *names)) == 300


def test_unknown_and_deleted_users_get_none(alice: Any, bob: Any) -> None:
    delete_account(bob, bob)
    for names in (["nobody"], ["alice", "nobody"], ["bob"], [f"deleted-{bob.pk}"], ["\udcffalice"]):
        with pytest.raises(CommandError) as wrong:
            run("apitoken", *names)
        assert "\n" not in str(wrong.value)
        assert str(wrong.value).encode()
    assert not alice.api_tokens.exists()
