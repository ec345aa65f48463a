"""Limits and rates of rooms, messages and the live path."""

from talkwave.settings.environment import env

# --- Rooms and messages -----------------------------------------------------------------------------
MESSAGE_MAX_LENGTH = env.number("MESSAGE_MAX_LENGTH", 10_000, least=1, most=60_000)
ROOM_NAME_MAX_LENGTH = 80
ROOM_TOPIC_MAX_LENGTH = 500
GROUP_MAX_PEOPLE = env.number("GROUP_MAX_PEOPLE", 20, least=2, most=100)
INVITE_MAX_PEOPLE = env.number("INVITE_MAX_PEOPLE", 100, least=1)
# Rooms and conversations one person is in: `hello` lists them all, and so does each page that is loaded.
ROOMS_PER_PERSON = env.number("ROOMS_PER_PERSON", 5_000, least=1)
# Files sent with one message.
ATTACHMENTS_MAX = 10
PAGE_SIZE = 50
HISTORY_MAX = 100
SYNC_PAGE = 200
# A client further behind than this reloads the newest page instead of fetching everything it missed.
SYNC_RESET = env.number("SYNC_RESET", 2_000, least=200)
# Answers of a poll.
POLL_OPTIONS_MAX = 12
# Who reacted with an emoji, or chose an answer: so many are named on the wire, of more there is the number.
NAMED_MAX = 50
# How long one may change one's own words; 0 for ever.
MESSAGE_EDIT_HOURS = env.number("MESSAGE_EDIT_HOURS", 24, least=0)
# How long a deleted message can be taken back by who deleted it.
DELETE_UNDO_SECONDS = 10
DELETED_TEXT_DAYS = env.number("DELETED_TEXT_DAYS", 30, least=0)
# Token buckets, PER_SECOND/BURST, a person: making rooms, people added to rooms, direct conversations
# opened, and completion, jump field and previews together.
RATE_ROOMS = env.rate("RATE_ROOMS", "0.02/10")
RATE_INVITES = env.rate("RATE_INVITES", "0.5/200")
RATE_DIRECTS = env.rate("RATE_DIRECTS", "0.1/20")
RATE_LOOKUPS = env.rate("RATE_LOOKUPS", "10/100")
# Saving what one is writing: a device does so once in a pause.
RATE_DRAFTS = env.rate("RATE_DRAFTS", "2/60")
# One's status is told to everybody who sees one.
RATE_STATUS = env.rate("RATE_STATUS", "0.1/20")
# Of all somebody ever began, the latest so many come with the page.
DRAFTS_MAX = 500
DRAFTS_MAX_CHARACTERS = 200_000

# --- The live path ----------------------------------------------------------------------------------
HEARTBEAT_SECONDS = 25
WEBSOCKET_FRAME_MAX = 64 * 1024
WEBSOCKET_HARD_MAX = 1024 * 1024
# A message may come in so many pieces; each costs more memory than the byte it may hold.
WEBSOCKET_FRAGMENTS_MAX = 256
# What a socket may have out that its client has not confirmed (docs/protocol.md, 4408).
SOCKET_WINDOW_FRAMES = 1_000
SOCKET_WINDOW_BYTES = 4 * 1024 * 1024
SOCKETS_PER_USER = env.number("SOCKETS_PER_USER", 50, least=1)
# A process's sockets; those whose person is being looked up, and how long that may take. Beyond: come back later (1012).
SOCKETS_MAX = env.number("SOCKETS_MAX", 20_000, least=1)
SOCKETS_UNKNOWN_MAX = 1_000
IDENTIFY_SECONDS = 10
HUB_FLUSH_SECONDS = env.decimal("HUB_FLUSH_SECONDS", 0.005, most=60.0)
HUB_GAP_SECONDS = env.decimal("HUB_GAP_SECONDS", 0.2, least=0.01, most=60.0)
# Events of a room that came before the one that is next.
HUB_EARLY_MOST = 2_000
# Messages of the channel layer that wait for a hub, and bytes that wait in one for the layer; of more, the other hubs find
# in the database what is left out.
HUB_ARRIVALS_MOST = 20_000
HUB_UNSENT_BYTES = 16 * 1024 * 1024
HUB_CHECK_SECONDS = env.decimal("HUB_CHECK_SECONDS", 1.0, least=0.05, most=60.0)
# Messages committed together, and how many may wait before a sender is told `unavailable`.
COMMIT_BATCH = env.number("COMMIT_BATCH", 256, least=1)
COMMIT_QUEUE = env.number("COMMIT_QUEUE", 10_000, least=1)
# Pressure (talkwave/realtime/pressure.py): above the first number typing and presence are left out, above the second
# acks are slow as well. How late the event loop is, messages that wait to be stored, bytes that clients have not read.
PRESSURE_LAG_SECONDS = (
    env.decimal("PRESSURE_LAG_HINTS", 0.25, least=0.01),
    env.decimal("PRESSURE_LAG_ACKS", 1.0, least=0.01),
)
PRESSURE_COMMITS = (COMMIT_QUEUE // 10, COMMIT_QUEUE // 2)
PRESSURE_BYTES = (
    env.number("PRESSURE_MB_HINTS", 128, least=1) * 1024 * 1024,
    env.number("PRESSURE_MB_ACKS", 512, least=1) * 1024 * 1024,
)
PRESSURE_ACK_SECONDS = 0.25
# Token buckets, PER_SECOND/BURST, a person: over all server processes, sockets and pages together
# (talkwave/web/ratelimit.py). A program (API token) was let in by an operator.
RATE_MESSAGES = env.rate("RATE_MESSAGES", "5/20")
RATE_MESSAGES_API = env.rate("RATE_MESSAGES_API", "100/500")
RATE_COMMANDS = env.rate("RATE_COMMANDS", "20/200")
RATE_COMMANDS_API = env.rate("RATE_COMMANDS_API", "400/2000")
# Opening sockets.
RATE_CONNECTS = env.rate("RATE_CONNECTS", "2/100")
RATE_CONNECTS_API = env.rate("RATE_CONNECTS_API", "50/2000")
# By room, whoever writes there: no slow mode, but a bound on a flood.
RATE_ROOM_MESSAGES = env.rate("RATE_ROOM_MESSAGES", "1000/20000")
# A typing hint lasts seven seconds; more often than every two helps nobody. A person in a room, a process.
RATE_TYPING = (0.5, 2)
# Pings of one person that are answered whatever else they ask for; those beyond count like everything else.
RATE_PINGS = (10, 200)
# By address, before one is known: sockets that are nobody's, and pages.
RATE_UNKNOWN_CONNECTS = env.rate("RATE_UNKNOWN_CONNECTS", "5/300")
RATE_VISITS = env.rate("RATE_VISITS", "10/300")
# So many refusals for rate in a row, and the socket is closed with 4429.
RATE_PATIENCE = env.number("RATE_PATIENCE", 50, least=1)
WATCH_MAX = 500

# --- Presence ---------------------------------------------------------------------------------------
PRESENCE_BEAT_SECONDS = 10
PRESENCE_TTL_SECONDS = 30
LAST_SEEN_SECONDS = 60

# --- Calling people, and what one missed ---------------------------------------------------------------
# A message that calls more people than this (@everyone, @here) asks first.
MENTION_ASK_ABOVE = 20
# @here names each of those who are here; where they are more, it calls everybody.
MENTION_HERE_MAX = 500
# Away for so many hours, one is offered a page of what happened meanwhile, if so much is unread.
AWAY_HOURS = env.number("AWAY_HOURS", 4, least=1)
CATCH_UP_UNREAD = 20
# Of so many rooms, so much of each kind, among so many latest messages of each room.
CATCH_UP_ROOMS = 20
CATCH_UP_EACH = 5
CATCH_UP_SPAN = 5_000
