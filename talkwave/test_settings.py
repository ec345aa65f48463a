"""Settings under test: the real ones, on a data folder of the test process's own, with a quick password hasher.

`TEST_DATABASE=postgres` runs the same tests on a real PostgreSQL (talkwave.testing_servers starts it). A server
process that a test starts gets the same folder, database and Valkey through the environment.
"""

import os
import tempfile

# A test process of its own for each of pytest's `-n`; the server processes it starts are told by the environment.
_process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if os.environ.get("TALKWAVE_TEST_PROCESS") != _process:
    from talkwave.testing_servers import database_url, redis_url

    os.environ["TALKWAVE_TEST_PROCESS"] = _process
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="tw-test-")
    # What a developer keeps in .env is not for tests.
    os.environ["ENV_FILE"] = os.devnull
    os.environ["REDIS_URL"] = redis_url()
    os.environ["DATABASE_URL"] = database_url()

from talkwave.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files as they lie in the tree: a server process under test needs no collectstatic.
WHITENOISE_USE_FINDERS = True
if SQLITE:  # noqa: F405
    # A file, not memory, and under the name the server process knows it by.
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = (  # noqa: F405
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA busy_timeout=20000"
    )
else:
    # Also the database a server process finds, which does not know that it is under test.
    DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}  # noqa: F405
# A machine with much to do is not to leave out what a test waits for.
PRESSURE_LAG_SECONDS = (60.0, 60.0)
if os.environ.get("TEST_PRESSURE"):
    # The heaviest there is, always.
    PRESSURE_COMMITS = (0, 0)
# A process that was killed is missed after three seconds, not thirty: a test waits for it.
PRESENCE_BEAT_SECONDS = 1
PRESENCE_TTL_SECONDS = 3
