"""Limits of threads, and of moving messages."""

from talkwave.settings.environment import env

# Of all threads somebody follows, a page knows the latest so many; more is told when it is loaded again.
THREADS_KNOWN_MAX = 1_000
# In the list of threads, a page.
THREADS_PAGE = 20
# Messages moved at once, answers that go with them included.
MOVE_MAX = 100
# Of each room, so many of its latest threads are offered as a place to move to.
MOVE_THREADS_OFFERED = 8
# Token bucket, PER_SECOND/BURST, a person: messages moved.
RATE_MOVES = env.rate("RATE_MOVES", "0.5/200")
