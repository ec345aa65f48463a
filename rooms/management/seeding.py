"""A believable community in the database: people, rooms, what was said, and who has read it."""

import itertools
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.actions import NewPerson, change_profile, create_people
from accounts.models import User
from accounts.names import username_look
from rooms.actions.direct import direct_room_for
from rooms.actions.founding import enrol, found_room, set_read_marks
from rooms.actions.imports import Line, append_lines
from rooms.management.community import PRIVATE_THEMES, THEMES, Theme, conversation, personas
from rooms.models import Kind, Membership, Role, Room, name_key
from talkwave.batches import batches

# Messages a transaction: a server that runs meanwhile gets its turn in between.
BATCH: Final = 5_000
# Seeded accounts are known again by their address, which can never be a real one (RFC 2606).
_DOMAIN: Final = "community.example"
_MESSAGES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://talkwave.example/seed")
# People write by day.
_WAKES_AT: Final = 7
_AWAKE: Final = timedelta(hours=15)


@dataclass(slots=True)
class Planned:
    """A room that is to be filled: with how many messages, by whom."""

    room: Room
    theme: Theme
    members: list[User]
    messages: int


class Seeding:
    """One seeding. The same seed and sizes again add nothing; larger sizes add what is lacking."""

    def __init__(self, seed: int, days: int) -> None:
        self.seed = seed
        self.now = timezone.now()
        first = (self.now - timedelta(days=days)).astimezone(UTC)
        self.start = first.replace(hour=_WAKES_AT, minute=0, second=0, microsecond=0)
        self._used: set[int] = set()
        self.awake = _awake_between(self.start, self.now)

    def _dice(self, purpose: str) -> random.Random:
        return random.Random(f"{purpose} {self.seed}")  # noqa: S311 (repeatable, not secret)

    # --- people -------------------------------------------------------------------------------------------
    def people(self, count: int, password: str | None) -> list[User]:
        """The community's people, made where they are not there yet."""
        wanted = {f"{persona.username}@{_DOMAIN}": persona for persona in personas(self.seed, count)}
        found = {user.email: user for user in User.objects.filter(email__endswith=f"@{_DOMAIN}", deleted_at=None)}
        lacking = {email: persona for email, persona in wanted.items() if email not in found}
        taken = set(User.objects.values_list("username_look", flat=True))
        password_hash = make_password(password)
        new = [
            NewPerson(_free(persona.username, taken), password_hash, email, persona.display_name)
            for email, persona in lacking.items()
        ]
        for batch in batches(new, 200):
            for user in create_people(None, batch, by_operator=True):
                persona = wanted[user.email]
                found[user.email] = change_profile(user, bio=persona.bio, time_zone=persona.time_zone)
        return [found[email] for email in wanted if found[email].can_take_part]

    # --- rooms --------------------------------------------------------------------------------------------
    def rooms(self, people: list[User], count: int, messages: int) -> list[Planned]:
        """Public rooms, every fifth a private one, some conversations of two; the first ones are the liveliest."""
        dice = self._dice("rooms")
        directs = min(count, len(people) // 3)
        shares = [1 / (place + 1.5) for place in range(count)] + [0.02] * directs
        share = _divided(messages, shares)
        planned = []
        for place in range(count):
            private = place % 5 == 4
            themes = PRIVATE_THEMES if private else THEMES
            theme = themes[(place // 5 if private else place - place // 5) % len(themes)]
            owner = people[place % min(len(people), 7)]
            size = max(2, len(people) // 5) if private else max(2, len(people) - place * len(people) // (2 * count))
            members = [owner, *(user for user in dice.sample(people, min(size, len(people))) if user != owner)]
            room = self._room(theme, private, owner)
            self._fill(room, members)
            planned.append(Planned(room, theme, members, share[place]))
        for place in range(directs):
            pair = dice.sample(people, 2)
            room = direct_room_for(pair[0], [pair[1].pk])
            planned.append(Planned(room, dice.choice(THEMES), pair, share[count + place]))
        return planned

    def one_room(self, people: list[User], name: str, messages: int) -> list[Planned]:
        """One room with everybody in it and all the messages; one that exists is written on in."""
        room = Room.objects.filter(name_key=name_key(name)).first()
        if room is None:
            room = found_room(kind=Kind.PUBLIC, name=name, topic=THEMES[0].topic, owner=people[0], at=self.start)
        self._fill(room, people)
        return [Planned(room, THEMES[1], people, messages)]

    def _room(self, theme: Theme, private: bool, owner: User) -> Room:
        kind = Kind.PRIVATE if private else Kind.PUBLIC
        for number in itertools.count(1):
            name = theme.name if number == 1 else f"{theme.name}-{number}"
            room = Room.objects.filter(name_key=name_key(name)).first()
            if room is None:
                room = found_room(kind=kind, name=name, topic=theme.topic, owner=owner, at=self.start)
                break
            # A room of somebody real is left alone; one of ours is ours again, once.
            if room.created_by_id == owner.pk and room.archived_at is None and room.pk not in self._used:
                break
        else:
            raise AssertionError
        self._used.add(room.pk)
        return room

    def _fill(self, room: Room, members: list[User]) -> None:
        enrol(room.pk, members[1:3] if len(members) > 5 else [], role=Role.MODERATOR, at=self.start)
        enrol(room.pk, members, at=self.start)

    # --- messages -----------------------------------------------------------------------------------------
    def talk(self, planned: Planned, progress: Callable[[int], object]) -> int:
        """Fills a room; gives how many messages were new."""
        new = 0
        for batch in batches(self._lines(planned), BATCH):
            new += append_lines(planned.room.pk, batch, read=False)
            progress(len(batch))
        if new:
            self._read(planned)
        return new

    def _lines(self, planned: Planned) -> Iterator[Line]:
        members = planned.members
        names = [user.username for user in members]
        dice_name = f"talk {self.seed} {planned.room.name_key or planned.room.pk}"
        # How long it would all take at its own pace, to make it fill the days there are.
        sampled = min(planned.messages, 20_000)
        sample = itertools.islice(conversation(dice_name, planned.theme, names), sampled)
        pace = sum(said.pause for said in sample) / max(sampled, 1)
        scale = self.awake.total_seconds() / (pace * planned.messages + 1)
        first_id = _first_id(f"{self.seed}/{planned.room.pk}")
        passed = 0.0
        for number, said in enumerate(
            itertools.islice(conversation(dice_name, planned.theme, names), planned.messages)
        ):
            passed += said.pause * scale
            yield Line(
                members[said.speaker],
                min(_when_awake(self.start, passed), self.now),
                said.body,
                uuid.UUID(int=first_id + number),
            )

    def _read(self, planned: Planned) -> None:
        """Most have read everything, some not the last hour, a few nothing for days."""
        dice = self._dice(f"read {planned.room.pk}")
        last_seq = Room.objects.values_list("last_seq", flat=True).get(pk=planned.room.pk)
        marks = []
        for user_id in (
            Membership.objects.filter(room=planned.room).order_by("user_id").values_list("user_id", flat=True)
        ):
            luck = dice.random()
            behind = 0 if luck < 0.7 else dice.randint(1, 12) if luck < 0.95 else dice.randint(20, 200)
            marks.append((user_id, max(0, last_seq - behind)))
        set_read_marks(planned.room.pk, marks)


def _first_id(name: str) -> int:
    """Where the ids of a room's messages begin, as UUIDs of version 8; they count up, so that the index grows at its end."""
    upper = uuid.uuid5(_MESSAGES, name).int >> 64 & ~0xF000 | 0x8000
    return upper << 64 | 0b10 << 62


def _free(username: str, taken: set[str]) -> str:
    """The name, with a number where somebody else has it or one that looks like it."""
    name = username
    for number in itertools.count(2):
        if username_look(name) not in taken:
            taken.add(username_look(name))
            return name
        name = f"{username}{number}"
    raise AssertionError


def _divided(total: int, shares: list[float]) -> list[int]:
    """Whole numbers in these proportions that add up to the total."""
    whole = sum(shares)
    parts = [int(total * share / whole) for share in shares]
    if parts:
        parts[0] += total - sum(parts)
    return parts


def _awake_between(start: datetime, end: datetime) -> timedelta:
    """The waking hours from the morning `start` to `end`."""
    days, rest = divmod(end - start, timedelta(days=1))
    return max(days * _AWAKE + min(rest, _AWAKE), timedelta(minutes=1))


def _when_awake(start: datetime, seconds: float) -> datetime:
    """The moment so many waking seconds after the morning `start`."""
    days, rest = divmod(seconds, _AWAKE.total_seconds())
    return start + timedelta(days=days, seconds=rest)
