"""One server process: `python -m talkwave.serving.worker`, started by the supervisor, never by hand."""

import argparse
import asyncio
import gc
import os
import socket
from collections.abc import Callable
from typing import Any

from talkwave.serving import lifeline

PARENT_CHECK_SECONDS = 1.0


async def notice_orphanhood(parent: int) -> None:
    """Ends this process when its supervisor is gone, where the kernel does not (it does on Linux)."""
    while not lifeline.orphaned(parent):  # noqa: ASYNC110  (nobody tells)
        await asyncio.sleep(PARENT_CHECK_SECONDS)
    os._exit(1)


def main() -> None:
    """Inherits the listening socket, tells the supervisor when it answers, serves until SIGTERM."""
    parser = argparse.ArgumentParser()
    for name in ("listener", "ready", "parent", "number"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    lifeline.end_with(options.parent)
    listener = socket.socket(fileno=options.listener)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talkwave.settings")
    import django

    django.setup()
    from django.conf import settings

    run = runner(settings.SERVER)  # before anything else of ours: Twisted has to find its reactor first
    from talkwave.asgi import application

    # All that is loaded by now stays; left as it is, Python's collector walks it again and again for garbage that a
    # live path does not make. It must still come: a closed connection is a ring of objects that only it takes apart.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 5, 2)

    from talkwave.web import metrics

    metrics.leave(f"server-{options.number}")

    def started(loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
        os.write(options.ready, b"1")
        os.close(options.ready)
        return loop.create_task(notice_orphanhood(options.parent))

    run(application, listener, started)


Runner = Callable[[Any, socket.socket, Callable[[asyncio.AbstractEventLoop], Any]], None]


def runner(server: str) -> Runner:
    """The function that runs that ASGI server; only the chosen one is imported."""
    if server == "uvicorn":
        from talkwave.serving import uvicorn_server

        return uvicorn_server.run
    from talkwave.serving import daphne_server

    return daphne_server.run


if __name__ == "__main__":
    main()
