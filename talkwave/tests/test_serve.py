"""`manage.py serve` in a good hour: it prepares, answers, tells, and ends without a trace."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from talkwave.tests.served import PATIENCE, ROOT, Served, alive, clean_environ, free_port, manage

pytestmark = pytest.mark.process
Serve = Callable[..., Served]


def test_the_first_start_prepares_everything_and_says_how_to_become_the_administrator(tmp_path: Path) -> None:
    with Served(tmp_path / "new" / "data") as server:
        assert server.ready()
        assert server.get("/static/admin/css/base.css")[0] == 200
        assert "Preparing the database" in server.output
        hint = next(line for line in server.lines if "createuser" in line)
        assert f"DATA_DIR={tmp_path}/new/data" in hint and "createuser YOUR_NAME --admin" in hint


def test_a_second_start_has_nothing_to_prepare_and_the_supervisor_keeps_no_connection(serve: Serve) -> None:
    with serve() as server:
        held = [str(file.resolve()) for file in Path(f"/proc/{server.process.pid}/fd").iterdir()]
        assert not [file for file in held if "sqlite3" in file]
        assert "Preparing" not in server.output
        assert "Collecting" not in server.output


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
def test_asked_to_stop_it_ends_with_0_and_leaves_no_process(serve: Serve, asgi_server: str) -> None:
    with serve(SERVER=asgi_server) as server:
        assert server.ready()
        children = server.children()
        assert len(children) == 3  # Valkey, one server process, and the worker
        assert server.stop() == 0
        assert not any(alive(pid) for pid in children)
        assert server.lines[-1] == "TalkWave has stopped."
        assert not (server.data / "run" / "redis-url").exists()
        assert not (server.data / "run" / "valkey.sock").exists()


def test_ctrl_c_in_a_terminal_ends_it_in_order(serve: Serve) -> None:
    with serve() as server:
        os.killpg(server.process.pid, signal.SIGINT)  # what a terminal does: the whole group hears it
        assert server.process.wait(PATIENCE) == 0
        assert "Traceback" not in server.output


def test_what_is_secret_is_for_its_owner_only(serve: Serve) -> None:
    with serve() as server:
        for name in ("secret_key", "run", "run/valkey.sock"):
            mode = stat.S_IMODE((server.data / name).stat().st_mode)
            assert mode & 0o077 == 0, f"{name} is {mode:o}"
        assert len((server.data / "secret_key").read_text()) >= 50


def test_it_serves_alike_from_any_working_directory(data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Neither a module of this name nor a relative path may matter.
    (elsewhere / "logging.py").write_text("raise SystemExit('the wrong logging')")
    with Served(Path("../data"), cwd=elsewhere) as server:
        assert server.ready()
    assert data.is_dir()
    assert [path.name for path in elsewhere.iterdir()] == ["logging.py"]


def test_a_second_serve_on_the_same_data_folder_stops_with_one_line(serve: Serve) -> None:
    with serve() as first:
        second = manage("serve", "--port", "0", "--data", str(first.data))
        assert second.returncode == 1
        assert second.stderr.splitlines() == [
            f"CommandError: The data folder {first.data} is in use: process {first.process.pid} serves from it."
        ]
        assert first.ready()


def test_a_busy_port_stops_it_with_one_line(serve: Serve, tmp_path: Path) -> None:
    with serve() as first:
        second = manage("serve", "--port", str(first.port), "--data", str(tmp_path / "other"))
        assert second.returncode == 1
        [line] = second.stderr.splitlines()
        assert f"Port {first.port} is in use" in line and "--port" in line


def test_an_address_of_another_machine_stops_it_with_one_line(tmp_path: Path) -> None:
    refused = manage("serve", "--bind", "192.0.2.1", "--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == ["CommandError: '192.0.2.1' is not an address of this machine."]


def test_two_server_processes_on_sqlite_are_refused(tmp_path: Path) -> None:
    refused = manage("serve", "--processes", "2", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "talkwave.E010" in refused.stderr and "DATABASE_URL" in refused.stderr


def test_debug_where_others_can_reach_it_is_refused(tmp_path: Path) -> None:
    refused = manage("serve", "--bind", "0.0.0.0", "--data", str(tmp_path), DEBUG="1")
    assert refused.returncode == 1
    assert "talkwave.E008" in refused.stderr


def test_with_a_redis_given_it_starts_none(serve: Serve) -> None:
    with serve(REDIS_URL=os.environ["REDIS_URL"]) as server:
        assert server.ready()
        assert len(server.children()) == 2  # a server process and the worker


def test_management_commands_find_the_embedded_redis_while_it_runs(serve: Serve) -> None:
    ask = "from django.core.cache import cache; cache.set('k', 'v'); print('found', cache.get('k'))"
    with serve() as server:
        assert manage("shell", "-c", ask, DATA_DIR=str(server.data)).stdout.splitlines()[-1] == "found v"
        server.stop()
        assert manage("shell", "-c", ask, DATA_DIR=str(server.data)).stdout.splitlines()[-1] == "found None"


def test_a_data_folder_with_a_long_name_works_too(data: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.parent.mkdir()
    data.rename(deep)
    with Served(deep) as server:
        assert server.ready()
        address = (deep / "run" / "redis-url").read_text()
        assert len(address) < 108
        private = Path(address.removeprefix("unix://")).parent
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        server.stop()
        assert not private.exists()


def test_what_it_says_does_not_wait_in_a_buffer(data: Path) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(free_port()), "--data", str(data)]
    with subprocess.Popen(command, env=clean_environ(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("TalkWave is at http://127.0.0.1:")
        process.terminate()
