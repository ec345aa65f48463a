"""One, two and four server processes on PostgreSQL, beside what the model predicts from one and two.

The site grows with them: for each process a room of 200, and 60 rooms of 5, with people of their own, whose sockets the
kernel deals out to all processes. With the same people on more processes each process would have fewer messages at once,
store smaller batches, and be measured at rest. Whether one process carries more where more people talk is measured, too.
"""

from __future__ import annotations

import asyncio
import os
from functools import partial

from benchmarks import machine, model
from benchmarks.cases import Figure, fan_out, many_rooms
from benchmarks.goals import amount
from benchmarks.members import new_loop, server_memory
from benchmarks.outcome import Curve, Outcome, Plot, Table
from benchmarks.peers.talkwave import TalkWave, TalkWaveDaphne, usual

PROCESSES = [1, 2, 4]
WORKLOADS = {"fan-out": "a room of 200 each", "many-rooms": "60 rooms of 5 each"}
LOADS = {"fan-out": fan_out, "many-rooms": many_rooms}
PARTS = {"server": "server processes", "postgresql": "PostgreSQL", "valkey": "Valkey", "worker": "worker"}
# Each figure is the middle one of so many runs: what else the machine is doing shows in any of them.
RUNS = 3
# A load that uses more of its core than this may be what holds a figure back.
LOAD_FULL = 0.97
SITES = [
    model.Site(machines=2, cores=4),
    model.Site(machines=4, cores=4, database_cores=8),
    model.Site(machines=8, cores=4, database_cores=16),
]


def run(core: int, *, quick: bool, seconds: float = 4.0) -> Outcome:
    outcome = Outcome("processes")
    numbers, runs = (PROCESSES[:2], 1) if quick else (PROCESSES, RUNS)
    figures: dict[tuple[str, int], Figure] = {}
    own_cores: dict[int, int] = {}
    others: list[tuple[str, Figure]] = []
    before = os.sched_getaffinity(0)
    peer = TalkWaveDaphne(usual(max(numbers)), postgresql=True)
    measure = partial(_measure, peer, core, seconds, runs, outcome)
    print(f"\n{peer.title}, PostgreSQL, several processes", flush=True)
    try:
        for number in numbers:
            # As many cores as processes, where one is left for the load; else all of them share one.
            own_cores[number] = number if len(machine.ALLOWED) > number else 1
            cores = set(machine.ALLOWED[: own_cores[number]])
            os.sched_setaffinity(0, set(machine.ALLOWED[own_cores[number] :]))
            peer.processes = number
            if number == numbers[0]:
                peer.start(cores)
            else:
                peer.end_server()
                for server in peer.servers:
                    server.hold(cores)
                peer.serve(cores)
            for workload in WORKLOADS:
                how = f"{number} on {len(cores)}"
                figures[workload, number] = measure(workload, how, number)
            if number == 1:
                for workload, title in WORKLOADS.items():
                    figure = measure(workload, "1 on 1, twice the people,", 2)
                    others.append((f"{title}, 1 with the people of two", figure))
                    if figure.messages > figures[workload, 1].messages:
                        figures[workload, 1] = figure
            if number == 2 and own_cores[number] == 1:
                # Really side by side, for what a message then costs; the load has half of one of the cores.
                for server in peer.servers:
                    server.hold(set(machine.ALLOWED[:2]))
                for workload, title in WORKLOADS.items():
                    figure = measure(workload, "2 on 2, beside the load,", 2)
                    others.append((f"{title}, 2 on both cores, the load among them", figure))
    finally:
        os.sched_setaffinity(0, before)
        peer.stop()
    _tell(outcome, figures, numbers, own_cores, others)
    return outcome


def _measure(
    peer: TalkWave, core: int, seconds: float, runs: int, outcome: Outcome, workload: str, how: str, times: int
) -> Figure:
    figures = []
    for _ in range(runs):
        with asyncio.Runner(loop_factory=new_loop) as runner:
            figures.append(runner.run(LOADS[workload](peer, core, seconds, 0, times)))
    figure = sorted(figures, key=lambda one: one.messages)[len(figures) // 2]
    figure.memory_mb = server_memory(peer) / 1e6
    said = [complaint for one in figures for complaint in one.complaints]
    if figure.load_core > LOAD_FULL:
        said.append("the load filled its own core, so the servers could do more")
    outcome.complaints += [f"Processes {how} cores, {WORKLOADS[workload]}: {one}" for one in said]
    print(
        f"  processes {how} core(s), {WORKLOADS[workload]}: {amount(figure.messages)} messages/s, {_parts(figure)} µs a "
        f"message, load {figure.load_core:.0%}",
        flush=True,
    )
    return figure


def _parts(figure: Figure) -> str:
    return " + ".join(f"{part} {1e6 * figure.parts.get(part, 0.0):.0f}" for part in PARTS)


def _row(what: str, figure: Figure) -> list[str]:
    spent = (f"{1e6 * figure.parts.get(part, 0.0):.0f}" for part in PARTS)
    return [what, *spent, amount(figure.memory_mb), amount(figure.messages)]


def _tell(
    outcome: Outcome,
    figures: dict[tuple[str, int], Figure],
    numbers: list[int],
    own_cores: dict[int, int],
    others: list[tuple[str, Figure]],
) -> None:
    had = [str(number) for number in numbers if own_cores[number] == number > 1]
    shared = [str(number) for number in numbers if own_cores[number] < number]
    how = ""
    if had:
        how = f"With {' and '.join(had)} processes each had a core, shared with PostgreSQL and Valkey. "
    if shared:
        how += (
            f"For {' and '.join(shared)} processes this machine has no core each beside the load. All of TalkWave, "
            "PostgreSQL and Valkey shared one, and what so many cores would carry is that many times what one did. So it "
            "shows what a message costs with more processes, which is what bends the curve; it cannot show cores that "
            "wait for each other's locks or share a cache. "
        )
    if shared and own_cores[2] < 2:
        how += (
            "What two processes show of that on both cores, with the load among them, is in a row of its own: there the "
            "processor time of a message counts, and the rate is held down by the load. "
        )
    how += (
        "One process was given the people of two as well, and the better of its figures is what the others are held "
        "against. Each figure is the middle one of three runs. Memory is that of the server processes and Valkey, with 200 and 300 sockets open for each process."
    )
    outcome.said.append(how)
    curves = []
    rows = []
    costs = {}
    for workload, title in WORKLOADS.items():
        first = figures[workload, 1]
        costs[workload] = model.fit(first.parts, figures[workload, 2].parts)
        busy = sum(first.parts.values()) * first.messages
        points = []
        for number in numbers:
            figure = figures[workload, number]
            share = number / own_cores[number]  # 1 where it had its cores
            reached = figure.messages * share
            predicted = model.on_one_machine(costs[workload], number, number, busy)
            points.append((number, reached))
            rows.append(
                [
                    *_row(f"{title}, {number}", figure),
                    amount(reached),
                    amount(predicted) if number > 2 else "(from it)",
                    f"{reached / predicted - 1:+.0%}" if number > 2 else "",
                ]
            )
        curves.append(Curve(title, points))
    rows += [[*_row(what, figure), "", "", ""] for what, figure in others]
    ratios = [figures[w, 2].messages * 2 / own_cores[2] / figures[w, 1].messages for w in WORKLOADS]
    # Both workloads have to get their second process's worth.
    outcome.reached["second process"] = min(ratios)
    if own_cores[2] < 2:
        outcome.reckoned.append("second process")
    head = ["workload, processes", *(f"{name}, µs" for name in PARTS.values())]
    head += ["memory, MB", "messages/s here", "on a core each", "predicted", "off by"]
    outcome.said.append(Table(head, rows))
    outcome.said.append(Plot("processes", "Stored messages a second", "server processes", "messages a second", curves))
    outcome.said.append(_sites(costs, figures))
    outcome.raw = {
        "costs": {w: {part: [cost.once, cost.each] for part, cost in those.items()} for w, those in costs.items()}
    }


def _sites(costs: dict[str, dict[str, model.Cost]], figures: dict[tuple[str, int], Figure]) -> Table:
    """What the model says of machines that are not here."""
    rows = []
    for workload, title in WORKLOADS.items():
        first = figures[workload, 1]
        busy = min(1.0, sum(first.parts.values()) * first.messages)
        rate = model.on_one_machine(costs[workload], 4, 4, busy)
        rows.append([f"{title}: four cores, all on them", "4", amount(rate), "the cores"])
        for site in SITES:
            rate, limit = model.of_a_site(costs[workload], site, busy)
            what = f"{title}: {site.machines} machines of {site.cores} cores, PostgreSQL on {site.database_cores}"
            rows.append([what, str(site.processes), amount(rate), limit])
    return Table(["what the model says", "processes", "messages/s", "held back by"], rows)
