"""How often anybody may ask for anything: by person over socket and page together, and by address before one is known."""

from collections.abc import Hashable
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from talkwave.errors import Refused
from talkwave.web.ratelimit import Buckets

# Every frame of a socket and every page or change: one budget a person.
asking: Final = Buckets(*settings.RATE_COMMANDS, name="commands")
asking_programs: Final = asking.twin(*settings.RATE_COMMANDS_API)
# A ping costs next to nothing, and who gets no answer comes back, which costs more. Each process counts for itself.
pinging: Final = Buckets(*settings.RATE_PINGS)
# Opening a socket costs the list of rooms.
connecting: Final = Buckets(*settings.RATE_CONNECTS, name="connects")
connecting_programs: Final = connecting.twin(*settings.RATE_CONNECTS_API)

# By address: sockets that turned out to be nobody's, and pages of people who are not signed in.
unknown_connecting: Final = Buckets(*settings.RATE_UNKNOWN_CONNECTS, name="unknown_connects")
visiting: Final = Buckets(*settings.RATE_VISITS, name="visits")
# Pictures of people, asked for with a cookie at which nobody looked. Each process counts for itself: they cost little.
pictures: Final = Buckets(*settings.RATE_VISITS)


def spend(buckets: Buckets, key: Hashable, n: float = 1) -> None:
    """Raises Refused (rate_limited) where that key has used up what `buckets` grant. For threads."""
    if wait := buckets.take(key, n):
        raise too_fast(wait)


def too_fast(wait: float) -> Refused:
    """The refusal of whom `buckets.take` told to wait."""
    return Refused("rate_limited", _("That was a little fast. Wait a moment and try again."), retry_after=wait)
