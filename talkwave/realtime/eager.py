"""Running a coroutine at once as far as it goes."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


def run_eagerly(coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Runs a coroutine until it first waits: None where it ended by then, else a task that goes on with it.

    An ASGI server's `send` rarely waits (daphne's never does), and a task for each of two hundred sockets at every
    flush costs more than the sending. (Python 3.12 has this as eager tasks.)
    """
    try:
        waiting = coroutine.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_go_on(coroutine, waiting))


@types.coroutine
def _go_on(coroutine: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    while True:
        try:
            value = yield waiting
        except BaseException as error:  # cancellation goes inside, where the coroutine can clean up
            thrown: BaseException | None = error
        else:
            thrown = None
        try:
            waiting = coroutine.send(value) if thrown is None else coroutine.throw(thrown)
        except StopIteration:
            return
