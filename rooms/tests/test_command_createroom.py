"""`manage.py createroom`."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from rooms.consistency import problems
from rooms.models import Membership, Message, Room

pytestmark = pytest.mark.django_db


def createroom(*arguments: str) -> str:
    out = StringIO()
    call_command("createroom", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_the_id_of_the_room_and_nothing_else(olga: Any) -> None:
    printed = createroom("Harbour", "--owner", "olga")
    room = Room.objects.get()
    assert printed == f"{room.pk}\n"
    assert (room.name, room.kind, room.member_count) == ("Harbour", "public", 1)
    assert Membership.objects.get().role == "owner"
    assert Message.objects.get().system == {"event": "created"}


def test_a_private_room_has_the_members_that_are_named(olga: Any, alice: Any, bob: Any, charlie: Any) -> None:
    createroom("den", "--private", "--owner", "Olga", "--members", " alice, @BOB,alice ")
    room = Room.objects.get()
    assert room.kind == "private"
    assert set(room.memberships.values_list("user__username", "role")) == {
        ("olga", "owner"),
        ("alice", "member"),
        ("bob", "member"),
    }
    assert room.member_count == 3
    assert list(problems()) == []


def test_all_is_everybody_who_can_take_part(person: Callable[..., Any], olga: Any, alice: Any) -> None:
    person("nick", is_placeholder=True)
    person("gone", is_active=False)
    createroom("den", "--owner", "olga", "--members", "all")
    assert set(Membership.objects.values_list("user__username", flat=True)) == {"olga", "alice"}


def test_a_room_may_have_more_members_than_can_be_invited_at_once(person: Callable[..., Any], olga: Any) -> None:
    for number in range(120):
        person(f"member{number}")
    createroom("crowd", "--owner", "olga", "--members", "all")
    room = Room.objects.get()
    assert room.member_count == room.memberships.count() == 121
    assert set(room.memberships.values_list("read_seq", flat=True)) == {room.last_seq}
    assert list(problems()) == []


def test_every_member_is_told_of_the_room(olga: Any, alice: Any, published: list[Any]) -> None:
    createroom("den", "--owner", "olga", "--members", "alice")
    told = [
        envelope.message["user"] for batch in published for envelope in batch if envelope.message["op"] == "subscribe"
    ]
    assert sorted(told) == sorted([olga.pk, alice.pk])


def test_without_an_owner_it_is_the_first_administrators(person: Callable[..., Any], alice: Any) -> None:
    admin = person("root", is_superuser=True, is_staff=True)
    createroom("den", "--members", "alice")
    assert Membership.objects.get(role="owner").user == admin


def test_without_owner_and_administrator_it_is_the_first_members(alice: Any, bob: Any) -> None:
    createroom("den", "--members", "bob,alice")
    assert Membership.objects.get(role="owner").user == bob


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["den", "--owner", "nobody"], "nobody"),
        (["den", "--owner", "alice", "--members", "bob,whoever"], "whoever"),
        (["", "--owner", "alice"], "name"),
        (["x" * 81, "--owner", "alice"], "81"),
        (["TAKEN", "--owner", "alice"], "exists"),
        (["den", "--owner", "nick"], "cannot take part"),
        (["den", "--owner", "gone"], "cannot take part"),
        (["den"], "nobody to own"),
        ([], "name"),
    ],
)
def test_what_cannot_be_is_one_clear_line(
    arguments: list[str], reason: str, person: Callable[..., Any], make_room: Callable[..., Any], alice: Any, bob: Any
) -> None:
    person("nick", is_placeholder=True)
    person("gone", is_active=False)
    make_room("taken")
    with pytest.raises(CommandError) as refused:
        createroom(*arguments)
    assert reason in str(refused.value) and "\n" not in str(refused.value)
    assert Room.objects.count() == 1
