"""How often one person may do what costs others attention or us work, in this process. Every way in asks the same buckets."""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from talkwave.errors import Refused
from talkwave.web.ratelimit import Buckets

posting = Buckets(*settings.RATE_MESSAGES)
making_rooms = Buckets(*settings.RATE_ROOMS)
# Counted by head: adding a hundred people at once costs a hundred.
inviting = Buckets(*settings.RATE_INVITES)
opening_directs = Buckets(*settings.RATE_DIRECTS)
# Completion, the jump field, previews: quick to ask, not free to answer.
looking_up = Buckets(*settings.RATE_LOOKUPS)
searching = Buckets(*settings.RATE_SEARCH)
drafting = Buckets(*settings.RATE_DRAFTS)
setting_status = Buckets(*settings.RATE_STATUS)
reacting = Buckets(*settings.RATE_REACTIONS)
moving = Buckets(*settings.RATE_MOVES)
forwarding = Buckets(*settings.RATE_FORWARDS)
selecting = Buckets(*settings.RATE_SELECTION)
adding_emoji = Buckets(*settings.RATE_EMOJI)
# Pins, saved messages, reminders, words to be sent later.
keeping = Buckets(*settings.RATE_KEEPING)
# Files begun, and the requests about those that are on their way.
uploading = Buckets(*settings.RATE_UPLOADS)
sending_pieces = Buckets(*settings.RATE_PIECES)

# Links that get a preview: each sends the worker to somebody's server.
previewing = Buckets(*settings.RATE_PREVIEWS)


def spend(buckets: Buckets, user: User, n: int = 1) -> None:
    """Raises Refused (rate_limited) where this person has used up what `buckets` grant."""
    if wait := buckets.take(user.pk, n):
        raise Refused("rate_limited", _("That was a little fast. Wait a moment and try again."), retry_after=wait)
