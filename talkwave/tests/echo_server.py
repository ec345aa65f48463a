"""A server process around a tiny application, to test what daphne and uvicorn do with sockets and requests.

Run as a program: prints its port once it answers, ends on SIGTERM like any other server process.
"""

import asyncio
import os
from typing import Any

from talkwave.realtime.line import LINE
from talkwave.serving import listening
from talkwave.serving.worker import runner
from talkwave.web import health

reading = asyncio.Event()
# Frames of `pour` that the server has taken, and whether it is still at it.
poured, pouring = 0, False


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Sockets: the length of each text; `say …` comes back as it is, `parts N` as that many bytes in many pieces;
    `pour N` brings so many frames of half a MiB, `poured` says how many of them the server has taken, `pouring` whether it
    is still at it;
    `close N` is answered with that close code; under /stuck nothing is read before GET /read. Under /heard what is said
    is heard at once (talkwave/realtime/line.py), but for every third, which has to wait.

    Requests: /slow ends only once the server is told to stop; anything else tells its root path and its body's length.
    """
    await (_socket if scope["type"] == "websocket" else _request)(scope, receive, send)


async def _socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    global poured, pouring
    await receive()
    await send({"type": "websocket.accept"})
    if scope["path"] == "/stuck":
        await reading.wait()
    line = scope["extensions"][LINE]
    heard, busy = 0, False

    def hear(text: str, behind: bool) -> bool:
        nonlocal heard
        heard += 1
        said = text.encode()
        return (
            text.startswith("say ")
            and not (behind or busy)
            and heard % 3 != 0
            and bool(line["write"]((said,), len(said)))
        )

    if scope["path"] == "/heard":
        line["listen"](hear)
    while (message := await receive())["type"] == "websocket.receive":
        busy = True
        text = message.get("text") or ""
        if text.startswith("close "):
            await send({"type": "websocket.close", "code": int(text.split()[1])})
        elif text.startswith("say "):
            await send({"type": "websocket.send", "text": text})
        elif text.startswith("parts "):
            size = int(text.split()[1])
            shared = memoryview(b"0123456789" * (size // 10))
            pieces = [shared[place : place + 1000] for place in range(0, size, 1000)]
            if not line["write"](pieces, size):
                await send({"type": "websocket.send", "text": b"".join(pieces).decode()})
        elif text.startswith("pour "):
            poured, pouring = 0, True
            try:
                for _ in range(int(text.split()[1])):
                    await send({"type": "websocket.send", "text": "x" * (512 * 1024)})
                    poured += 1
            finally:
                pouring = False
        elif text == "pouring":
            await send({"type": "websocket.send", "text": str(pouring)})
        elif text == "poured":
            await send({"type": "websocket.send", "text": str(poured)})
        else:
            await send({"type": "websocket.send", "text": str(len(text))})
        busy = False


async def _request(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["path"] == "/read":
        reading.set()
    length = 0
    while (message := await receive())["type"] == "http.request":
        length += len(message["body"])
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/slow":
        await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
        while not health.draining.is_set():  # noqa: ASYNC110  (a flag of threads)
            await asyncio.sleep(0.01)
    await send({"type": "http.response.body", "body": f"{scope['root_path']!r} {length}".encode()})


def main() -> None:
    import django

    django.setup()
    listener = listening.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    runner(os.environ["SERVER"])(application, listener, lambda _loop: print(port, flush=True))


if __name__ == "__main__":
    main()
