"""What benchmarks/history.py measured last, as the outcome of a case: the goals about it, and how cost grows."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from benchmarks.history import MESSAGES
from benchmarks.outcome import RESULTS, Curve, Outcome, Plot

GOALS = ("newest", "back", "date", "search")
DRAWN = {"newest": "newest page", "date": "jump to a day", "search": "search"}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def outcome() -> Outcome:
    """From the newest of its files; without one nothing is known."""
    files = sorted(RESULTS.glob("*-history.json"))
    if not files:
        return Outcome("history", complaints=["A longer history was not measured."])
    return of_figures(json.loads(files[-1].read_text())["figures"])


def of_figures(figures: list[dict[str, Any]]) -> Outcome:
    """For each goal the slower of both databases, in the room of a million that the goals are about, whatever larger one
    was measured beside it; a plot where there were several sizes."""
    told = Outcome("history")
    lines: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for figure in sorted(figures, key=lambda one: one["messages"]):
        case = figure["case"]
        if case in GOALS and figure["messages"] == MESSAGES:
            told.reached[case] = max(told.reached.get(case, 0.0), figure["p95"])
        if case in DRAWN:
            lines[case, figure["database"]].append((figure["messages"], figure["p95"]))
    for database, title in DATABASES.items():
        curves = [
            Curve(words, lines[case, database]) for case, words in DRAWN.items() if len(lines[case, database]) > 1
        ]
        if curves:
            told.said.append(
                Plot(
                    f"history-{database}",
                    f"{title}: 95th percentile by length of history",
                    "messages in the room",
                    "milliseconds",
                    curves,
                )
            )
    return told
