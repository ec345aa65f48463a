"""A process ends although a task missed that it was told to."""

import asyncio

from talkwave.realtime import tasks


async def test_a_task_that_swallows_its_cancelling_is_told_again() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if swallowed == 2:
                    raise
                swallowed += 1

    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0)
    await tasks.end([task])
    assert task.cancelled() and swallowed == 2


async def test_one_that_fails_or_has_ended_stops_no_other() -> None:
    async def fails() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("on its way out")

    async def done() -> None: ...

    waiting = [asyncio.ensure_future(fails()), asyncio.ensure_future(done()), asyncio.ensure_future(asyncio.sleep(60))]
    await asyncio.sleep(0)
    await tasks.end(waiting)
    assert all(task.done() for task in waiting)
