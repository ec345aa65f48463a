"""Limits and rates of what is done with several messages at once, and of forwarding."""

from talkwave.settings.environment import env

# --- Several messages at once, and forwarding ----------------------------------------------------------
# Messages chosen at once, to be deleted, copied or exported.
SELECT_MAX = 100
# Messages forwarded at once, and rooms they go to.
FORWARD_MAX = 50
FORWARD_ROOMS_MAX = 5
# Lines of a message that are put into the composer to quote it.
QUOTE_LINES_MAX = 20
# Token buckets, PER_SECOND/BURST, a person: messages that forwarding makes; messages deleted, taken back
# or exported many at once.
RATE_FORWARDS = env.rate("RATE_FORWARDS", "1/260")
RATE_SELECTION = env.rate("RATE_SELECTION", "2/400")
