"""Plays cases one after another, each in a folder of its own, and ends whatever they leave."""

import asyncio
import shutil
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from faults.cases.registry import Case
from faults.stage import Result, Stage
from faults.town import Ground, Town

# A case that takes longer is stuck.
LONGEST_SECONDS = 3600.0


def play(
    cases: Iterable[Case], folder: Path, *, short: bool, told: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """Plays them, and calls `told` after each. What a case raises is its problem, and the next one is played."""
    ground = Ground()
    towns: dict[Any, Town] = {}
    results = []
    # One loop for all: its threads start server processes, and the kernel ends these with the thread.
    runner = asyncio.Runner()
    try:
        for case in cases:
            result = Result(case.id, case.title)
            began = time.monotonic()
            stage = Stage(ground, folder / case.id, result, short=short, towns=towns)
            try:
                runner.run(_within(case, stage))
            except Exception as error:
                result.problems.append(f"{type(error).__name__}: {error}")
                result.notes.append(traceback.format_exc(limit=-4))
            result.seconds = round(time.monotonic() - began, 1)
            if not result.problems:
                shutil.rmtree(folder / case.id, ignore_errors=True)
            # A town that was hurt by a case that failed is no ground for the next one.
            if not short or result.problems:
                _close(towns)
            results.append(result)
            told(result)
    finally:
        _close(towns)
        runner.close()
        ground.close()
    return results


async def _within(case: Case, stage: Stage) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        await case.play(stage)


def _close(towns: dict[Any, Town]) -> None:
    for town in towns.values():
        town.close()
    towns.clear()
