"""A server process dies, or is told to end."""

import asyncio
import random

from faults.cases.registry import case
from faults.stage import Stage, percentile


@case("F1", "kill -9 of one of two servers, in mid-load, again and again", short=True)
async def a_server_is_killed(stage: Stage) -> None:
    """Two servers on one PostgreSQL; people talk, edit, react and read. One server and then the other is killed with
    -9 and started again a moment later, twenty times. One person was on a server that died and never comes back: who
    watches them has to be told that they are gone."""
    kills = 2 if stage.short else 20
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        dice = random.Random(1)
        ghost = crowd.person(town.people[-1], [town.servers[0].port], []).client
        await crowd.connected()
        for client in crowd.clients:
            await client.watch([other.who.id for other in dice.sample(crowd.clients, 3)] + [ghost.who.id])
        crowd.people.pop()
        crowd.lone.append(ghost)
        async with crowd.living(acts_a_second=20):
            for number in range(kills):
                await asyncio.sleep(dice.uniform(0.5, 2.0))
                victim = town.servers[number % 2]
                if not number:
                    await asyncio.gather(town.kill(victim), ghost.depart())
                else:
                    await town.kill(victim)
                await asyncio.sleep(dice.uniform(0.5, 2.0))
                await town.start(victim)
            await asyncio.sleep(1)
        took = await stage.converge(crowd, town, presence=True)
        away = [seconds for client in crowd.clients for seconds in client.away]
        stage.expect(any(1006 in client.closes for client in crowd.clients), "nobody was on a server that died")
        stage.figure("back after a kill, p95", percentile(away, 95), "s", at_most=5)
        stage.figure("back after a kill, longest", max(away, default=0), "s", at_most=30)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)


@case("F4", "kill -9 of the one server on SQLite, two hundred times", short=True)
async def sqlite_survives(stage: Stage) -> None:
    """One server on SQLite is killed with -9 at random moments while people talk, two hundred times. After each kill
    the database is whole (`PRAGMA integrity_check`), and at the end every acknowledged message is in it, once."""
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


@case("F11", "both servers are replaced, one after the other", short=True)
async def a_rolling_restart(stage: Stage) -> None:
    """Two servers; one is told to end (SIGTERM) and started again, then the other, twice, while people talk. Every
    socket is closed with 1012 and none is torn off; nobody is away for long."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 80) as crowd:
        async with crowd.living(acts_a_second=20):
            for _ in range(1 if stage.short else 2):
                for server in town.servers:
                    await town.stop(server)
                    await town.start(server)
                    await asyncio.sleep(1 if stage.short else 10)
        codes = {code for client in crowd.clients for code in client.closes}
        away = [seconds for client in crowd.clients for seconds in client.away]
        took = await stage.converge(crowd, town)
        stage.expect(codes == {1012}, f"sockets were closed with {sorted(codes)}")
        stage.figure("away, p95", percentile(away, 95), "s", at_most=5)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)
