"""Questions about many rooms at once, each one query."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.models import User
from rooms.models import Kind, Membership, Mention, Message, OwnEmoji, Room, ThreadFollow
from rooms.text import own_names, parse_rooms


def mentions_of_membership() -> Combinable:
    """An annotation for Membership rows: how many unread messages of the room call that person.

    A message that calls everybody stands in one index of such messages; it is counted there, whoever else it names.
    """
    shown = {"room": OuterRef("room_id"), "seq__gt": OuterRef("read_seq")}
    named = Mention.objects.filter(user=OuterRef("user_id"), **shown).filter(
        message__deleted_at=None, message__in_room=True
    )
    everyone = Message.objects.filter(mentions_all="everyone", deleted_at=None, in_room=True, **shown)
    return _counted(named.exclude(message__mentions_all="everyone")) + _counted(
        everyone.exclude(sender=OuterRef("user_id"))
    )


def _counted(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("room").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def unread_threads(user: User, room_ids: list[int] | None = None) -> dict[int, int]:
    """Room id → how many threads that person follows there have answers they have not read; none are left out."""
    rows = ThreadFollow.objects.filter(user=user, following=True, thread__last_seq__gt=F("read_seq"))
    if room_ids is not None:
        rows = rows.filter(thread__room__in=room_ids)
    return dict(rows.order_by().values_list("thread__room").annotate(Count("pk")))


def aside_of_membership() -> Coalesce:
    """An annotation for Membership rows: how many unread messages of the room stand only in a thread."""
    return _counted(Message.objects.filter(room=OuterRef("room_id"), seq__gt=OuterRef("read_seq"), in_room=False))


def own_emoji(bodies: Iterable[str]) -> dict[str, str]:
    """Name → address of the community's own emoji that these texts may hold; no query where none does."""
    names: set[str] = set().union(*map(own_names, bodies))
    if not names:
        return {}
    return {one.name: one.url for one in OwnEmoji.objects.filter(name__in=names, removed_at=None)}


def public_rooms(bodies: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Key → id and name of the public rooms that these texts name with `#`; no query where none is.

    Only public ones: a message is the same for everybody who reads it, and a link would tell of what some may not see.
    """
    keys: set[str] = set().union(*map(parse_rooms, bodies))
    if not keys:
        return {}
    found = Room.objects.filter(kind=Kind.PUBLIC, name_key__in=[key[1:] for key in keys])
    return {f"#{key}": (pk, name) for pk, key, name in found.values_list("pk", "name_key", "name")}


def direct_members(room_ids: list[int]) -> dict[int, list[User]]:
    """Room id → its people, for direct rooms, which are small."""
    people: dict[int, list[User]] = defaultdict(list)
    if room_ids:
        for membership in Membership.objects.filter(room_id__in=room_ids).select_related("user").order_by("user_id"):
            people[membership.room_id].append(membership.user)
    return dict(people)


def common_people(user: User, user_ids: list[int]) -> set[int]:
    """Those of `user_ids` who share a room with the person, and the person: whose presence may be watched."""
    shared = Membership.objects.filter(user=user).values("room_id")
    return set(
        Membership.objects.filter(user_id__in=user_ids, room_id__in=shared).values_list("user_id", flat=True)
    ) | ({user.pk} & set(user_ids))
