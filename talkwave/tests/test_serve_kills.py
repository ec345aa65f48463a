"""`manage.py serve` in a bad hour: whatever is killed comes back, and nothing stays behind."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from talkwave.serving.embedded import EmbeddedValkey
from talkwave.tests.served import PATIENCE, Served, alive, until

pytestmark = pytest.mark.process
Serve = Callable[..., Served]


def test_a_killed_server_process_is_started_again(serve: Serve) -> None:
    with serve() as server:
        killed = server.child("talkwave.serving.worker")
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.child("talkwave.serving.worker") not in (0, killed), "a new server process")
        until(server.ready, "the new one to answer")
        assert "server process 1 ended (signal 9); it is started again" in server.output


def test_a_killed_valkey_is_started_again_at_the_same_address(serve: Serve) -> None:
    with serve() as server:
        address = (server.data / "run" / "redis-url").read_text()
        killed, worker = server.child("valkey-server"), server.child("talkwave.serving.worker")
        os.kill(killed, signal.SIGKILL)
        until(lambda: server.child("valkey-server") not in (0, killed), "a new Valkey")
        until(server.ready, "the server to reach it")
        assert (server.data / "run" / "redis-url").read_text() == address
        assert server.child("talkwave.serving.worker") == worker  # who serves does not notice


def test_killing_the_supervisor_takes_everything_with_it_and_the_next_start_just_works(serve: Serve) -> None:
    with serve() as first:
        children = first.children()
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        until(lambda: not any(alive(pid) for pid in children), "the children to end")
        with serve() as second:
            assert second.ready()


def test_killing_everything_at_once_and_starting_again_on_the_same_port_just_works(serve: Serve) -> None:
    with serve() as first:
        for pid in (first.process.pid, *first.children()):
            with suppress(ProcessLookupError):  # the first to die may take the others along
                os.kill(pid, signal.SIGKILL)
        # No waiting: this is the person who presses the arrow key and Enter at once.
        with serve("--port", str(first.port)) as second:
            assert second.port == first.port
            assert second.ready()


def test_a_leftover_valkey_of_an_earlier_run_is_ended(serve: Serve) -> None:
    """Where the kernel does not end children with their parent (it does on Linux), the next start does."""
    with serve() as stopped:
        stopped.stop()
    earlier = EmbeddedValkey(stopped.data)
    without_lifeline = earlier.command()[3:]
    orphan = subprocess.Popen(without_lifeline)
    try:
        until(earlier.answers, "the orphan to listen")
        with serve() as server:
            assert server.ready()
            assert orphan.wait(10) == 0
    finally:
        orphan.kill()


def test_a_server_process_that_cannot_start_ends_it_all_with_one_line(data: Path, tmp_path: Path) -> None:
    broken = "import os, sys\nif 'talkwave.serving.worker' in sys.orig_argv: os._exit(3)\n"
    (tmp_path / "sitecustomize.py").write_text(broken)
    server = Served(data, PYTHONPATH=str(tmp_path))
    assert server.process.wait(PATIENCE) == 1
    until(lambda: "CommandError: server process 1 ended as it started (exit code 3)" in server.output, "the reason")
    assert "Traceback" not in server.output
    assert not (data / "run" / "redis-url").exists()
