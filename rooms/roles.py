"""What each role may do in a room: the one table, for code and docs (docs/roles.md is checked against it)."""

from typing import Final

from rooms.models import Kind, Role

# Verbs a member may hold. Reading a public room needs no membership: rooms.access.
MEMBER: Final = frozenset({"read", "post", "react", "pin", "leave", "invite"})
MODERATOR: Final = MEMBER | {"rename", "topic", "remove", "delete_others", "mention_all", "move"}
OWNER: Final = MODERATOR | {"archive", "set_role", "delete_room"}
MAY: Final[dict[str, frozenset[str]]] = {Role.MEMBER: MEMBER, Role.MODERATOR: MODERATOR, Role.OWNER: OWNER}

# A direct conversation has no ranks, keeps its people, and can never become a room:
# those in it agreed to a private audience.
DIRECT: Final = frozenset({"read", "post", "react", "pin", "mention_all"})
# An archived room is read-only; what is left is reading, leaving, and its owner's verbs over it.
ARCHIVED: Final = frozenset({"read", "leave", "archive", "delete_room", "remove", "set_role"})


def verbs(kind: str, role: str, *, archived: bool) -> frozenset[str]:
    """All that a member with this role may do in a room of this kind."""
    may = DIRECT if kind == Kind.DIRECT else MAY[role]
    return may & ARCHIVED if archived else may


# Who may take whom out of a room: an owner anybody else, the others those below them.
_RANKS: Final = [Role.MEMBER, Role.MODERATOR, Role.OWNER]


def outranks(role: str, other: str) -> bool:
    """May somebody with `role` act on somebody with the role `other`? Owners may on each other."""
    return role == Role.OWNER or _RANKS.index(Role(role)) > _RANKS.index(Role(other))
