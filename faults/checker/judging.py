"""All rules over all histories, and what came out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from faults.checker import counting, delivery, storing
from faults.checker.database import Stored
from faults.checker.reading import Told

# So many problems of one invariant are told in words; the rest is counted.
TOLD = 5


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit: the invariant, and what it is about."""

    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


@dataclass
class Verdict:
    """What was found, and over how much."""

    problems: list[Problem] = field(default_factory=list)
    clients: int = 0
    acked: int = 0
    applied: int = 0
    resent: int = 0
    resyncs: int = 0

    @property
    def rules(self) -> set[str]:
        return {problem.rule for problem in self.problems}

    def summary(self) -> list[str]:
        """The problems in words, a few of each kind."""
        counted = Counter(problem.rule for problem in self.problems)
        lines = []
        for rule, count in sorted(counted.items()):
            shown = [problem for problem in self.problems if problem.rule == rule][:TOLD]
            lines += map(str, shown)
            if count > len(shown):
                lines.append(f"{rule}: and {count - len(shown)} more")
        return lines


def check(
    told: Iterable[Told], stored: Stored, *, grace: float = 1.0, untrue: float = 60.0, acked_until: float | None = None
) -> Verdict:
    """Looks at everything. `grace`: how long after somebody left they may still hear (I8); `untrue`: how long presence
    may be wrong (I10). `acked_until`: of a restored database, the moment of its backup: what was acknowledged or done
    later is not asked of it."""
    clients = list(told)
    verdict = Verdict(clients=sum(bool(one.user) for one in clients))
    rules: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("I1", lambda: storing.acknowledged(clients, stored, acked_until)),
        ("I2", lambda: storing.numbered(stored)),
        ("I3", lambda: delivery.held(clients, stored)),
        ("I4", lambda: delivery.applied_in_order(clients)),
        ("I5", lambda: storing.once(clients, stored)),
        ("I7", lambda: storing.ordered(clients)),
        ("I8", lambda: delivery.leaked(clients, grace)),
        ("I9", lambda: counting.counters(clients, stored)),
        ("I10", lambda: counting.presence(clients, untrue)),
    ]
    for rule, find in rules:
        verdict.problems += [Problem(rule, text) for text in find()]
    for one in clients:
        verdict.acked += sum(1 for _ in one.of("ack"))
        verdict.applied += sum(1 for _ in one.of("apply"))
        verdict.resent += sum(line["attempt"] > 1 for line in one.of("send"))
        verdict.resyncs += sum(1 for _ in one.of("resync"))
    return verdict
