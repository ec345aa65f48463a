"""A server process dies, or is told to end."""

import asyncio
import random
import time
from pathlib import Path

from faults.cases.registry import case
from faults.people import Client, Crowd
from faults.people.uploading import Uploads
from faults.stage import Stage
from faults.town import Server, Town
from faults.town.power import Disk, may_trace
from faults.watching import Stopwatch


@case("F1", "kill -9 of one of two servers, in mid-load, again and again", short=True)
async def a_server_is_killed(stage: Stage) -> None:
    """Two servers on one PostgreSQL; people talk, edit, react and read. One server and then the other is killed with
    -9 and started again a moment later, twenty times; whoever is on the other one goes on undisturbed (some know only
    one of the two: all others flee to it, and stay). One person was on a server that died and never comes back: who
    watches them has to be told that they are gone."""
    kills = 2 if stage.short else 20
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        dice = random.Random(1)
        fleeing = crowd.clients
        staying = [
            crowd.person(person.client.who, [town.ports[number % 2]], [], first_wait=0.3)
            for number, person in enumerate(crowd.people[: 4 if stage.short else 12])
        ]
        ghost = crowd.person(town.people[-1], [town.servers[0].port], []).client
        await crowd.connected()
        for client in crowd.clients:
            await client.watch([other.who.id for other in dice.sample(crowd.clients, 3)] + [ghost.who.id])
        crowd.people.pop()
        crowd.lone.append(ghost)
        watch = Stopwatch(crowd)
        alone: list[tuple[float, float, set[Client]]] = []
        async with crowd.living(acts_a_second=15), crowd.living(10, {"say": 1}, staying):
            for number in range(kills):
                await asyncio.sleep(dice.uniform(0.5, 2.0))
                victim, other = town.servers[number % 2], town.servers[1 - number % 2]
                began, there = time.monotonic(), _on(crowd, other)
                if not number:
                    await asyncio.gather(town.kill(victim), ghost.depart())
                else:
                    await town.kill(victim)
                await asyncio.sleep(dice.uniform(0.5, 2.0))
                await town.start(victim)
                alone.append((began, time.monotonic(), there))
            await asyncio.sleep(1)
        took = await stage.converge(crowd, town, presence=True)
        away = [seconds for client in fleeing for seconds in client.away]
        stage.expect(any(1006 in client.closes for client in fleeing), "nobody was on a server that died")
        acks = [took for began, ended, there in alone for took in watch.acks_between(began, ended, there)]
        stage.spread("acks on the other server meanwhile", acks, 99, at_most=1)
        stage.spread("back after a kill", away, 95, at_most=5)
        stage.figure("back after a kill, longest", max(away, default=0), "s", at_most=30)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)


def _on(crowd: Crowd, server: Server) -> set[Client]:
    """Who is connected to that server now."""
    return {client for client in crowd.clients if client.connected.is_set() and client.ports[0] == server.port}


@case("F4", "kill -9 of the one server on SQLite, two hundred times, and its power cut", short=True)
async def sqlite_survives(stage: Stage) -> None:
    """One server on SQLite is killed with -9 at random moments while people talk, two hundred times. After each kill
    the database is whole (`PRAGMA integrity_check`), and at the end every acknowledged message is in it, once. Then the
    power is cut forty times: beside the server its files are made what a disk would hold that has all that was synced,
    and of what was only written nothing, or any of its sectors (`faults/town/power.py`)."""
    kills = 3 if stage.short else 200
    town = await stage.town(servers=1)
    async with stage.crowd(town, people=10 if stage.short else 20, first_wait=0.5) as crowd:
        dice = random.Random(4)
        server = town.servers[0]
        async with crowd.living(acts_a_second=20):
            for _ in range(kills):
                await asyncio.sleep(dice.uniform(0.2, 1.5))
                await town.kill(server)
                check = await asyncio.to_thread(town.database.scalar, "PRAGMA integrity_check")
                stage.expect(check == "ok", f"after a kill the database says: {check}")
                await town.start(server)
        await stage.converge(crowd, town)
        stage.figure("kills", kills)
    if not stage.short:
        await _power_cuts(stage, town)


async def _power_cuts(stage: Stage, town: Town) -> None:
    if not may_trace():
        stage.note("the power cuts were not played: they take strace, and leave to trace")
        return
    (server,) = town.servers
    file = Path(town.settings["DATA_DIR"]) / "talkwave.sqlite3"
    disk = Disk(file, town.folder / "disk")
    dice = random.Random(44)
    gone = kept = 0
    async with stage.crowd(town, people=20, first_wait=0.5) as crowd:
        await town.stop(server)
        # Busy, so that a cut most often falls into the middle of something.
        async with crowd.living(acts_a_second=40):
            for number in range(40):
                server.under = disk.begin()
                await town.start(server)
                await asyncio.sleep(dice.uniform(0.5, 2.5))
                process = server.pid
                await town.kill(server)
                # Every fourth time nothing survives but what was synced, else any part of the rest, too.
                cut = await asyncio.to_thread(disk.cut, process, dice, share=0.5 if number % 4 else 0.0)
                gone, kept = gone + cut.dropped, kept + cut.kept
                check = await asyncio.to_thread(town.database.scalar, "PRAGMA integrity_check")
                stage.expect(check == "ok", f"after a power cut the database says: {check}")
            server.under = []
            await town.start(server)
        await stage.converge(crowd, town)
        stage.figure("power cuts", 40)
        stage.figure("writes that were lost in them", gone)
        stage.figure("writes that were not synced, and partly there", kept)
        stage.expect(gone, "the power cuts took nothing")


# How a server is told that its version is the next one.
LATER = {"DJANGO_SETTINGS_MODULE": "faults.later.settings"}


@case("F11", "both servers are replaced, one after the other, by the next version", short=True)
async def a_rolling_restart(stage: Stage) -> None:
    """Two servers; one is told to end (SIGTERM) and started again, then the other, twice, while people talk and upload
    files. The first time they come back as the next version, whose messages have one column more (`faults/later`): its
    migration runs while both old ones serve, and for a while old and new serve together. Every socket is closed with
    1012 and none is torn off; nobody is away for long; every upload comes to its end. (The short run restarts both,
    once, as they are, without uploads.)"""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        few = [] if stage.short else [person.client.who for person in crowd.people[:6]]
        uploads = Uploads(few, town.ports, crowd.rooms[0], pieces=10, every=0.2)
        async with crowd.living(acts_a_second=20), uploads:
            if not stage.short:
                await asyncio.sleep(5)
                await _migrate(stage, town)
            for _ in range(1 if stage.short else 2):
                for server in town.servers:
                    await town.stop(server)
                    await town.start(server)
                    await asyncio.sleep(1 if stage.short else 10)
        codes = {code for client in crowd.clients for code in client.closes}
        away = [seconds for client in crowd.clients for seconds in client.away]
        took = await stage.converge(crowd, town)
        stage.expect(codes == {1012}, f"sockets were closed with {sorted(codes)}")
        stage.spread("away", away, 95, at_most=5)
        if few:
            stage.figure("uploads meanwhile", uploads.done, at_least=1)
            stage.figure("uploads that failed", uploads.failed, at_most=0)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)


async def _migrate(stage: Stage, town: Town) -> None:
    """As an upgrade goes: the new code's migrations first, while the old code serves; from then on servers are new."""
    town.settings |= LATER
    began = time.monotonic()
    await asyncio.to_thread(town.manage, "migrate", "-v0")
    stage.figure("the migration, while both old ones serve", time.monotonic() - began, "s")
    applied = await asyncio.to_thread(
        town.database.scalar, "SELECT count(*) FROM rooms_message WHERE length IS NOT NULL"
    )
    stage.expect(applied, "the migration filled nothing")
