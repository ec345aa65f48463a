"""Deleting one's account."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.actions import create_person, create_token, delete_account
from accounts.credentials import token_for
from accounts.models import ApiToken, User
from accounts.tests.conftest import PASSWORD
from accounts.wire import person as wire_person
from presence.actions import saw
from presence.models import LastSeen, Status
from presence.statuses import set_status
from rooms.actions.drafts import save_draft
from rooms.models import AuditEntry, Membership, WrittenDraft
from talkwave.errors import Refused

URL = "/settings/delete/"


@pytest.fixture
def ann(person: Any) -> Any:
    user = person(
        "ann", email="ann@example.org", password=PASSWORD, display_name="Ann", bio="Tea.", time_zone="Asia/Tokyo"
    )
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def test_nothing_about_the_person_stays_but_what_they_said(
    signed_in: Any, ann: Any, closed: Any, make_room: Any, django_capture_on_commit_callbacks: Any
) -> None:
    room = make_room("den", ann="member")
    token = create_token(ann, ann, "bot")
    save_draft(ann, room.pk, "half a sentence", 0)
    set_status(ann, text="on holiday")
    saw({ann.pk}, {ann.pk})
    default_storage.save("avatars/ann-x.webp", ContentFile(b"x"))
    User.objects.filter(pk=ann.pk).update(avatar="avatars/ann-x.webp")
    client, elsewhere = signed_in(ann), signed_in(ann)
    keys = {client.session.session_key, elsewhere.session.session_key}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(URL, {"username": "Ann", "password": PASSWORD})
    assert response.status_code == 200 and "Your account is deleted" in response.content.decode()

    gone = User.objects.get(pk=ann.pk)
    assert (gone.username, gone.name, gone.email, gone.bio, gone.time_zone) == (
        f"deleted-{ann.pk}",
        "Deleted person",
        "",
        "",
        "",
    )
    assert not gone.avatar and not gone.has_usable_password() and not gone.can_take_part
    assert gone.deleted_at is not None and gone.access_changed_at is not None
    assert wire_person(gone)["display_name"] == "Deleted person"
    assert not EmailAddress.objects.exists() and not ApiToken.objects.exists() and token_for(token) is None
    assert not Membership.objects.filter(user=ann, room=room).exists()
    assert not default_storage.exists("avatars/ann-x.webp")
    saw({ann.pk}, {ann.pk})  # as a server says it whose round comes late
    assert not (WrittenDraft.objects.exists() or Status.objects.exists() or LastSeen.objects.exists())
    assert (ann.pk, 4401, None) in closed() and keys <= {key for _user, _code, key in closed()}
    assert client.get("/settings/profile/").status_code == 302
    assert "This account is deleted" in elsewhere.get("/settings/profile/").content.decode()
    assert elsewhere.get("/settings/profile/").status_code == 302  # said once


def test_the_user_name_is_free_again_and_nobody_can_pose_as_deleted(ann: Any) -> None:
    delete_account(ann, ann)
    create_person(None, username="ann", email="ann@example.org")
    with pytest.raises(Refused):
        create_person(None, username="deleted-7")


@pytest.mark.parametrize(("username", "password"), [("ann", "wrong"), ("bob", PASSWORD), ("", ""), ("ann", "")])
def test_without_both_name_and_password_nothing_happens(
    signed_in: Any, ann: Any, closed: Any, username: str, password: str
) -> None:
    client = signed_in(ann)
    response = client.post(URL, {"username": username, "password": password})
    assert response.status_code == 400
    ann.refresh_from_db()
    assert ann.deleted_at is None and not closed()
    assert client.get(URL).status_code == 200


def test_guessing_the_password_here_is_stopped_too(signed_in: Any, ann: Any) -> None:
    client = signed_in(ann)
    for _try in range(5):
        client.post(URL, {"username": "ann", "password": "wrong"})
    assert "Too many tries" in client.post(URL, {"username": "ann", "password": PASSWORD}).content.decode()


def test_the_only_administrator_has_to_make_another_first(signed_in: Any, person: Any) -> None:
    chief = person("chief", password=PASSWORD, is_staff=True, is_superuser=True)
    response = signed_in(chief).post(URL, {"username": "chief", "password": PASSWORD})
    assert response.status_code == 409 and "only administrator" in response.content.decode()
    person("second", is_staff=True, is_superuser=True)
    assert signed_in(chief).post(URL, {"username": "chief", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_nobody_deletes_somebody_else(ann: Any, bob: Any, charlie: Any, who: str) -> None:
    with pytest.raises(Refused) as refused:
        delete_account({"bob": bob, "charlie": charlie}[who], ann)
    assert refused.value.code == "forbidden"


def test_an_administrator_may_and_it_is_logged(ann: Any, root: Any) -> None:
    delete_account(root, ann)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.subject) == (root, "delete_account", "ann")


def test_twice_is_once(ann: Any) -> None:
    first = delete_account(ann, ann)
    assert delete_account(None, ann).deleted_at == first.deleted_at
