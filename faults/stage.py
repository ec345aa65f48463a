"""Where a case is played: it gives towns and crowds, takes figures, and has the checker look at the end."""

import contextlib
from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from faults import checker
from faults.people import Crowd
from faults.people.crowd import NotYet
from faults.town import Ground, Town

# How long everybody may take to hold everything again after a fault (I3); in the short run a busy machine may take longer.
CONVERGE_SECONDS, PATIENCE_SECONDS = 30.0, 120.0


@dataclass
class Figure:
    """Something measured, and how it was to be. `met` is None where nothing was to be reached."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    # From how many samples it is, where it is from several, and how many it takes to judge it.
    samples: int | None = None
    wanted: int = 0

    @property
    def enough(self) -> bool:
        return self.samples is None or self.samples >= self.wanted

    @property
    def met(self) -> bool | None:
        if self.at_most is None and self.at_least is None:
            return None
        return self.enough and not (
            (self.at_most is not None and self.value > self.at_most)
            or (self.at_least is not None and self.value < self.at_least)
        )


@dataclass
class Result:
    """What came out of one case."""

    id: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # What was checked, and what else is worth knowing.
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    # What is promised and this run was too short to judge.
    unjudged: str = ""

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.met is False]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "figures": [{**asdict(figure), "met": figure.met} for figure in self.figures]}


def percentile(values: Iterable[float], share: float) -> float:
    """The value under which `share` per cent of them lie; 0 of none, which is nothing to judge by (`wanted_for`)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else 0.0


def wanted_for(share: float) -> int:
    """So many samples that one of them may lie beyond it: 20 for a 95th percentile, 100 for a 99th."""
    return round(100 / (100 - share))


class Stage:
    """One for each case. `short`: sizes for the tests, and figures are told but not judged."""

    def __init__(self, ground: Ground, folder: Path, result: Result, *, short: bool, towns: dict[Any, Town]) -> None:
        self.ground, self.folder, self.result, self.short = ground, folder, result, short
        # How long the soak takes.
        self.soak_minutes = 10.0
        self._towns = towns
        self._crowds = 0

    # --- what a case asks for -----------------------------------------------------------------------------
    async def town(self, *, servers: int = 1, postgres: bool | None = None, **settings: str) -> Town:
        """Servers that are up. Two servers stand on PostgreSQL, one on SQLite, unless told otherwise.

        In the short run cases that ask for the same get the same. Everything ends with the case, or with the run.
        """
        postgres = servers > 1 if postgres is None else postgres
        kind = (servers, postgres, tuple(sorted(settings.items())))
        if kind not in self._towns:
            self._towns[kind] = Town(
                self.ground, servers=servers, postgres=postgres, settings=settings, quick=self.short
            )
        return self._towns[kind]

    @contextlib.asynccontextmanager
    async def crowd(
        self,
        town: Town,
        *,
        people: int,
        rooms: int = 6,
        open_rooms: int = 1,
        two_tabs: float = 0.2,
        recovers: bool = True,
        ports: list[int] | None = None,
        checked: bool = True,
        **options: Any,
    ) -> AsyncIterator[Crowd]:
        """New people in new rooms, all connected: one room of everybody, `rooms` small private ones, and open rooms
        that they join and leave at will. They are spread over the servers (or `ports`), some with two tabs.

        At the end everybody leaves, and the checker looks; `checked` False: it does not, the case asks it itself.
        """
        self._crowds += 1
        numbers = list(range(people))
        wanted: list[tuple[str, str, list[int]]] = [("everybody", "private", numbers)]
        for room in range(rooms):
            few = sorted({(room * 7 + step * 3) % people for step in range(max(2, people // 6))})
            wanted.append((f"room {room}", "private", few))
        wanted += [(f"open {room}", "public", [room % people]) for room in range(open_rooms)]
        who, made = town.settle(people, wanted)
        crowd = Crowd(
            self.folder / f"crowd{self._crowds}",
            seed=self._crowds,
            open_rooms=made[len(made) - open_rooms :],
            recovers=recovers,
        )
        crowd.rooms = made
        ports = ports or town.ports
        names = [one.username for one in who]
        try:
            for number, one in enumerate(who):
                mine = ports[number % len(ports) :] + ports[: number % len(ports)]
                tabs = 2 if number < two_tabs * people else 1
                crowd.person(one, mine, names, tabs=tabs, **options)
            await crowd.connected()
            yield crowd
        except NotYet as late:
            self.problem(str(late))
        finally:
            await crowd.stop()
        if checked:
            self.judge(crowd, town)

    async def converge(self, crowd: Crowd, town: Town, *, presence: bool = False) -> float:
        """Nobody acts any more: waits until everybody holds everything, then has all greeted once more, so that the
        counters of a quiet moment are in their histories. Gives the seconds until everybody held everything."""
        patience = PATIENCE_SECONDS if self.short else CONVERGE_SECONDS
        seconds = await crowd.converge(town.heads, town.seats, patience)
        if presence:
            await crowd.presence_true(PATIENCE_SECONDS if self.short else 60.0)
        await crowd.greet_again()
        return seconds

    def judge(self, crowd: Crowd, town: Town, **options: Any) -> checker.Verdict:
        """Has the checker look at a crowd's histories and the town's database; what it finds are problems."""
        if self.short:
            # No moment of a busy machine is held against the server: five seconds are the hard limit for I8.
            options = {"grace": 5.0, "untrue": 3600.0, **options}
        verdict = checker.check(checker.read(crowd.folder), town.database.read(), **options)
        for line in verdict.summary():
            self.problem(line)
        self.note(
            f"checked: {verdict.clients} clients, {verdict.acked} acks, {verdict.applied} applied, "
            f"{verdict.resent} sent again, {verdict.resyncs} syncs"
        )
        for line in town.tracebacks():
            self.problem(f"I11: a traceback in a server's log: {line}")
        return verdict

    # --- what a case tells --------------------------------------------------------------------------------
    def figure(
        self,
        name: str,
        value: float,
        unit: str = "",
        *,
        at_most: float | None = None,
        at_least: float | None = None,
        samples: int | None = None,
        wanted: int = 0,
    ) -> None:
        """Something measured; of fewer than `wanted` samples it is not kept. In the short run it is told and not
        judged."""
        judged = {} if self.short else {"at_most": at_most, "at_least": at_least}
        self.result.figures.append(Figure(name, round(value, 4), unit, **judged, samples=samples, wanted=wanted))

    def spread(
        self, name: str, values: Collection[float], share: float, unit: str = "s", *, at_most: float | None = None
    ) -> None:
        """A percentile of what was measured again and again."""
        value, samples = percentile(values, share), len(values)
        self.figure(f"{name}, p{share:g}", value, unit, at_most=at_most, samples=samples, wanted=wanted_for(share))

    def beside(self, name: str, calm: Collection[float], loud: Collection[float], *, at_most: float) -> None:
        """How many times as long something takes while others are loud, by its 99th percentile."""
        self.spread(f"{name} before it", calm, 99)
        self.spread(f"{name} meanwhile", loud, 99)
        before, samples = percentile(calm, 99), min(len(calm), len(loud))
        times = percentile(loud, 99) / before if before else 0.0
        self.figure(
            "the second beside the first", times, "times", at_most=at_most, samples=samples, wanted=wanted_for(99)
        )

    def expect(self, condition: object, words: str) -> None:
        """Something that has to be true, whatever the machine does; `words` say what was not."""
        if not condition:
            self.problem(words)

    def unjudged(self, words: str) -> None:
        """Part of what the case promises could not be judged: it is not called kept."""
        if not self.short:
            self.result.unjudged = words

    def problem(self, words: str) -> None:
        self.result.problems.append(words)

    def note(self, words: str) -> None:
        self.result.notes.append(words)
