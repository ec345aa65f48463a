"""A child process that is started again when it ends, and ended when its supervisor says so."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

BACKOFF_FIRST = 0.1
BACKOFF_MOST = 5.0
# A child that lived this long was well: its next end starts the waiting from the beginning.
WELL_AFTER_SECONDS = 10.0


class EndedAtOnce(Exception):
    """A child ended, the first time, before it was ready: starting it again would not help."""


class Child:
    """One child process, by name. `ready` is set while it is up and has said so (or has no way to say)."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], list[str]],
        *,
        environ: dict[str, str],
        pass_fds: tuple[int, ...] = (),
        probe: Callable[[], bool] | None = None,
        vital: bool = True,
    ) -> None:
        self.name = name
        self._vital = vital
        self.ready = asyncio.Event()
        self._command = command
        self._environ = environ
        self._pass_fds = pass_fds
        self._probe = probe
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def keep(self) -> None:
        """Runs the child until `stop`; raises EndedAtOnce where it never came up and nothing goes without it."""
        backoff = BACKOFF_FIRST
        came_up = False
        while not self._stopping:
            started = time.monotonic()
            code = await self._run_once()
            came_up = came_up or self.ready.is_set()
            self.ready.clear()
            if self._stopping:
                return
            if not came_up and self._vital:
                raise EndedAtOnce(f"{self.name} ended as it started ({_how(code)})")
            log.error("%s ended (%s); it is started again", self.name, _how(code))
            if time.monotonic() - started > WELL_AFTER_SECONDS:
                backoff = BACKOFF_FIRST
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, BACKOFF_MOST)

    async def stop(self, patience: float) -> None:
        """Asks the child to end, and ends it where it does not within `patience` seconds."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), patience)
        except TimeoutError:
            log.warning("%s did not end in %.0f s and is killed", self.name, patience)
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """Ends the child at once."""
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)

    async def _run_once(self) -> int:
        """One life of the child. It says that it is ready by writing a byte to the pipe it is given."""
        read_end, write_end = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(write_end),
                env=self._environ,
                pass_fds=(*self._pass_fds, write_end),
                # Ctrl+C goes to the whole process group of a terminal: only the supervisor is to hear it.
                start_new_session=True,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        watching = asyncio.create_task(self._watch(read_end))
        try:
            return await self._process.wait()
        finally:
            watching.cancel()

    async def _watch(self, read_end: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0)
        )
        try:
            if self._probe is not None:
                while not await asyncio.to_thread(self._probe):  # noqa: ASYNC110  (another process tells nobody)
                    await asyncio.sleep(0.02)
                self.ready.set()
            elif await reader.read(1):
                self.ready.set()
        finally:
            transport.close()


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
