"""Database work from the event loop, at the end of a server process."""

import asyncio
import threading

from asgiref.sync import async_to_sync

from talkwave.realtime import database
from talkwave.realtime.database import db


def test_what_is_asked_while_the_threads_end_is_answered_and_what_they_do_is_finished():
    async def story() -> list[str]:
        begun, go = asyncio.Event(), threading.Event()
        loop = asyncio.get_running_loop()

        def slow() -> str:
            loop.call_soon_threadsafe(begun.set)
            assert go.wait(30)
            return "slow"

        working = asyncio.create_task(db(slow))
        await begun.wait()
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
        late = await db(lambda: "late")
        go.set()
        await closing
        answered = [await working, late]
        await database.close()
        return answered

    assert async_to_sync(story)() == ["slow", "late"]
