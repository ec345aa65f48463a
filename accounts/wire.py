"""A person as the wire, the API and the templates see them (docs/protocol.md)."""

from typing import TypedDict

from accounts.models import User


class Person(TypedDict):
    id: str
    username: str
    display_name: str
    avatar: str


def person(user: User) -> Person:
    """The public side of `user`: nothing in it depends on who looks."""
    return {
        "id": str(user.pk),
        "username": user.username,
        "display_name": user.name,
        "avatar": user.avatar_url,
    }
