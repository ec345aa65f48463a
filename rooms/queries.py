"""Questions about many rooms at once, each one query."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from accounts.models import User
from rooms.models import Kind, Membership, OwnEmoji, Room
from rooms.text import own_names, parse_rooms

# Written as SQL: from querysets Django would make these statements anew each time, which took half of all that a
# connection costs, and every mark of reading asks for the first two as well. Those are annotations for Membership rows.
MENTIONS_OF_MEMBERSHIP: Final = RawSQL(
    """
    (SELECT COUNT(*) FROM rooms_mention named JOIN rooms_message said ON said.id = named.message_id
      WHERE named.user_id = rooms_membership.user_id AND named.room_id = rooms_membership.room_id
        AND named.seq > rooms_membership.read_seq
        AND said.mentions_all <> 'everyone' AND said.in_room AND said.deleted_at IS NULL)
    + (SELECT COUNT(*) FROM rooms_message said
      WHERE said.room_id = rooms_membership.room_id AND said.seq > rooms_membership.read_seq
        AND said.mentions_all = 'everyone' AND said.in_room AND said.deleted_at IS NULL
        AND said.sender_id <> rooms_membership.user_id)
    """,
    (),
    output_field=IntegerField(),
)
"""How many unread messages of the room call that person. One that calls everybody stands in one index of such messages;
it is counted there, whoever else it names."""
ASIDE_OF_MEMBERSHIP: Final = RawSQL(
    """
    (SELECT COUNT(*) FROM rooms_message said
      WHERE said.room_id = rooms_membership.room_id AND said.seq > rooms_membership.read_seq AND NOT said.in_room)
    + (SELECT COUNT(*) FROM rooms_message said
      WHERE said.room_id = rooms_membership.room_id AND said.seq > rooms_membership.read_seq
        AND (said.kind = 'system' OR said.deleted_at IS NOT NULL) AND said.in_room)
    """,
    (),
    output_field=IntegerField(),
)
"""How many messages after the mark count nowhere: those that stand only in a thread, lines like "Ann joined", and what
was deleted. The condition of the second is that of its index, word for word: SQLite proves no more."""


_UNREAD_THREADS: Final = """
    SELECT thread.room_id, COUNT(*) FROM rooms_threadfollow follow JOIN rooms_thread thread ON thread.root_id = follow.thread_id
    WHERE follow.user_id = %s AND follow.following AND thread.last_seq > follow.read_seq GROUP BY thread.room_id
"""


def unread_threads(user: User) -> dict[int, int]:
    """Room id → how many threads that person follows there have answers they have not read; none are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD_THREADS, [user.pk])
        return dict(cursor.fetchall())


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
