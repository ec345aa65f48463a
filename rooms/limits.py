"""How often one person may do what costs others attention or us work. Every way in, on every process, asks the same buckets."""

from django.conf import settings

from accounts.models import User
from talkwave.web import limits
from talkwave.web.limits import too_fast
from talkwave.web.ratelimit import Buckets

posting = Buckets(*settings.RATE_MESSAGES, name="messages")
posting_programs = posting.twin(*settings.RATE_MESSAGES_API)
# By room, whoever writes there.
filling = Buckets(*settings.RATE_ROOM_MESSAGES, name="room_messages")
# A hint and no more: each process counts for itself.
typing = Buckets(*settings.RATE_TYPING)
making_rooms = Buckets(*settings.RATE_ROOMS, name="rooms")
# Counted by head: adding a hundred people at once costs a hundred.
inviting = Buckets(*settings.RATE_INVITES, name="invites")
opening_directs = Buckets(*settings.RATE_DIRECTS, name="directs")
# Completion, the jump field, previews: quick to ask, not free to answer.
looking_up = Buckets(*settings.RATE_LOOKUPS, name="lookups")
searching = Buckets(*settings.RATE_SEARCH, name="search")
drafting = Buckets(*settings.RATE_DRAFTS, name="drafts")
setting_status = Buckets(*settings.RATE_STATUS, name="status")
reacting = Buckets(*settings.RATE_REACTIONS, name="reactions")
moving = Buckets(*settings.RATE_MOVES, name="moves")
forwarding = Buckets(*settings.RATE_FORWARDS, name="forwards")
selecting = Buckets(*settings.RATE_SELECTION, name="selection")
adding_emoji = Buckets(*settings.RATE_EMOJI, name="emoji")
# Pins, saved messages, reminders, words to be sent later.
keeping = Buckets(*settings.RATE_KEEPING, name="keeping")
# Files begun, and the requests about those that are on their way.
uploading = Buckets(*settings.RATE_UPLOADS, name="uploads")
sending_pieces = Buckets(*settings.RATE_PIECES, name="pieces")

# Links that get a preview: each sends the worker to somebody's server.
previewing = Buckets(*settings.RATE_PREVIEWS, name="previews")


def spend(buckets: Buckets, user: User, n: int = 1) -> None:
    """Raises Refused (rate_limited) where this person has used up what `buckets` grant. For threads."""
    limits.spend(buckets, user.pk, n)


async def spend_soon(buckets: Buckets, user: User) -> None:
    """The same on the event loop."""
    if wait := await buckets.take_soon(user.pk):
        raise too_fast(wait)


def fill(room_id: int) -> None:
    """A message goes into that room. Raises Refused where more come than a room is made for; waits for nothing."""
    if wait := filling.take_here(room_id):
        raise too_fast(wait)
