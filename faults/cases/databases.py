"""PostgreSQL restarts, is slow, has no connection left."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from faults.cases.registry import case
from faults.people import Crowd
from faults.people.client import Client, Lost
from faults.people.forms import get
from faults.stage import Stage
from faults.town import Replicated, Town
from faults.watching import Stopwatch, again_and_again, pinging


@case("F3", "PostgreSQL restarts without a goodbye, and is replaced by its replica", short=True)
async def postgres_restarts(stage: Stage) -> None:
    """Two servers, people talking. PostgreSQL is restarted with `-m immediate`, which kills every backend in the middle
    of what it does and replays the log: what was acknowledged is there after it, what was not is sent again; pages are
    opened all the while, and those that are put off asked for again after as long as they say. Then the same on a
    PostgreSQL with a replica (`synchronous_commit=remote_apply`): all processes of the primary are killed with -9, some
    seconds later the replica is promoted, and the servers, who know both, find it (docs/operators.md); three times,
    each with a new replica."""
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 60) as crowd:
        watch = Stopwatch(crowd)
        back = []
        async with crowd.living(acts_a_second=20), opening_pages(crowd) as pages:
            for _ in range(1 if stage.short else 5):
                await asyncio.sleep(1 if stage.short else 5)
                await asyncio.to_thread(town.postgres.restart_at_once)
                back.append(await _first_ack(crowd, watch))
        took = await stage.converge(crowd, town)
        stage.expect(pages.shown, "no page was shown")
        stage.expect(not pages.broken, f"pages were answered with {sorted(set(pages.broken))}")
        stage.figure("pages asked for meanwhile", pages.asked)
        stage.figure("of them put off for a moment (503)", 100 * pages.put_off / max(1, pages.asked), "%")
        lost = 100 * (pages.asked - pages.shown) / max(1, pages.asked)
        stage.figure("not shown, asked for again as a browser does", lost, "%", at_most=0.1)
        stage.figure("first ack after a restart, longest", max(back), "s", at_most=5)
        stage.figure("everybody holds everything after the last", took, "s", at_most=30)
    if not stage.short:
        await _replaced(stage)


@dataclass
class Pages:
    """What became of the pages that people opened: how many they asked for, were put off with for a while, were shown;
    and each status that is neither a page nor a "come back in a moment"."""

    asked: int = 0
    put_off: int = 0
    shown: int = 0
    broken: list[int] = field(default_factory=list)


# So often a page that is put off is asked for again.
AGAIN = 5


@contextlib.asynccontextmanager
async def opening_pages(crowd: Crowd, every: float = 0.1) -> AsyncIterator[Pages]:
    """Inside, people open their room's page, one after the other and not waiting for each other."""
    pages = Pages()

    async def open_one(client: Client) -> None:
        pages.asked += 1
        for turn in range(1 + AGAIN):
            status, headers = await get(client.ports[0], client.who, f"/rooms/{crowd.rooms[0]}/")
            if status == 200:
                pages.shown += 1
                return
            pages.put_off += turn == 0
            if status != 503:
                pages.broken.append(status)
                return
            await asyncio.sleep(float(headers["retry-after"]))

    turns = itertools.cycle(crowd.clients)
    async with again_and_again(lambda tasks: tasks.create_task(open_one(next(turns))), every):
        yield pages


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
                    stage.expect(not watch.came_between(died + 0.5, time.monotonic()), "an ack without a database")
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
    await crowd.until(lambda: watch.came_between(began, time.monotonic()), "an ack after it")
    return next(ack.came for ack in watch.acks if ack.came >= began) - began


@contextlib.asynccontextmanager
async def locked(town: Town, table: str) -> AsyncIterator[None]:
    """Inside, whoever reads or writes that table waits."""
    import psycopg

    address = str(town.settings["DATABASE_URL"])
    async with await psycopg.AsyncConnection.connect(address) as connection:
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        await connection.rollback()


@contextlib.asynccontextmanager
async def slow(town: Town, table: str, seconds: float) -> AsyncIterator[None]:
    """Inside, every query of that table takes so long, by itself: none waits for another one."""
    change = f"ALTER TABLE {table} RENAME TO {table}_kept; CREATE VIEW {table} AS SELECT * FROM {table}_kept "
    # Asked once a query, whatever rows there are.
    change += f"WHERE (SELECT pg_sleep({seconds})) IS NOT NULL"
    address = town.settings["DATABASE_URL"]
    await asyncio.to_thread(execute, address, change)
    try:
        yield
    finally:
        await asyncio.to_thread(execute, address, f"DROP VIEW {table}; ALTER TABLE {table}_kept RENAME TO {table}")


def execute(address: str, statements: str) -> None:
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute(statements.encode())


async def _look(client: Client, users: list[str]) -> float:
    """Asks what some people say of themselves, which nobody else here asks; how long that took."""
    began = time.monotonic()
    with contextlib.suppress(Lost):
        await client.ask(type="presence.watch", users=users)
    return time.monotonic() - began


@case("F18", "the database is slow: one query a second takes five", short=True)
async def the_database_is_slow(stage: Stage) -> None:
    """While people on one server talk, edit, react and read, one of them asks every second for something whose query
    takes five: more of these are under way than the server has threads for what is read, so that edits and reactions
    wait behind them, too, and on the same socket what is said after them. Sockets go on answering pings, those of who
    asked as well; and messages of people who only talk, half of all, go on being acknowledged."""
    seconds = 1.0 if stage.short else 5.0
    habits = {"say": 3, "edit": 2, "react": 3, "read": 2}
    town = await stage.town(servers=2)
    async with stage.crowd(town, people=12 if stage.short else 60, ports=town.ports[:1]) as crowd:
        watch = Stopwatch(crowd)
        some = [person.client for person in crowd.people[:6]]
        talkers, others = crowd.people[::2], crowd.people[1::2]
        looks: list[asyncio.Task[float]] = []
        async with (
            slow(town, "presence_status", seconds),
            pinging(some) as pings,
            crowd.living(6, {"say": 1}, talkers),
            crowd.living(6, habits, others),
        ):
            began = time.monotonic()
            for number in range(3 if stage.short else 30):
                looks.append(asyncio.create_task(_look(some[number % len(some)], [one.who.id for one in some])))
                await asyncio.sleep(seconds / 5)
            ended = time.monotonic()
            took = await asyncio.gather(*looks)
        await stage.converge(crowd, town)
        stage.expect(pings and min(took) >= seconds, "the queries were not slow")
        stage.figure("slow queries", len(took))
        stage.figure("the slowest of them answered after", max(took), "s")
        stage.spread("pings meanwhile", pings, 99, at_most=0.5)
        for who, people, seconds_at_most in (("who only talk", talkers, 1.0), ("the others", others, None)):
            clients = [tab for person in people for tab in person.tabs]
            acks = watch.acks_between(began, ended, clients)
            stage.spread(f"acks meanwhile, of {who}", acks, 99, at_most=seconds_at_most)


@case("F20", "no database connection is left", short=False)
async def the_pool_is_exhausted(stage: Stage) -> None:
    """A server whose pool has two connections, both held by queries that wait for a lock, and twenty pages asked for
    at once. Those that get no connection are told so within ten seconds, with when to come again (the server itself
    waits nine for one); sockets stay; and once the lock is gone everything is answered again."""
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
        stage.expect(waits, "nobody was turned away")
        stage.note(f"{len(waits)} of {len(statuses)} pages were turned away")
        await stage.converge(crowd, town)
        stage.figure("turned away after, longest", max(waits, default=0), "s", at_most=10)
        stage.figure("pings meanwhile, longest", max(pings), "s", at_most=0.5)
        stage.figure("everything answered again after", recovered, "s", at_most=5)
