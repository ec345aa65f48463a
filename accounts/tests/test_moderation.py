"""Suspending and restoring people."""

from functools import partial
from typing import Any

import pytest
from allauth.usersessions.models import UserSession

from accounts.actions import delete_account, end_all_sessions, restore, suspend
from accounts.actions.moderation import change_powers
from accounts.models import User
from rooms.models import AuditEntry
from rooms.tests.at_once import at_once
from talkwave.errors import Refused


def test_a_suspended_person_is_out_at_once_everywhere_and_told_so_once(
    signed_in: Any, alice: Any, root: Any, closed: Any
) -> None:
    client, other = signed_in(alice), signed_in(alice)
    suspend(root, alice, "spam")
    alice.refresh_from_db()
    assert alice.suspended_at is not None and alice.access_changed_at is not None
    assert closed()[0] == (alice.pk, 4403, None)
    assert not UserSession.objects.filter(user=alice).exists() and alice not in User.objects.present()
    page = client.get("/settings/profile/")
    assert page.status_code == 403 and "This account is suspended" in page.content.decode()
    assert client.get("/settings/profile/")["Location"].startswith("/accounts/login/")
    icon = other.get("/people.json", headers={"sec-fetch-dest": "image"})  # must not use the page up
    assert icon.status_code == 403
    assert "This account is suspended" in other.get("/").content.decode()


def test_a_fetch_is_told_so_in_its_own_words(signed_in: Any, alice: Any) -> None:
    client = signed_in(alice)
    suspend(None, alice)
    answer = client.get("/settings/profile/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (403, {"code": "forbidden", "detail": "This account is suspended."})


def test_a_session_the_list_does_not_know_is_no_way_around(visitor: Any, alice: Any) -> None:
    client = visitor()
    client.force_login(alice)
    suspend(None, alice)
    assert "This account is suspended" in client.get("/settings/profile/").content.decode()
    restore(None, alice)
    assert client.get("/settings/profile/").status_code == 302


def test_restoring_lets_them_sign_in_anew_but_brings_no_session_back(signed_in: Any, alice: Any, root: Any) -> None:
    client = signed_in(alice)
    suspend(root, alice)
    restored = restore(root, alice)
    assert restored.can_take_part and restored.access_changed_at
    assert client.get("/settings/profile/").status_code != 200
    assert signed_in(alice).get("/settings/profile/").status_code == 200


def test_each_act_is_logged_with_who_whom_and_why(alice: Any, root: Any) -> None:
    suspend(root, alice, " spam ")
    suspend(root, alice, "again")
    restore(root, alice)
    restore(root, alice)
    end_all_sessions(root, alice)
    entries = AuditEntry.objects.order_by("pk").values_list("actor", "verb", "subject", "detail")
    assert list(entries) == [
        (root.pk, "suspend", "alice", "spam"),
        (root.pk, "restore", "alice", ""),
        (root.pk, "end_sessions", "alice", ""),
    ]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "suspended staff", "staff without the permission"])
@pytest.mark.parametrize("act", [suspend, restore, end_all_sessions])
def test_who_is_not_staff_in_good_standing_moderates_nobody(
    person: Any, alice: Any, bob: Any, charlie: Any, staff: Any, who: str, act: Any
) -> None:
    victim = person("victim")
    actors = {"alice": alice, "bob": bob, "charlie": charlie, "suspended staff": staff}
    actor = actors.get(who) or person("newstaff", is_staff=True)
    if who == "suspended staff":
        actor = suspend(None, staff)
    with pytest.raises(Refused) as refused:
        act(actor, victim)
    assert refused.value.code == "forbidden"
    victim.refresh_from_db()
    assert victim.suspended_at is None and not AuditEntry.objects.exclude(actor=None).exists()


def test_staff_suspends_people_but_neither_staff_nor_themselves(staff: Any, alice: Any, root: Any, person: Any) -> None:
    assert suspend(staff, alice).suspended_at
    for target in (root, person("mate", is_staff=True), staff):
        with pytest.raises(Refused):
            suspend(staff, target)
    with pytest.raises(Refused):
        suspend(root, root)


def test_who_is_deleted_is_not_suspended(alice: Any, root: Any) -> None:
    delete_account(root, alice)
    with pytest.raises(Refused) as refused:
        suspend(root, alice)
    assert refused.value.code == "conflict"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["suspend", "change_powers", "delete_account"])
def test_two_administrators_who_do_it_to_each_other_at_once_leave_one(person: Any, act: str) -> None:
    both = [person(name, is_staff=True, is_superuser=True) for name in ("ann", "bea")]
    acts: dict[str, Any] = {
        "suspend": suspend,
        "change_powers": partial(change_powers, is_staff=False, is_superuser=False),
        "delete_account": delete_account,
    }
    results = at_once(2, lambda n: acts[act](both[n], both[1 - n]))
    assert sorted(type(result).__name__ for result in results) == ["Refused", "User"]
    assert User.objects.present().filter(is_superuser=True).count() == 1


def test_powers_are_given_by_administrators_alone(root: Any, staff: Any, alice: Any) -> None:
    assert change_powers(root, alice, is_staff=False, is_superuser=True).is_staff  # it takes one to use the other
    for actor, target in ((staff, alice), (alice, alice), (root, root)):
        with pytest.raises(Refused):
            change_powers(actor, target, is_staff=False, is_superuser=False)
