"""A message's words: made tidy, searched for people, turned into safe HTML, and back into plain text.

Formatting is described for people in docs/writing.md.
"""

from rooms.text.cleaning import clean
from rooms.text.emojis import is_name, own_names, own_shown, qualified, replace_names
from rooms.text.mentions import EVERYONE, HERE, parse_mentions, parse_rooms
from rooms.text.plaintext import plain, snippet
from rooms.text.rendering import RENDERER_VERSION, as_typed, render

__all__ = [
    "EVERYONE", "HERE", "RENDERER_VERSION", "as_typed", "clean", "is_name", "own_names", "own_shown", "parse_mentions", "parse_rooms", "plain", "qualified",
    "render", "replace_names", "snippet",
]  # fmt: skip
