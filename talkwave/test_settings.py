"""Settings under test: the real ones, on a data folder of the test run's own, with a quick password hasher.

`TEST_DATABASE=postgres` runs the same tests on a real PostgreSQL (talkwave.testing starts it).
"""

import os
import tempfile

_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if "TALKWAVE_TEST_DIR" not in os.environ:
    os.environ["TALKWAVE_TEST_DIR"] = tempfile.mkdtemp(prefix="tw-test-")
os.environ["DATA_DIR"] = os.path.join(os.environ["TALKWAVE_TEST_DIR"], _worker)
os.makedirs(os.environ["DATA_DIR"], exist_ok=True)

from talkwave.testing_servers import database_url, redis_url  # noqa: E402

os.environ["REDIS_URL"] = redis_url()
if url := database_url():
    os.environ["DATABASE_URL"] = url

from talkwave.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory: the live path writes from threads of its own.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["DATA_DIR"], "test.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = (  # noqa: F405
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA busy_timeout=20000"
    )
