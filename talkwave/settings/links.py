"""Previews of links: what the server fetches by itself, and how much of it."""

from ipaddress import ip_network

from talkwave.settings.environment import PUBLIC_URL, env

LINK_PREVIEWS = env.flag("LINK_PREVIEWS", True)

# --- The fetcher (talkwave/web/fetching.py) ---------------------------------------------------------
# From the first look at the name to the last byte, redirects included.
FETCH_SECONDS = env.decimal("FETCH_SECONDS", 5.0, least=0.5, most=60.0)
# Of one page or picture, both as it comes and unpacked.
FETCH_MAX_BYTES = 1024 * 1024
FETCH_REDIRECTS_MOST = 5
FETCH_PORTS = frozenset({80, 443})
FETCH_URL_MAX_LENGTH = 2_000
# Addresses of one name that are tried in turn.
FETCH_ADDRESSES_MOST = 4
# Written like browsers write it: some sites show nothing to what does not begin so.
FETCH_USER_AGENT = f"Mozilla/5.0 (compatible; TalkWave-LinkPreview/1; +{PUBLIC_URL})"
# Public addresses that are in fact the operator's own, beside those that are private everywhere.
FETCH_REFUSED_NETWORKS = []
for _network in env.words("FETCH_REFUSED_NETWORKS"):
    try:
        FETCH_REFUSED_NETWORKS.append(ip_network(_network, strict=False))
    except ValueError:
        env.refuse("FETCH_REFUSED_NETWORKS", f"{_network!r} is not a network like 203.0.113.0/24")

# --- Previews (rooms/previews) ----------------------------------------------------------------------
PREVIEWS_A_MESSAGE = env.number("PREVIEWS_A_MESSAGE", 3, least=1, most=10)
# A page seen within this time is not fetched again for another message.
PREVIEW_DAYS = env.number("PREVIEW_DAYS", 30, least=1)
# What could not be fetched is not tried again for another message before so long.
PREVIEW_FAILED_MINUTES = 30
# For one message: how often it is tried where the failure may pass, and how long after the first and second time.
PREVIEW_ATTEMPTS = 3
PREVIEW_RETRY_SECONDS = (60, 600)
# A worker that died with a preview in hand is believed dead after this: above the longest possible fetch.
PREVIEW_CLAIM_SECONDS = 180
# Fetched side by side in one worker: one slow site does not hold up the others.
PREVIEW_FETCHES = env.number("PREVIEW_FETCHES", 6, least=1, most=50)
# A picture is kept at most so large, and not even opened where it claims more pixels than this.
PREVIEW_IMAGE_SIDE = 640
# A page's picture or icon with a shorter side is left out; a link straight to a picture shows any.
PREVIEW_IMAGE_LEAST = 48
PREVIEW_IMAGE_PIXELS = 30_000_000
# Of computing. A worker's pictures are drawn one after the other: all it has in hand within PREVIEW_CLAIM_SECONDS.
PREVIEW_IMAGE_SECONDS = 5
PREVIEW_TITLE_MAX_LENGTH = 200
PREVIEW_DESCRIPTION_MAX_LENGTH = 400
PREVIEW_SITE_MAX_LENGTH = 80
# Token bucket, PER_SECOND/BURST, a person: links beyond it stay plain links.
RATE_PREVIEWS = env.rate("RATE_PREVIEWS", "0.2/30")
