"""The goals: what is to be reached on one core (docs/speed.md), and whether it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from benchmarks.outcome import Outcome, Table


@dataclasses.dataclass(frozen=True)
class Goal:
    key: str
    case: str
    what: str
    wanted: float
    unit: str
    #: Whether more is better.
    more: bool = False
    #: What is aimed at beyond it.
    then: float = 0.0

    def met(self, figure: float) -> bool:
        return figure >= self.wanted if self.more else figure <= self.wanted


GOALS = [
    Goal("fan-out", "peers", "one room of 200, in a closed loop", 600_000, "deliveries/s", more=True, then=1_000_000),
    Goal("many-rooms", "peers", "60 rooms of 5, everybody sending", 6_000, "messages/s", more=True, then=8_000),
    Goal("latency", "peers", "50 messages/s into 200 members: 99th percentile", 20, "ms"),
    Goal("latency uvicorn", "peers", "… on uvicorn", 10, "ms"),
    Goal("big room", "members", "a room of 5,000 sockets: one message at every one", 400, "ms"),
    Goal("big room uvicorn", "members", "… on uvicorn", 150, "ms"),
    Goal("idle", "members", "an idle connection above the first, of 10,000", 45, "KB"),
    Goal("second process", "processes", "a second server process on a second core", 1.7, "times", more=True),
    Goal("newest", "history", "a room of a million: its newest page, 95th percentile", 30, "ms"),
    Goal("back", "history", "… a page 900,000 messages back", 30, "ms"),
    Goal("date", "history", "… a jump to a day", 30, "ms"),
    Goal("search", "history", "search in a million messages, 95th percentile", 60, "ms"),
    Goal("first paint", "browser", "signing in with 500 rooms: first paint", 1_000, "ms"),
    Goal("weight", "browser", "… script and style over the wire", 150, "KB"),
]


def amount(value: float) -> str:
    """Three significant digits are what a run like this can tell."""
    if value <= 0:
        return "–"
    if value < 100:
        return f"{value:.3g}"
    digits = len(str(int(value))) - 3
    return f"{int(round(value, -digits)):,}"


def table(outcomes: Mapping[str, Outcome]) -> Table:
    """Every goal beside the figure reached; those that are not met say so."""
    rows = []
    for goal in GOALS:
        sign = "at least" if goal.more else "at most"
        wanted = f"{sign} {amount(goal.wanted)} {goal.unit}" + (f", then {amount(goal.then)}" if goal.then else "")
        outcome = outcomes.get(goal.case)
        figure = outcome.reached.get(goal.key) if outcome else None
        if figure is None:
            rows.append([goal.what, wanted, "–", "not measured"])
        else:
            rows.append(
                [goal.what, wanted, f"{amount(figure)} {goal.unit}", "met" if goal.met(figure) else "**not met**"]
            )
    return Table(["what", "goal", "reached", ""], rows)


def missed(outcomes: Mapping[str, Outcome]) -> list[str]:
    """The goals that were measured and not reached, each with its figure."""
    return [
        f"{goal.what}: {amount(figure)} {goal.unit}, wanted {amount(goal.wanted)}"
        for goal in GOALS
        if (outcome := outcomes.get(goal.case)) is not None
        and (figure := outcome.reached.get(goal.key)) is not None
        and not goal.met(figure)
    ]
