"""People named in a message."""

from rooms.text.markdown import parse


def parse_mentions(body: str) -> set[str]:
    """The keys (accounts.names.username_key) of all that stands as @name in the body, outside code and links."""
    if "@" not in body:
        return set()
    return {token.meta["key"] for block in parse(body) for token in block.children or () if token.type == "mention"}
