"""How a room ends: at once for everybody, its rows in small steps.

A room may hold a million messages. Deleting them in one transaction would hold the database's one writer (SQLite)
for seconds, so the room is first taken from everybody, and its rows go in batches after that. What an interrupted
process left is found by `doomed()` and finished by `manage.py cleanup`. What people wrote for themselves stays: the words of their
reminders, and of what they left to be sent.
"""

from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from rooms import events
from rooms.actions.scheduled import fail_those_for
from rooms.models import Kind, Membership, Message, Reminder, Room

BATCH: Final = 1_000
# So many messages go while the person waits; what is left of a larger room is `cleanup`'s.
AT_ONCE: Final = 20_000


def detach(room: Room) -> None:
    """Takes a locked room from everybody: no members, no name, not public. Nobody can find or reach it any more."""
    user_ids = list(Membership.objects.filter(room=room).values_list("user_id", flat=True))
    Membership.objects.filter(room=room).delete()
    room.kind = Kind.PRIVATE
    room.name_key = room.direct_key = None
    room.member_count = 0
    # A hub that missed what follows sees the new version, and that nobody may hear this room any more.
    room.take_state_version()
    room.save(
        update_fields=[
            "kind", "name_key", "direct_key", "member_count", "version", "state_version", "state_changes",
        ]
    )  # fmt: skip
    events.room_deleted(room.pk, user_ids)


def doomed() -> QuerySet[Room]:
    """Rooms that were deleted and still have rows. Every living room has a name or is a direct one."""
    return Room.objects.filter(kind=Kind.PRIVATE, name_key=None, direct_key=None)


def purge(room_id: int, *, at_most: int = AT_ONCE) -> bool:
    """Deletes the rows of a detached room, a batch a transaction; True where nothing of it is left."""
    for _ in range(0, at_most, BATCH):
        with transaction.atomic():
            ids = list(Message.objects.filter(room_id=room_id).order_by("seq").values_list("pk", flat=True)[:BATCH])
            Reminder.objects.filter(message__in=ids).exclude(text="").update(message=None)
            fail_those_for(room_id, ids)
            Message.objects.filter(pk__in=ids).delete()
            if len(ids) < BATCH:
                doomed().filter(pk=room_id).delete()
                return True
    return False
