"""`manage.py seed`: a community that is the same for the same seed, and whose rooms are sound."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Max, Min
from django.utils import timezone

from accounts.models import User
from accounts.names import validate_username
from rooms.consistency import problems
from rooms.management.community import THEMES, conversation, personas
from rooms.models import Membership, Mention, Message, Room

pytestmark = pytest.mark.django_db


def seed(**options: Any) -> str:
    out = StringIO()
    call_command("seed", **{"people": 12, "rooms": 6, "messages": 300, "verbosity": 1, **options}, stdout=out)
    return out.getvalue()


def test_it_makes_people_rooms_and_messages() -> None:
    assert "12 people, 10 rooms and conversations, 300 new messages" in seed()
    assert User.objects.count() == 12
    assert set(Room.objects.values_list("kind", flat=True)) == {"public", "private", "direct"}
    assert Message.objects.filter(kind="text").count() == 300
    assert Mention.objects.exists()
    assert Message.objects.filter(html__contains="<code>").exists()
    assert list(problems()) == []


def test_the_same_seed_again_adds_nothing() -> None:
    seed()
    before = list(Message.objects.order_by("pk").values_list("pk", "body", "created_at"))
    assert "0 new messages" in seed()
    assert list(Message.objects.order_by("pk").values_list("pk", "body", "created_at")) == before
    assert User.objects.count() == 12 and Room.objects.count() == 10


def test_more_can_be_added_later() -> None:
    seed(messages=100)
    assert User.objects.count() == 12
    seed(people=20, messages=100, room="crowd")
    assert User.objects.count() == 20
    assert list(problems()) == []


def test_a_seed_says_the_same_everywhere_and_another_says_other_things() -> None:
    names = ["ann", "bob", "cyd"]
    first = [said.body for said, _ in zip(conversation("1", THEMES[1], names), range(50), strict=False)]
    again = [said.body for said, _ in zip(conversation("1", THEMES[1], names), range(50), strict=False)]
    other = [said.body for said, _ in zip(conversation("2", THEMES[1], names), range(50), strict=False)]
    assert first == again != other
    assert personas(1, 30)[:10] == personas(1, 10) != personas(2, 10)


def test_names_are_valid_and_cannot_be_taken_for_each_other() -> None:
    made = personas(5, 3_000)
    for persona in made:
        validate_username(persona.username, by_operator=True)
    assert len({persona.username for persona in made}) == 3_000


def test_messages_lie_in_the_days_given_and_in_order() -> None:
    seed(days=10)
    for room in Room.objects.all():
        times = list(room.messages.order_by("seq").values_list("created_at", flat=True))
        assert times == sorted(times)
    span = Message.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    assert span["last"] <= timezone.now() and 8 <= (span["last"] - span["first"]).days <= 11


def test_one_big_room_has_everybody_and_everything() -> None:
    seed(room="Plaza", messages=2_500)
    room = Room.objects.get()
    assert room.name == "Plaza" and room.member_count == 12
    assert room.last_seq == 2_501 and room.version == 2_501 + room.state_changes
    assert room.messages.filter(kind="text").aggregate(people=Count("sender", distinct=True))["people"] > 6
    assert list(problems()) == []


def test_a_room_that_exists_is_written_on_in(room: Room) -> None:
    seed(room="den", messages=50)
    room.refresh_from_db()
    assert room.last_seq == 50 and room.member_count == 15 and Room.objects.count() == 1
    assert list(problems()) == []


def test_most_have_read_what_was_said_and_some_have_not() -> None:
    seed(people=40, room="Plaza", messages=500)
    room = Room.objects.get()
    read = Membership.objects.filter(read_seq=room.last_seq).count()
    assert 15 < read < 40


def test_a_person_who_is_there_is_never_made_to_speak(
    person: Callable[..., Any], make_room: Callable[..., Any]
) -> None:
    name = personas(1, 1)[0].username
    real = person(name)
    theirs = make_room("harbour", **{name: "owner"})
    seed()
    assert not Message.objects.filter(sender=real).exists()
    assert not Message.objects.filter(room=theirs).exists()
    assert User.objects.count() == 13


def test_nobody_can_sign_in_without_a_password_given() -> None:
    seed()
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_with_a_password_everybody_can_sign_in() -> None:
    assert "Sign in as" in seed(password="a long enough one")
    assert User.objects.first().check_password("a long enough one")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--people", "1"],
        ["--people", "many"],
        ["--rooms", "0"],
        ["--messages", "-1"],
        ["--days", "0"],
        ["--seed", "x"],
        ["--messages", "1e6"],
        ["--wrong"],
    ],
)
def test_a_size_that_cannot_be_is_one_clear_line(arguments: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("seed", *arguments)
    assert "\n" not in str(refused.value)
    assert not User.objects.exists()


def test_an_archived_room_takes_nothing(make_room: Callable[..., Any]) -> None:
    room = make_room("den")
    Room.objects.filter(pk=room.pk).update(archived_at=timezone.now())
    with pytest.raises(CommandError, match="archived"):
        seed(room="den")
    assert not User.objects.exists()
