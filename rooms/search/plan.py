"""From what somebody typed to what the index is asked: the people, rooms and days it names are looked up here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import username_key
from rooms.models import Kind, Membership, Room, Saved, direct_key, name_key
from rooms.search import marks
from rooms.search.days import days_of
from rooms.search.documents import key_of
from rooms.search.query import Part

# Up to so many rooms are asked for by name in the index; of more, what the index finds is looked through.
ROOMS_NAMED: Final = 16
LAST_KEY: Final = 2**62
# What one saved stands in no document, as it is nobody else's business: so many of them are searched, the latest.
SAVED: Final = "saved"
SAVED_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; with `prefix` the last is only how a word begins."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(slots=True)
class Chip:
    """A part as the page shows it: `label` is what it was understood as, `problem` why it was not."""

    part: Part
    label: str
    problem: str = ""


@dataclass(slots=True)
class Plan:
    """What a document has to hold: one phrase of each of `wanted`, none of `unwanted`, in time from `low` to under `high`."""

    reader: User
    wanted: list[tuple[Phrase, ...]] = field(default_factory=list)
    unwanted: list[Phrase] = field(default_factory=list)
    low: int = 0
    high: int = LAST_KEY
    # Ids, where the search is in certain rooms or of certain people: their documents can be walked through in order.
    rooms: set[int] | None = None
    senders: set[int] | None = None
    # Ids of messages, where the search is among these alone.
    only: list[int] | None = None
    # All but what its reader saved.
    unsaved: bool = False
    # Days that are left out: from this key to under that one.
    gaps: list[tuple[int, int]] = field(default_factory=list)
    # Quoted text with signs in it, which the index knows nothing of: looked for in what it finds.
    literal: list[str] = field(default_factory=list)
    # Somebody or some room that is not there was asked for: nothing can be found.
    impossible: bool = False
    chips: list[Chip] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Does it ask for anything?"""
        return bool(self.chips)


def plan(user: User, parts: Sequence[Part]) -> Plan:
    """The plan of a search by `user`. It never fails: what is not understood is said in its chip."""
    made = Plan(user)
    for part in parts:
        _READERS.get(part.kind, _text)(made, part)
    if made.senders:
        made.wanted.append(tuple(Phrase((marks.sender(pk),)) for pk in sorted(made.senders)))
    _in_rooms(made)
    return made


def readable(user: User) -> Q:
    """Rooms this person may read: public ones and their own."""
    return Q(kind=Kind.PUBLIC) | Q(pk__in=Membership.objects.filter(user=user).values("room_id"))


def in_room(reader: User, room: Room) -> str:
    """What one types to search in this room: `in:general`, or the people of a conversation."""
    if not room.is_direct:
        return str(Part("in", room.name))
    people = Membership.objects.filter(room=room).exclude(user=reader).order_by("user_id")
    names = [f"@{name}" for name in people.values_list("user__username", flat=True)]
    return str(Part("in", ",".join(names) or "@me"))


def _in_rooms(made: Plan) -> None:
    """Few rooms are named in the index itself: a common word elsewhere then costs nothing."""
    if made.rooms is None:
        few = list(Room.objects.filter(readable(made.reader)).values_list("pk", flat=True)[: ROOMS_NAMED + 1])
        if len(few) > ROOMS_NAMED:
            return
        made.rooms = set(few)
    if not made.rooms:
        made.impossible = True
    made.wanted.append(tuple(Phrase((marks.room(pk),)) for pk in sorted(made.rooms)))


def _text(made: Plan, part: Part) -> None:
    # A word that is not wanted is that word, not all that begin with it.
    phrase = Phrase(tuple(part.words), part.is_prefix and (not part.negated or part.value.endswith("*")))
    if part.negated:
        made.unwanted.append(phrase)
    else:
        made.wanted.append((phrase,))
        if part.kind == "phrase" and not part.value.replace(" ", "").isalnum():
            made.literal.append(part.value)
    made.chips.append(Chip(part, str(part)))


def _from(made: Plan, part: Part) -> None:
    people = _people(made.reader, part.value)
    if not people:
        made.impossible = made.impossible or not part.negated
        return _not_understood(made, part, _("Nobody here is called %(name)s.") % {"name": part.value})
    if part.negated:
        made.unwanted += [Phrase((marks.sender(one.pk),)) for one in people]
    else:
        # Several `from:` are this one or that one.
        made.senders = (made.senders or set()) | {one.pk for one in people}
    _understood(made, part, ", ".join(one.name for one in people[:3]))
    return None


def _in(made: Plan, part: Part) -> None:
    rooms = _rooms(made.reader, part.value)
    if not rooms:
        made.impossible = made.impossible or not part.negated
        return _not_understood(
            made, part, _("There is no room called %(name)s that you can read.") % {"name": part.value}
        )
    if part.negated:
        made.unwanted += [Phrase((marks.room(room.pk),)) for room in rooms]
    else:
        made.rooms = (made.rooms or set()) | {room.pk for room in rooms}
    _understood(made, part, part.value if rooms[0].is_direct else rooms[0].name)
    return None


def _to(made: Plan, part: Part) -> None:
    if part.value.casefold().lstrip("@") not in ("me", made.reader.username_key):
        return _not_understood(
            made, part, _("Only “to:me” can be searched: messages that mention you or write to you.")
        )
    directs = Membership.objects.filter(user=made.reader, room__kind=Kind.DIRECT).values_list("room_id", flat=True)
    mine = (
        Phrase((marks.names(made.reader.pk),)),
        Phrase((marks.ALL,)),
        *(Phrase((marks.room(pk),)) for pk in directs[:200]),
    )
    if part.negated:
        made.unwanted += mine
    else:
        made.wanted.append(mine)
        made.unwanted.append(Phrase((marks.sender(made.reader.pk),)))
    _understood(made, part, _("me"))
    return None


def _has(made: Plan, part: Part) -> None:
    _noted(made, part, marks.HAS)


def _is(made: Plan, part: Part) -> None:
    if part.value.casefold() != SAVED:
        _noted(made, part, marks.IS, SAVED)
    elif part.negated:
        made.unsaved = True
        _understood(made, part, part.value)
    else:
        saved = Saved.objects.filter(user=made.reader).order_by("-pk").values_list("message_id", flat=True)
        made.only = list(saved[:SAVED_MOST])
        _understood(made, part, part.value)


def _noted(made: Plan, part: Part, known: dict[str, str], *more: str) -> None:
    mark = known.get(part.value.casefold().rstrip("s")) or known.get(part.value.casefold())
    if mark is None:
        names = ", ".join(f"{part.kind}:{name}" for name in (*known, *more))
        return _not_understood(made, part, _("What can be searched is %(names)s.") % {"names": names})
    if part.negated:
        made.unwanted.append(Phrase((mark,)))
    else:
        made.wanted.append((Phrase((mark,)),))
    _understood(made, part, part.value)
    return None


def _day(made: Plan, part: Part) -> None:
    found = days_of(part.value)
    if found is None:
        return _not_understood(made, part, _("Write a day as 2026-11-22, or a month as 2026-11, or “yesterday”."))
    start, end = (key_of(moment.timestamp()) for moment in found)
    if part.kind == "on" and part.negated:
        made.gaps.append((start, end))
    elif part.kind == "on":
        made.low, made.high = max(made.low, start), min(made.high, end)
    elif (part.kind == "before") is not part.negated:
        made.high = min(made.high, end if part.negated else start)
    else:
        made.low = max(made.low, start if part.negated else end)
    _understood(made, part, part.value)
    return None


_READERS: Final[dict[str, Callable[[Plan, Part], None]]] = {
    "from": _from, "in": _in, "to": _to, "has": _has, "is": _is, "before": _day, "after": _day, "on": _day,
}  # fmt: skip


def _understood(made: Plan, part: Part, label: str) -> None:
    made.chips.append(Chip(part, label))


def _not_understood(made: Plan, part: Part, problem: str) -> None:
    made.chips.append(Chip(part, part.value, problem))


def _people(reader: User, name: str) -> list[User]:
    """By user name, else by display name; whoever can be read of, placeholders of imports too."""
    bare = name.lstrip("@")
    if bare.casefold() == "me":
        return [reader]
    known = User.objects.filter(deleted_at=None)
    return list(known.filter(username_key=username_key(bare))) or list(known.filter(display_name__iexact=bare)[:20])


def _rooms(reader: User, name: str) -> list[Room]:
    """A room by name; `@ann` or `@ann,@bob` is the conversation with them, `@me` the notes to oneself."""
    if name.startswith("@"):
        people = [_people(reader, one) for one in name.split(",") if one.strip("@ ")]
        if not all(people):
            return []
        ids = {found[0].pk for found in people} | {reader.pk}
        rooms = Room.objects.filter(direct_key=direct_key(ids))
    else:
        rooms = Room.objects.filter(name_key__in={name_key(name.lstrip("#")), name_key(name)})
    return list(rooms.filter(readable(reader)))
