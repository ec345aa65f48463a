"""The administration of people and of tokens."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission

from accounts.actions import create_token, suspend
from accounts.admin import people
from accounts.models import ApiToken, User
from rooms.models import AuditEntry

PEOPLE = "/admin/accounts/user/"
TOKENS = "/admin/accounts/apitoken/"


def act(client: Any, action: str, *people: Any, **more: str) -> Any:
    return client.post(
        PEOPLE, {"action": action, "_selected_action": [user.pk for user in people], **more}, follow=True
    )


def test_one_signs_in_to_it_by_the_same_page_as_to_everything(visitor: Any) -> None:
    assert visitor().get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_password_is_changed_where_everybody_changes_theirs(signed_in: Any, root: Any) -> None:
    assert signed_in(root).get("/admin/password_change/")["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize("path", ["/admin/", PEOPLE, TOKENS])
def test_who_is_not_staff_does_not_get_in(signed_in: Any, alice: Any, path: str) -> None:
    assert signed_in(alice).get(path, follow=True).status_code == 403


def test_staff_without_a_permission_sees_no_people(signed_in: Any, person: Any) -> None:
    client = signed_in(person("intern", is_staff=True))
    assert client.get("/admin/").status_code == 200
    assert client.get(PEOPLE).status_code == 403


def test_people_are_found_by_name_address_and_state(
    signed_in: Any, root: Any, alice: Any, bob: Any, person: Any
) -> None:
    person("zoe", email="zoe@example.org")
    suspend(None, bob)
    client = signed_in(root)

    def found(query: str) -> set[str]:
        return {user.username for user in client.get(f"{PEOPLE}?{query}").context["cl"].result_list}

    assert found("q=ALI") == {"alice"}
    assert found("q=zoe@example") == {"zoe"}
    assert found("state=suspended") == {"bob"}
    assert found("state=present") == {"root", "alice", "zoe"}
    assert found("state=deleted") == set()
    assert found("is_superuser__exact=1") == {"root"}


def test_no_page_shows_a_password_hash_or_a_session_key(signed_in: Any, root: Any, person: Any) -> None:
    ann = person("ann", password="correct horse battery")
    key = signed_in(ann).session.session_key
    client = signed_in(root)
    for path in (PEOPLE, f"{PEOPLE}{ann.pk}/change/"):
        text = client.get(path).content.decode()
        assert "ann" in text and ann.password not in text and "md5" not in text and key not in text
    assert client.get("/admin/usersessions/usersession/").status_code == 404


def test_nothing_is_there_but_what_was_meant_to_be() -> None:
    """A model that a package registers is changed past our actions: whoever may would take over accounts by it."""
    theirs = {f"{model._meta.label} {type(shown).__module__}" for model, shown in admin.site._registry.items()}
    assert {each for each in theirs if not each.split(" ")[1].startswith(("accounts.", "rooms."))} == set()


def test_a_permission_more_leads_to_no_ones_address_and_to_no_power(signed_in: Any, staff: Any, root: Any) -> None:
    group = Group.objects.create(name="helpers")
    staff.groups.add(group)
    staff.user_permissions.set(Permission.objects.all())
    client, every = signed_in(staff), [permission.pk for permission in Permission.objects.all()]
    assert client.get("/admin/account/emailaddress/").status_code == 404
    url = f"/admin/auth/group/{group.pk}/change/"
    assert client.post(url, {"name": "helpers", "permissions": every}).status_code == 403
    assert not group.permissions.exists() and "/admin/auth/" not in client.get("/admin/").content.decode()
    assert signed_in(root).post(url, {"name": "helpers", "permissions": every[:1]}).status_code == 302
    assert group.permissions.count() == 1


def test_suspending_asks_why_first_and_then_does_it_for_each(
    signed_in: Any, root: Any, alice: Any, bob: Any, closed: Any
) -> None:
    client = signed_in(root)
    asked = act(client, "suspend", alice, bob)
    assert "alice" in asked.content.decode() and "reason" in asked.content.decode()
    assert not User.objects.exclude(suspended_at=None).exists()
    done = act(client, "suspend", alice, bob, confirmed="yes", reason="spam")
    assert "Done for 2 people" in done.content.decode()
    again = act(client, "suspend", alice, bob, confirmed="yes").content.decode()
    assert "There was nothing to do" in again and "Done for" not in again
    assert {user for user, code, _key in closed() if code == 4403} == {alice.pk, bob.pk}
    assert set(AuditEntry.objects.values_list("actor", "verb", "detail")) == {(root.pk, "suspend", "spam")}
    act(client, "restore", alice)
    alice.refresh_from_db()
    assert alice.can_take_part


def test_what_an_action_refuses_is_said_and_the_others_are_done(signed_in: Any, root: Any, alice: Any) -> None:
    text = act(signed_in(root), "suspend", root, alice, confirmed="yes").content.decode()
    assert "own account" in text and "Done for 1 person" in text


def test_more_people_than_one_form_can_name_are_refused_with_the_reason(
    signed_in: Any, root: Any, alice: Any, monkeypatch: Any
) -> None:
    client = signed_in(root)
    assert "2 people" in act(client, "suspend", alice, select_across="1").content.decode()
    monkeypatch.setattr(people, "AT_ONCE_MOST", 1)
    assert "At most 1 people at once" in act(client, "suspend", alice, select_across="1").content.decode()


def test_sessions_are_ended_from_here(signed_in: Any, root: Any, alice: Any) -> None:
    alices = signed_in(alice)
    act(signed_in(root), "end_sessions", alice)
    assert alices.get("/settings/profile/").status_code == 302


def test_accounts_are_closed_after_a_second_look_never_removed(signed_in: Any, root: Any, alice: Any) -> None:
    client = signed_in(root)
    act(client, "close_accounts", alice)
    alice.refresh_from_db()
    assert alice.deleted_at is None
    act(client, "close_accounts", alice, confirmed="yes")
    alice.refresh_from_db()
    assert alice.deleted_at and alice.name == "Deleted person"
    assert client.post(f"{PEOPLE}{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{PEOPLE}add/").status_code == 403
    act(client, "delete_selected", root, confirmed="yes", post="yes")
    assert User.objects.filter(pk__in=[alice.pk, root.pk]).count() == 2


def test_a_form_cannot_go_around_the_actions(signed_in: Any, root: Any, alice: Any) -> None:
    forged = {
        "username": "hacked",
        "email": "h@example.org",
        "password": "x",
        "is_active": "",
        "suspended_at_0": "2026-01-01",
        "is_staff": "on",
    }
    response = signed_in(root).post(f"{PEOPLE}{alice.pk}/change/", forged)
    assert response.status_code == 302
    alice.refresh_from_db()
    assert (alice.username, alice.email, alice.is_active, alice.suspended_at) == ("alice", "", True, None)
    assert alice.is_staff
    assert AuditEntry.objects.get().verb == "change_powers"


def test_nobody_takes_their_own_powers_and_staff_gives_none(signed_in: Any, root: Any, staff: Any, alice: Any) -> None:
    answer = signed_in(root).post(f"{PEOPLE}{root.pk}/change/", {"is_staff": ""})
    assert "own account" in answer.content.decode()
    signed_in(staff).post(f"{PEOPLE}{alice.pk}/change/", {"is_staff": "on", "is_superuser": "on"})
    signed_in(staff).post(f"{PEOPLE}{staff.pk}/change/", {"is_superuser": "on"})
    for user in (root, staff, alice):
        user.refresh_from_db()
    assert root.is_superuser and not alice.is_staff and not staff.is_superuser


def test_staff_with_the_permission_moderates_people(signed_in: Any, staff: Any, alice: Any, root: Any) -> None:
    text = act(signed_in(staff), "suspend", alice, root, confirmed="yes").content.decode()
    alice.refresh_from_db()
    root.refresh_from_db()
    assert alice.suspended_at and root.suspended_at is None and "Only an administrator" in text


def test_tokens_are_listed_without_their_hash_and_revoked(signed_in: Any, root: Any, alice: Any) -> None:
    create_token(alice, alice, "deploy bot")
    token = ApiToken.objects.get()
    client = signed_in(root)
    for path in (TOKENS, f"{TOKENS}{token.pk}/change/"):
        text = client.get(path).content.decode()
        assert "deploy bot" in text and token.digest not in text
    client.post(TOKENS, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_at
    assert client.get(f"{TOKENS}add/").status_code == 403
    assert client.post(f"{TOKENS}{token.pk}/delete/", {"post": "yes"}).status_code == 403


def test_who_is_turned_away_leaves_no_traceback_in_the_log(
    signed_in: Any, alice: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert signed_in(alice).get("/admin/", follow=True).status_code == 403
    assert [record.exc_info for record in caplog.records if record.name == "django.request"] == [None]
