"""Files in messages: how large, how many, how long."""

from talkwave.settings.environment import env

FILE_MAX_BYTES = env.number("FILE_MAX_BYTES", 100 * 1024 * 1024, least=1024, most=2**40)
# What a server process holds of an upload at once. Every piece is one request.
FILE_PIECE_BYTES = 4 * 1024 * 1024
FILE_NAME_MAX_LENGTH = 200
FILE_ALT_MAX_LENGTH = 1_000
# A person's files on their way, and what those and the ready but unsent ones may take together.
UPLOADS_AT_ONCE = 20
# One that nobody went on with for so long makes room where these are reached: its page is gone, or begins it anew.
UPLOAD_IDLE_MINUTES = 30
FILES_UNSENT_BYTES = env.number("FILES_UNSENT_BYTES", 1024 * 1024 * 1024, least=1024, most=2**40)
FILES_UNSENT_DAYS = env.number("FILES_UNSENT_DAYS", 7, least=1)
# Pictures, files or links on a page of a room's gallery.
GALLERY_SIZE = 60
# Of what is recorded in the composer.
VOICE_MAX_SECONDS = 900
# So much stays free on the disk that files are kept on: the database may live there, too.
FILES_DISK_RESERVE = env.number("FILES_DISK_RESERVE", 200 * 1024 * 1024, most=2**40)
# Pictures: of one, and of all frames of a moving one.
FILE_MAX_PIXELS = env.number("FILE_MAX_PIXELS", 50_000_000, least=10_000)
FILE_MAX_MOVING_PIXELS = 150_000_000
# What the process may use that opens a file, or draws a picture (talkwave/apart).
FILE_LOOK_SECONDS = env.number("FILE_LOOK_SECONDS", 20, least=1, most=600)
FILE_LOOK_MEMORY = env.number("FILE_LOOK_MEMORY", 1536 * 1024 * 1024, least=256 * 1024 * 1024, most=2**40)
# Characters of a document that search finds.
FILE_TEXT_MAX = 50_000
# Token buckets, PER_SECOND/BURST, a person: files begun, and requests about them.
RATE_UPLOADS = env.rate("RATE_UPLOADS", "0.35/30")
RATE_PIECES = env.rate("RATE_PIECES", "20/200")
# The prefix of an internal location of the proxy that is MEDIA_ROOT: then the proxy sends files (X-Accel-Redirect).
FILES_ACCEL = env.text("FILES_ACCEL")
if FILES_ACCEL and not FILES_ACCEL.startswith("/"):
    env.refuse("FILES_ACCEL", f"{FILES_ACCEL!r} does not begin with a slash, as in /kept/")
