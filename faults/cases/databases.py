"""PostgreSQL restarts, is slow, has no connection left."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from faults.cases.registry import case
from faults.people import Crowd
from faults.people.client import Client, Lost
from faults.people.forms import get
from faults.stage import Stage, percentile
from faults.town import Replicated, Town
from faults.watching import Stopwatch, pinging


@case("F3", "PostgreSQL restarts without a goodbye, and is replaced by its replica", short=True)
async def postgres_restarts(stage: Stage) -> None:
    """Two servers, people talking. PostgreSQL is restarted with `-m immediate`, which kills every backend in the middle
    of what it does and replays the log: what was acknowledged is there after it, what was not is sent again. Then the
    same on a PostgreSQL with a replica (`synchronous_commit=remote_apply`): all processes of the primary are killed with
    -9, some seconds later the replica is promoted, and the servers, who know both, find it (docs/operators.md); three
    times, each with a new replica."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 60) as crowd:
        watch = Stopwatch(crowd)
        back = []
        async with crowd.living(acts_a_second=20):
            for _ in range(1 if stage.short else 5):
                await asyncio.sleep(1 if stage.short else 5)
                await asyncio.to_thread(town.postgres.restart_at_once)
                back.append(await _first_ack(crowd, watch))
        took = await stage.converge(crowd, town)
        stage.figure("first ack after a restart, longest", max(back), "s", at_most=5)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)
    if not stage.short:
        await _replaced(stage)


# Between the death of a primary and the promotion: somebody, or something, has to find out and to decide.
DECIDING_SECONDS = (1, 5, 15)


async def _replaced(stage: Stage) -> None:
    ground = stage.ground
    with Replicated(ground.postgres, ground.folder / "replicated") as pair:
        await asyncio.to_thread(ground.fill, pair.url)
        town = await stage.town(servers=2, DATABASE_URL=pair.url)
        async with stage.crowd(town, people=60) as crowd:
            watch = Stopwatch(crowd)
            back = []
            for seconds in DECIDING_SECONDS:
                async with crowd.living(acts_a_second=20):
                    await asyncio.sleep(5)
                    await asyncio.to_thread(pair.primary.kill)
                    died = time.monotonic()
                    await asyncio.sleep(seconds)
                    stage.expect(not watch.acks_between(died + 0.5, time.monotonic()), "an ack without a database")
                    await asyncio.to_thread(pair.promote)
                    back.append(await _first_ack(crowd, watch))
                await asyncio.to_thread(pair.follow)
            took = await stage.converge(crowd, town)
            stage.figure("first ack after a promotion, longest", max(back), "s", at_most=5)
            stage.figure("everybody holds everything after the last promotion", took, "s", at_most=30)
            stage.note("first ack after each promotion: " + ", ".join(f"{one:.2f} s" for one in back))


async def _first_ack(crowd: Crowd, watch: Stopwatch) -> float:
    """How long from now until something is acknowledged."""
    began = time.monotonic()
    await crowd.until(lambda: watch.acks and watch.acks[-1][0] > began, "an ack after it")
    return watch.acks[-1][0] - began


@contextlib.asynccontextmanager
async def locked(town: Town, table: str) -> AsyncIterator[None]:
    """Inside, whoever reads or writes that table waits."""
    import psycopg

    address = str(town.settings["DATABASE_URL"])
    async with await psycopg.AsyncConnection.connect(address) as connection:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        await connection.rollback()


async def _look(client: Client, room: str) -> None:
    with contextlib.suppress(Lost):
        await client.ask(type="history", room=room, limit=20)


@case("F18", "the database is slow: one query a second takes five", short=True)
async def the_database_is_slow(stage: Stage) -> None:
    """While people talk, somebody asks once a second for a page whose query takes five seconds (a table it reads is
    locked, again and again). Sockets go on answering pings, and messages go on being acknowledged."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 60) as crowd:
        watch = Stopwatch(crowd)
        looks: list[asyncio.Task[None]] = []
        async with (
            pinging([person.client for person in crowd.people[:6]]) as pings,
            crowd.living(acts_a_second=10, habits={"say": 1}),
        ):
            began = time.monotonic()
            for _ in range(1 if stage.short else 6):
                async with locked(town, "rooms_preview"):
                    for second in range(2 if stage.short else 5):
                        client = crowd.people[second % len(crowd.people)].client
                        looks.append(asyncio.create_task(_look(client, crowd.rooms[0])))
                        await asyncio.sleep(1)
                await asyncio.sleep(0.2)
            ended = time.monotonic()
            await asyncio.gather(*looks)
        await stage.converge(crowd, town)
        stage.expect(looks and pings, "nothing was asked")
        stage.figure("pings meanwhile, p99", percentile(pings, 99), "s", at_most=0.5)
        stage.figure("acks meanwhile, p99", percentile(watch.acks_between(began, ended), 99), "s", at_most=1)


@case("F20", "no database connection is left", short=False)
async def the_pool_is_exhausted(stage: Stage) -> None:
    """A server whose pool has two connections, both held by queries that wait for a lock, and twenty pages asked for
    at once. Those that get no connection are told so within ten seconds, with when to come again; sockets stay; and
    once the lock is gone everything is answered again."""
    town = await stage.town(servers=1, postgres=True, DATABASE_POOL="2")
    async with stage.crowd(town, people=10) as crowd:
        who = crowd.people[0].client.who
        statuses: list[int] = []
        waits: list[float] = []
        told: list[str] = []

        async def page() -> None:
            began = time.monotonic()
            status, headers = await get(town.ports[0], who, f"/rooms/{crowd.rooms[0]}/")
            statuses.append(status)
            if status != 200:
                waits.append(time.monotonic() - began)
                told.append(headers.get("retry-after", ""))

        async with locked(town, "rooms_membership"):
            pages = [asyncio.create_task(page()) for _ in range(20)]
            await asyncio.sleep(12)
            pings = [await person.client.ping() for person in crowd.people]
        opened = time.monotonic()
        await asyncio.gather(*pages)
        ack = await crowd.people[1].say()
        recovered = time.monotonic() - opened
        stage.expect(ack, "nothing could be said after the lock was gone")
        stage.expect(set(statuses) <= {200, 503}, f"pages were answered with {sorted(set(statuses))}")
        stage.expect(all(told), "somebody was turned away without Retry-After")
        stage.note(f"{len(waits)} of {len(statuses)} pages were turned away")
        await stage.converge(crowd, town)
        stage.figure("turned away after, longest", max(waits, default=0), "s", at_most=11)
        stage.figure("pings meanwhile, longest", max(pings), "s", at_most=0.5)
        stage.figure("everything answered again after", recovered, "s", at_most=5)
