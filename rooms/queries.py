"""Questions about many rooms at once, each one query."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from rooms.models import Membership, Mention, Message, OwnEmoji
from rooms.text import own_names


def unread_mentions(user: User, room_ids: list[int] | None = None) -> dict[int, int]:
    """Room id → how many unread messages name this person; rooms with none are left out."""
    rows = Mention.objects.filter(
        user=user,
        room__memberships__user=user,
        seq__gt=F("room__memberships__read_seq"),
        message__deleted_at=None,
        message__in_room=True,
    )
    if room_ids is not None:
        rows = rows.filter(room_id__in=room_ids)
    return dict(rows.values_list("room_id").annotate(Count("pk")))


def mentions_of_membership() -> Coalesce:
    """An annotation for Membership rows: how many unread messages of the room name that person."""
    unread = Mention.objects.filter(
        user=OuterRef("user_id"),
        room=OuterRef("room_id"),
        seq__gt=OuterRef("read_seq"),
        message__deleted_at=None,
        message__in_room=True,
    )
    counted = unread.order_by().values("room").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def aside_of_membership() -> Coalesce:
    """An annotation for Membership rows: how many unread messages of the room stand only in a thread."""
    unread = Message.objects.filter(room=OuterRef("room_id"), seq__gt=OuterRef("read_seq"), in_room=False)
    counted = unread.order_by().values("room").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def own_emoji(bodies: Iterable[str]) -> dict[str, str]:
    """Name → address of the community's own emoji that these texts may hold; no query where none does."""
    names: set[str] = set().union(*map(own_names, bodies))
    if not names:
        return {}
    return {one.name: one.url for one in OwnEmoji.objects.filter(name__in=names, removed_at=None)}


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
