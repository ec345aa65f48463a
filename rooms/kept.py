"""Lists of messages that lie in many rooms, as their pages show them: who wrote it, where, when, and how it begins."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.wire import person
from rooms import access
from rooms.models import Kind, Message, Room
from rooms.queries import direct_members
from rooms.wire import beginning

_EXCERPT = 280


def card(message: Message) -> dict[str, Any]:
    """A message as a list shows it. Its sender and files are fetched; that it may be seen was checked."""
    return {
        "id": str(message.pk),
        "url": reverse("message", args=[message.room_id, message.pk]),
        "author": person(message.sender),
        "at": message.created_at,
        "excerpt": beginning(message, _EXCERPT),
    }


def visible_cards(user: User, messages: list[Message]) -> dict[int, dict[str, Any]]:
    """By id, the cards of those of these messages that the person may see now, each with its `room`'s name.

    Deleted ones are not among them. Three queries, however many. The messages come with their room and sender.
    """
    rooms = {message.room_id: message.room for message in messages}
    readable = access.readable(user, rooms.values())
    titles = room_titles(user, [room for pk, room in rooms.items() if pk in readable])
    return {
        message.pk: {**card(message), "room": titles[message.room_id]}
        for message in messages
        if message.room_id in readable and message.deleted_at is None
    }


def room_titles(user: User, rooms: list[Room]) -> dict[int, str]:
    """What the person calls these rooms: their names, or whom a conversation is with."""
    people = direct_members([room.pk for room in rooms if room.kind == Kind.DIRECT])
    titles = {}
    for room in rooms:
        others = [one.name for one in people.get(room.pk, []) if one.pk != user.pk]
        titles[room.pk] = room.name if room.kind != Kind.DIRECT else ", ".join(others) or _("Notes to myself")
    return titles
