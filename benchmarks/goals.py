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
    #: What it was found to be held back by; said where it, or what is aimed at, is missed.
    why: str = ""

    def met(self, figure: float) -> bool:
        return figure >= self.wanted if self.more else figure <= self.wanted

    def aimed(self, figure: float) -> bool:
        return not self.then or (figure >= self.then if self.more else figure <= self.then)

    def stands(self, figure: float | None) -> str:
        if figure is None:
            return "not measured"
        if not self.met(figure):
            return "not met"
        return "met" if self.aimed(figure) else f"met, the aim of {amount(self.then)} missed"


_SHARED = (
    "the core that writes each message to 200 sockets is also the database's and the worker's, and the slowest messages "
    "wait for these"
)
_HISTORY = "it is the slower of two databases; “A million messages in one room” has both, and how each grows"
GOALS = [
    Goal("fan-out", "peers", "one room of 200, in a closed loop", 600_000, "deliveries/s", more=True, then=1_000_000),
    Goal(
        "many-rooms", "peers", "60 rooms of 5, everybody sending", 6_000, "messages/s", more=True, then=8_000,
        why="of what a message costs about half is the event loop's, which reads and writes frames, and half the thread's "
        "that commits",
    ),
    Goal("latency", "peers", "50 messages/s into 200 members: 99th percentile", 20, "ms", why=_SHARED),
    Goal("latency uvicorn", "peers", "… on uvicorn", 10, "ms", why=_SHARED),
    Goal("big room", "members", "a room of 5,000 sockets: one message at every one", 400, "ms"),
    Goal("big room uvicorn", "members", "… on uvicorn", 150, "ms"),
    Goal("idle", "members", "an idle connection above the first, of 10,000", 45, "KB"),
    Goal(
        "second process", "processes", "a second server process on a second core", 1.7, "times", more=True,
        why="members of every room sit on both processes, so each hears of every message, which is the worst case",
    ),
    Goal("newest", "history", "a room of a million: its newest page, 95th percentile", 30, "ms", why=_HISTORY),
    Goal("back", "history", "… a page 900,000 messages back", 30, "ms", why=_HISTORY),
    Goal("date", "history", "… a jump to a day", 30, "ms", why=_HISTORY),
    Goal("search", "history", "search in a million messages, 95th percentile", 60, "ms", why=_HISTORY),
    Goal(
        "first paint", "browser", "signing in with 500 rooms: first paint", 1_000, "ms",
        why="the check of the password is part of it, a quarter of a second by design",
    ),
    Goal("weight", "browser", "… script and style over the wire", 150, "KB"),
]  # fmt: skip


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
        figure = _reached(goal, outcomes)
        shown = "–" if figure is None else f"{amount(figure)} {goal.unit}"
        if figure is not None and goal.key in outcomes[goal.case].reckoned:
            shown += " (reckoned)"
        stands = goal.stands(figure)
        rows.append([goal.what, wanted, shown, "**not met**" if stands == "not met" else stands])
    return Table(["what", "goal", "reached", ""], rows)


def missed(outcomes: Mapping[str, Outcome]) -> list[str]:
    """The goals, and what is aimed at beyond them, that were not reached, each with its figure and why; and those that
    were not measured."""
    told = []
    subject = ""
    for goal in GOALS:
        # A goal that begins with … is about what the one before it says.
        what = goal.what.replace("…", f"{subject}:", 1)
        subject = what.partition(":")[0]
        figure = _reached(goal, outcomes)
        if figure is None:
            told.append(f"{what}: not measured")
        elif not (goal.met(figure) and goal.aimed(figure)):
            wanted = goal.then if goal.met(figure) else goal.wanted
            why = goal.why or "why is not known yet"
            told.append(f"{what}: {amount(figure)} {goal.unit}, wanted {amount(wanted)}; {why}")
    return told


def _reached(goal: Goal, outcomes: Mapping[str, Outcome]) -> float | None:
    outcome = outcomes.get(goal.case)
    return None if outcome is None else outcome.reached.get(goal.key)
