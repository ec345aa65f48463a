"""The process behind `manage.py serve`: it owns the listening socket, the embedded Valkey and the server processes.

It does no work for anybody's request, so nothing that goes wrong there takes it down; and it holds no state, so a
kill -9 of it costs nothing: its children end with it, and the next start finds all it needs in the data folder.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from talkwave.serving.children import Child, EndedAtOnce
from talkwave.serving.embedded import EmbeddedValkey

# A server process may take this long beyond DRAIN_SECONDS to finish the requests it has begun.
FINISH_SECONDS = 10.0
VALKEY_STOP_SECONDS = 3.0


class Supervisor:
    """Runs Valkey (unless `valkey` is None) and `processes` server processes on `listener` until told to stop."""

    def __init__(
        self,
        listener: socket.socket,
        processes: int,
        *,
        valkey: EmbeddedValkey | None,
        environ: dict[str, str],
        root: Path,
        drain_seconds: float,
    ) -> None:
        self._listener = listener
        self._root = root
        self._valkey = valkey
        self._drain_seconds = drain_seconds
        path = [str(root), *filter(None, [environ.get("PYTHONPATH")])]
        self._environ = {**environ, "PYTHONPATH": os.pathsep.join(path)}
        self._servers: list[Child] = []
        self._work: Child | None = None
        self._processes = processes
        self._stop_asked = 0
        self._stop = asyncio.Event()

    async def run(self, prepare: Callable[[], None], announce: Callable[[], None]) -> None:
        """Starts everything, calls `prepare` before the first server process and `announce` once one answers.

        Returns when a signal asked for the end and all children are gone; raises EndedAtOnce where one never came up.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)
        tasks: set[asyncio.Task[None]] = {asyncio.create_task(self._wait_for_stop())}
        valkey = self._valkey_child()
        try:
            if valkey is not None:
                tasks.add(asyncio.create_task(valkey.keep()))
            # In a thread, so that a signal during a long migration is heard; it stops the start once that is done.
            await asyncio.to_thread(prepare)
            if valkey is not None and self._valkey is not None:
                await self._until(valkey.ready, tasks)
                self._valkey.announce()
            self._servers = [self._server_child(number) for number in range(1, self._processes + 1)]
            self._work = self._work_child()
            if not self._stop.is_set():
                tasks |= {asyncio.create_task(child.keep()) for child in (*self._servers, self._work)}
                await self._until(self._servers[0].ready, tasks)
                if not self._stop.is_set():
                    announce()
            await self._until(self._stop, tasks)
        finally:
            # Close first: what connects from here on is refused at once instead of waiting for nobody.
            self._listener.close()
            patience = self._drain_seconds + FINISH_SECONDS
            children = [*self._servers, *([self._work] if self._work else [])]
            await asyncio.gather(*(child.stop(patience) for child in children))
            if valkey is not None and self._valkey is not None:
                await valkey.stop(VALKEY_STOP_SECONDS)
                self._valkey.clean_up()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _until(self, event: asyncio.Event, tasks: set[asyncio.Task[None]]) -> None:
        """Waits for the event or a stop, or raises what ended a child for good."""
        waiting = asyncio.create_task(event.wait())
        try:
            done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {waiting}:
                task.result()
        finally:
            waiting.cancel()

    async def _wait_for_stop(self) -> None:
        await self._stop.wait()

    def _on_signal(self) -> None:
        self._stop_asked += 1
        self._stop.set()
        if self._stop_asked > 1:  # a second Ctrl+C: whoever presses it does not want to wait
            for child in self._servers:
                child.kill()
            if self._work:
                self._work.kill()

    def _valkey_child(self) -> Child | None:
        if self._valkey is None:
            return None
        command = self._valkey.command()
        return Child("Valkey", lambda _ready: command, environ=self._environ, probe=self._valkey.answers)

    def _work_child(self) -> Child:
        def command(ready: int) -> list[str]:
            options = [f"--ready={ready}", f"--parent={os.getpid()}"]
            return [sys.executable, "-P", str(self._root / "manage.py"), "work", *options]

        # People talk without it, and find later what it has not done yet.
        return Child("the worker", command, environ=self._environ, vital=False)

    def _server_child(self, number: int) -> Child:
        listener = self._listener.fileno()

        def command(ready: int) -> list[str]:
            arguments = {"listener": listener, "ready": ready, "parent": os.getpid(), "number": number}
            return [
                sys.executable,
                "-P",  # or else a logging.py in the folder the server was started in would be imported
                "-m",
                "talkwave.serving.worker",
                *(part for name, value in arguments.items() for part in (f"--{name}", str(value))),
            ]

        return Child(f"server process {number}", command, environ=self._environ, pass_fds=(listener,))


__all__ = ["EndedAtOnce", "Supervisor"]
