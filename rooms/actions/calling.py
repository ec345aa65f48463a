"""Calling people all at once: `@everyone` in a room, `@here` those who are active in it now."""

from collections.abc import Iterable, Sequence

from django.conf import settings

from presence.store import active_now
from rooms.actions.rendered import Rendered
from rooms.models import Membership, Mention, Message, Room
from rooms.roles import verbs
from rooms.text import EVERYONE, HERE


class Callers:
    """Whom a batch of messages calls. Presence is asked before the rooms are locked, where somebody wrote `@here`."""

    def __init__(self, rooms_with_here: Iterable[int]) -> None:
        self._active = {room_id: here_in(room_id) for room_id in set(rooms_with_here)}
        self._called: dict[tuple[int, int], Sequence[int]] = {}

    def call(self, groups: Iterable[str], room: Room, role: str, sender_id: int) -> str:
        """`mentions_all` of the message that just got the room's `last_seq`, whose text names `groups`.

        Empty where its author may not `mention_all`: then the words stay words.
        """
        if "mention_all" not in verbs(room.kind, role, archived=room.archived_at is not None):
            return ""
        here = self._active.get(room.pk, ())
        if EVERYONE in groups or len(here) > settings.MENTION_HERE_MAX:
            return EVERYONE
        self._called[room.pk, room.last_seq] = [pk for pk in here if pk != sender_id]
        return HERE

    def here(self, message: Message) -> Sequence[int]:
        """Who were here when it called them."""
        return self._called.get((message.room_id, message.seq), ())


def keep_calls(messages: Iterable[Message], target: Room) -> None:
    """Messages that go to another room call everybody there only where their authors may: else those words are words."""
    calling = [message for message in messages if message.mentions_all]
    seats = Membership.objects.filter(room=target, user__in={message.sender_id for message in calling})
    roles = dict(seats.values_list("user", "role")) if calling else {}
    ended = [
        message
        for message in calling
        if message.sender_id not in roles
        or "mention_all" not in verbs(target.kind, roles[message.sender_id], archived=False)
    ]
    if not ended:
        return
    bodies = Rendered(
        {message.room_id for message in ended},
        [message.body for message in ended],
        before="".join(message.html for message in ended),
    )
    named = {message.pk: bodies.mentioned(message.room_id, message.body) for message in ended}
    # Who was named stays named; who only was here does not.
    mentions = Mention.objects.filter(message__in=ended).values_list("pk", "message", "user")
    here = [pk for pk, message_id, user_id in mentions if user_id not in named[message_id]]
    Mention.objects.filter(pk__in=here).delete()
    for message in ended:
        message.mentions_all, message.html = "", bodies.html(message.room_id, message.body)
    Message.objects.bulk_update(ended, ["mentions_all", "html"])


def here_in(room_id: int) -> list[int]:
    """Members of the room who are active now; nobody where presence cannot be asked. Access was checked."""
    members = Membership.objects.filter(room=room_id).values_list("user_id", flat=True)
    return sorted(active_now(members))
