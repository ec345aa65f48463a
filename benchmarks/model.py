"""What more processes and machines would carry, reckoned from what one and two processes cost (docs/scaling.md).

The model: in every part of the system (server processes, PostgreSQL, Valkey, worker) a message costs
`once + each * processes` seconds of processor time. `once` is storing, rendering and writing it to sockets, which one
process or another does; `each` is hearing of it, which every process does. Both come from the runs with one and two
processes, and what they predict is compared with further runs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Cost:
    """Seconds of processor time a message, in one part of the system."""

    once: float
    each: float

    def at(self, processes: int) -> float:
        return self.once + self.each * processes


Costs = Mapping[str, Cost]


def fit(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, Cost]:
    """From seconds a message by part, with one process and with two.

    A part that was cheaper with two (larger batches, or chance) is taken to cost the mean of both, always.
    """
    costs = {}
    for part in dict.fromkeys((*one, *two)):
        first, second = one.get(part, 0.0), two.get(part, 0.0)
        each = second - first
        costs[part] = Cost(first - each, each) if 0 <= each <= first else Cost((first + second) / 2, 0.0)
    return costs


def total(costs: Costs, processes: int) -> float:
    """Seconds of processor time a message, in all parts together."""
    return sum(cost.at(processes) for cost in costs.values())


def on_one_machine(costs: Costs, processes: int, cores: int, busy: float) -> float:
    """Messages a second where everything shares `cores`, of which the share `busy` is put to use."""
    return busy * cores / total(costs, processes)


@dataclasses.dataclass(frozen=True)
class Site:
    """Machines, and what runs on them. Each server process has a core; so has Valkey.

    It is one: what many rooms say at once goes out as bundles to the group of every hub (talkwave/realtime/publish.py),
    and a group is on one Valkey, however many there are.
    """

    machines: int
    cores: int
    database_cores: int = 4

    @property
    def processes(self) -> int:
        return self.machines * self.cores


def of_a_site(costs: Costs, site: Site, busy: float) -> tuple[float, str]:
    """Messages a second of a cluster with PostgreSQL and Valkey on cores of their own, and what holds it back."""
    processes = site.processes
    served = costs["server"].at(processes) + sum(
        cost.at(processes) for part, cost in costs.items() if part in ("worker", "supervisor")
    )
    limits = {"the server processes": busy * processes / served}
    if (stored := costs["postgresql"].at(processes)) > 0:
        limits["PostgreSQL"] = busy * site.database_cores / stored
    if (passed := costs["valkey"].at(processes)) > 0:
        limits["Valkey"] = busy / passed
    least = min(limits, key=lambda name: limits[name])
    return limits[least], least
