"""Plays cases one after another, each in a folder of its own, and ends whatever they leave."""

import asyncio
import shutil
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from faults.cases.registry import Case
from faults.stage import Result, Stage
from faults.town import Ground, Town

# A case that takes longer is stuck; the soak has its own time beside it.
LONGEST_SECONDS = 3600.0


class Player:
    """Use as a context manager: everything a case started is gone after it. Histories of what failed stay in `folder`."""

    def __init__(self, folder: Path, *, short: bool, soak_minutes: float = 10.0) -> None:
        self._folder, self._short, self._soak_minutes = folder, short, soak_minutes
        self._towns: dict[Any, Town] = {}

    def __enter__(self) -> Self:
        self._ground = Ground(static=not self._short)
        # One loop for all: its threads start server processes, and the kernel ends these with the thread.
        self._runner = asyncio.Runner()
        return self

    def __exit__(self, *_: object) -> None:
        self._close_towns()
        self._runner.close()
        self._ground.close()

    def play(self, case: Case) -> Result:
        """One case; what it raises is its problem."""
        return self.act(Result(case.id, case.title), case.play)

    def act(self, result: Result, play: Callable[[Stage], Awaitable[None]]) -> Result:
        """Anything that wants a stage."""
        folder = self._folder / result.id
        began = time.monotonic()
        stage = Stage(self._ground, folder, result, short=self._short, towns=self._towns)
        stage.soak_minutes = self._soak_minutes
        try:
            self._runner.run(_within(play, stage))
        except Exception as error:
            result.problems.append(f"{type(error).__name__}: {error}")
            result.notes.append(traceback.format_exc(limit=-4))
        result.seconds = round(time.monotonic() - began, 1)
        if not result.problems:
            shutil.rmtree(folder, ignore_errors=True)
        # A town that was hurt by a case that failed is no ground for the next one.
        if not self._short or result.problems:
            self._close_towns()
        return result

    def _close_towns(self) -> None:
        for town in self._towns.values():
            town.close()
        self._towns.clear()


async def _within(play: Callable[[Stage], Awaitable[None]], stage: Stage) -> None:
    async with asyncio.timeout(LONGEST_SECONDS + 60 * stage.soak_minutes):
        await play(stage)
