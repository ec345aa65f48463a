"""People as they are looked for: who may be written to, who is meant by a name or a few letters of it."""

import re
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import username_key
from accounts.wire import person
from rooms import access
from rooms.matching import WORD, quality, query_key
from rooms.models import Kind, Membership, Message, MessageKind, Room
from talkwave.errors import Refused

# So many rows are ranked in memory; who types more letters gets fewer.
CANDIDATES: Final = 200
# Whoever wrote one of so many last messages of a room comes first when no letters say whom.
RECENT_MESSAGES: Final = 200
FOUND_MOST: Final = 20
COMPLETED_MOST: Final = 10


def reachable(user: User) -> QuerySet[User]:
    """Whom this person may write to and invite: everybody who can take part, oneself too.

    Placeholders (people known only from an import) never sign in: a word to them would reach nobody.
    """
    if not user.can_take_part:
        return User.objects.none()
    return User.objects.present().filter(is_placeholder=False)


def invitees(actor: User, user_ids: Iterable[object]) -> list[User]:
    """The people with these ids, each once, in the order given. Raises Refused where one cannot be reached."""
    ids = list(dict.fromkeys(access.parse_id(user_id) for user_id in user_ids))
    if len(ids) > settings.INVITE_MAX_PEOPLE:
        raise Refused(
            "too_long", _("At most %(limit)d people can be added at once.") % {"limit": settings.INVITE_MAX_PEOPLE}
        )
    found = reachable(actor).in_bulk(ids)
    if len(found) < len(ids):
        raise Refused("not_found", _("One of these people is not here any more."))
    return [found[pk] for pk in ids]


def named(actor: User, names: str) -> list[int]:
    """Ids of the people named in a line such as `@ann, bob`. Raises Refused, saying whom nobody knows."""
    keys = {username_key(name): name for name in (word.lstrip("@") for word in re.split(r"[\s,;]+", names)) if name}
    if len(keys) > settings.INVITE_MAX_PEOPLE:
        raise Refused(
            "too_long", _("At most %(limit)d people can be added at once.") % {"limit": settings.INVITE_MAX_PEOPLE}
        )
    found = dict(reachable(actor).filter(username_key__in=keys).values_list("username_key", "pk"))
    if unknown := [name for key, name in keys.items() if key not in found]:
        raise Refused("not_found", _("Nobody here is called %(names)s.") % {"names": ", ".join(unknown)})
    return [found[key] for key in keys]


def find_people(user: User, typed: str, *, limit: int = FOUND_MOST) -> list[User]:
    """Those this person may write to whose name fits, the best first; with nothing typed, by name."""
    query = query_key(typed.strip().lstrip("@"))
    everybody = reachable(user)
    if not query:
        return list(everybody.order_by("username_key")[:limit])
    found = _beginning(everybody, query)
    if len(found) < limit:
        found |= _first(everybody.filter(Q(username_key__contains=query) | Q(display_name__icontains=query)))
    if len(found) < limit:
        found |= _first(everybody.filter(username_key__scattered=query))
    return _ranked(query, found.values())[:limit]


def complete(user: User, room: Room, typed: str) -> list[dict[str, Any]]:
    """Who may be meant by `@` and these letters in a room: its members first, `member` says who is one.

    Among them those whose name begins so, then who wrote here last, then with whom one has a conversation. Before
    everybody whose user name it is, member or not: Enter must not take somebody else. Access to the room was checked.
    """
    query = query_key(typed.strip().lstrip("@"))
    recent = _recent_writers(room)
    members = _members_named(user, room, query, recent)
    close = _talks_with(user, members)
    members.sort(
        key=lambda one: (
            one.username_key != query,
            min(_fit(query, one), WORD),
            recent.get(one.pk, RECENT_MESSAGES),
            one.pk not in close,
            one.username_key,
        )
    )
    shown = [(one, True) for one in members[:COMPLETED_MOST]]
    if query and not room.is_direct:
        few = len(members) < COMPLETED_MOST
        found = find_people(user, query) if few else list(reachable(user).filter(username_key=query))
        inside = set(Membership.objects.filter(room=room, user__in=found).values_list("user_id", flat=True))
        close = _talks_with(user, found)
        found.sort(key=lambda one: one.pk not in close)
        shown += [(one, False) for one in found if one.pk not in inside]
        shown.sort(key=lambda row: row[0].username_key != query)
    return [{**person(one), "member": member} for one, member in shown[:COMPLETED_MOST]]


def _talks_with(user: User, people: Iterable[User]) -> set[int]:
    """Those of them with whom the person has a direct conversation."""
    shared = _with(user).filter(user__in=[one.pk for one in people])
    return set(shared.values_list("user_id", flat=True))


def _with(user: User) -> QuerySet[Membership]:
    """The others' seats in that person's direct conversations."""
    directs = Membership.objects.filter(user=user, room__kind=Kind.DIRECT).values("room_id")
    return Membership.objects.filter(room_id__in=directs).exclude(user=user)


def _recent_writers(room: Room) -> dict[int, int]:
    """User id → how many messages ago they last wrote, among the newest. Who only joined wrote nothing."""
    last: dict[int, int] = {}
    newest = Message.objects.filter(room=room).order_by("-seq").values_list("sender_id", "kind")
    for place, (sender_id, kind) in enumerate(newest[:RECENT_MESSAGES]):
        if kind == MessageKind.TEXT:
            last.setdefault(sender_id, place)
    return last


def _members_named(user: User, room: Room, query: str, recent: dict[int, int]) -> list[User]:
    inside = User.objects.present().filter(memberships__room=room)
    if not query:
        # The latest writers, whom one has a conversation with, and as many others as fill the list.
        found = _first(inside.filter(pk__in=list(recent)[:CANDIDATES]))
        if len(found) < COMPLETED_MOST:
            found |= _first(inside.filter(pk__in=_with(user).values("user_id")))
        if len(found) < COMPLETED_MOST:
            found |= _first(inside.order_by("username_key"), COMPLETED_MOST)
        return list(found.values())
    found = _beginning(inside, query)
    if len(found) < COMPLETED_MOST:
        found |= _first(inside.filter(Q(username_key__contains=query) | Q(display_name__icontains=query)))
    return list(found.values())


def _beginning(people: QuerySet[User], query: str) -> dict[int, User]:
    # Who is called just so is among them, however many begin like that.
    return _first(people.filter(username_key=query)) | _first(people.filter(username_key__startswith=query))


def _first(people: QuerySet[User], most: int = CANDIDATES) -> dict[int, User]:
    return {one.pk: one for one in people[:most]}


def _fit(query: str, one: User) -> int:
    return quality(query, one.username_key, username_key(one.display_name))


def _ranked(query: str, people: Iterable[User]) -> list[User]:
    # A display name that the database finds and folding does not is a match all the same: it comes last.
    return sorted(people, key=lambda one: (one.username_key != query, _fit(query, one), one.username_key))
