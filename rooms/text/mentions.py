"""People and rooms named in a message."""

from typing import Final

from rooms.text.markdown import parse

# Names of nobody (accounts.names keeps them free): all who are in the room, and those who are here now.
EVERYONE: Final = "everyone"
HERE: Final = "here"


def parse_mentions(body: str) -> set[str]:
    """The keys (accounts.names.username_key) of all that stands as @name in the body, outside code and links."""
    return _keys(body, "mention") if "@" in body else set()


def parse_rooms(body: str) -> set[str]:
    """The keys (rooms.models.name_key), with `#` before, of all that stands as #name or #[a name] in the body."""
    return _keys(body, "room") if "#" in body else set()


def _keys(body: str, kind: str) -> set[str]:
    return {token.meta["key"] for block in parse(body) for token in block.children or () if token.type == kind}
