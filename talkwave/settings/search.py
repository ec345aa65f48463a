"""Limits of search."""

from talkwave.settings.environment import env

SEARCH_PAGE = 20
# So many changed messages a search itself reads into the index before it looks; more are the worker's.
SEARCH_CATCH_UP = 500
# Where more changes than these wait for the index, what a busy hour leaves in some seconds, whoever searches is told.
SEARCH_BACKLOG = 5_000
# Of a message with its files so many words are found; the rest of a longer document is not.
SEARCH_WORDS_MAX = env.number("SEARCH_WORDS_MAX", 20_000, least=1_000, most=100_000)
# Token bucket, PER_SECOND/BURST, a person.
RATE_SEARCH = env.rate("RATE_SEARCH", "0.5/30")
