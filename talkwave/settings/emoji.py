"""Limits and rates of reactions and of the community's own emoji."""

from talkwave.settings.environment import env

# Different emoji at one message; joining one that is there is always possible.
REACTION_KINDS_MAX = 20
# Token bucket, PER_SECOND/BURST, a person.
RATE_REACTIONS = env.rate("RATE_REACTIONS", "2/20")
# Who adds emoji: everyone, or staff alone.
CUSTOM_EMOJI_BY = env.text("CUSTOM_EMOJI_BY", "everyone", choices=("everyone", "staff"))
CUSTOM_EMOJI_MAX = env.number("CUSTOM_EMOJI_MAX", 500, least=0, most=5_000)
EMOJI_MAX_BYTES = env.number("EMOJI_MAX_BYTES", 1024 * 1024, least=1024)
# Decoding an animation costs up to a second of a core.
RATE_EMOJI = env.rate("RATE_EMOJI", "0.02/10")
