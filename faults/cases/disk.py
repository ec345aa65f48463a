"""The disk is full."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from faults.cases.registry import case
from faults.people import Crowd
from faults.people.person import Person
from faults.people.uploading import PIECE, Upload
from faults.stage import Stage
from faults.town import Town
from faults.town.disk import filled, may_mount, nothing_written, small_disk
from faults.watching import Stopwatch

MIB = 1 << 20
SPARE = 16 * MIB


@case("F12", "the disk is full", short=True)
async def disk_is_full(stage: Stage) -> None:
    """On PostgreSQL (on another disk) messages go on being acknowledged while not a byte can be written here, and a file's
    piece is refused; on SQLite messages are refused with `unavailable` and none is acknowledged. Once there is space again
    everything goes on without a restart: messages that were refused are stored once, the upload goes on where it stood,
    without half a piece, and its file is whole.
    Played with a limit that makes every write of the server fail (its log's, too); for root on SQLite also with a small
    disk that is really full. (PostgreSQL's own disk is not filled: docs/promises.md.)"""
    await _full(stage, await stage.town(servers=1), lambda town: nothing_written(town.servers[0]))
    if stage.short:
        return
    await _full(stage, await stage.town(servers=1, postgres=True), lambda town: nothing_written(town.servers[0]))
    if not may_mount():
        stage.note("the small disk was not played: mounting one takes root")
        return
    town = await stage.town(servers=1, FILES_DISK_RESERVE="0")
    (server,) = town.servers
    await town.stop(server)
    with small_disk(town.folder / "data", SPARE):
        await town.start(server)
        await _full(stage, town, lambda town: filled(town.folder / "data"), name="a small disk")
        await town.stop(server)


async def _full(
    stage: Stage, town: Town, fault: Callable[[Town], AbstractContextManager[None]], name: str = "no write"
) -> None:
    on_postgres = bool(town.settings["DATABASE_URL"])
    name = f"{name}, {'PostgreSQL' if on_postgres else 'SQLite'}"
    (server,) = town.servers
    async with stage.crowd(town, people=6, rooms=2) as crowd:
        watch = Stopwatch(crowd)
        await crowd.act(2)
        upload = Upload([server.port], crowd.people[0].client.who)
        stage.expect(await upload.begin(crowd.rooms[0]) == 201, f"{name}: no upload could be begun before")
        stage.expect(await upload.piece() == 200, f"{name}: no piece was taken before")
        refused: list[str] = []
        for person in crowd.people:
            person.client.listeners.append(lambda event: refused.append(event["code"]) if "code" in event else None)
        over = asyncio.Event()
        talking = asyncio.create_task(_talk(crowd, over))
        try:
            with fault(town):
                began = time.monotonic()
                if on_postgres:
                    await crowd.until(
                        lambda: watch.came_between(began, time.monotonic()) > len(crowd.people),
                        f"{name}: messages to be acknowledged meanwhile",
                    )
                else:
                    await crowd.until(lambda: len(refused) > len(crowd.people), f"{name}: messages to be refused")
                    stage.expect(set(refused) == {"unavailable"}, f"{name}: refused with {set(refused)}")
                status = await upload.piece()
                stage.expect(status in (503, 507), f"{name}: a piece was answered with {status}")
                ended = time.monotonic()
            over.set()
            await talking
            took = await stage.converge(crowd, town)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        stage.figure(f"{name}: acks meanwhile", watch.came_between(began, ended))
        taken = upload.offset
        status = await upload.look()
        stage.expect(
            (status, upload.offset) == (200, taken),
            f"{name}: of an upload of which {taken} bytes were taken {upload.offset} are there ({status})",
        )
        for _ in range(2):
            status = await upload.piece()
            stage.expect(status == 200, f"{name}: a piece after it was answered with {status}")
        status = await upload.finish()
        stage.expect(status == 200, f"{name}: the upload ended with {status}")
        stage.expect(await upload.content() == PIECE * 3, f"{name}: the file is not what was sent")
        stage.figure(f"{name}: everybody holds everything after it", took, "s", at_most=30)


async def _talk(crowd: Crowd, over: asyncio.Event) -> None:
    """Each says one thing after the other, once it is acknowledged."""

    async def go(person: Person) -> None:
        while not over.is_set():
            await person.say()
            await asyncio.sleep(0.02)

    await asyncio.gather(*map(go, crowd.people))
