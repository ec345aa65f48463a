"""The socket's commands: find out what is asked, hand it to one action, answer. One file a subject."""

from typing import Final

from rooms.commands import drafts, messages, presence, reactions, reading, threads
from talkwave.realtime.consumer import Command

COMMANDS: Final[dict[str, Command]] = {
    **messages.COMMANDS,
    **reading.COMMANDS,
    **presence.COMMANDS,
    **reactions.COMMANDS,
    **drafts.COMMANDS,
    **threads.COMMANDS,
}
# Those that change nothing, and may take a while.
LOOKS: Final = frozenset({"history", "sync", "presence.watch"})
