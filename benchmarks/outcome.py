"""What a case gives: figures for goals, tables, curves. Kept as JSON, the latest of each case, for the page."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
LATEST = RESULTS / "latest"


@dataclasses.dataclass
class Table:
    """Cells are text; the first column is words, the others are figures."""

    head: list[str]
    rows: list[list[str]]


@dataclasses.dataclass
class Curve:
    """One line of a plot: points (x, y), both above 0."""

    name: str
    points: list[tuple[float, float]]


@dataclasses.dataclass
class Plot:
    """Curves over one axis, drawn on logarithmic scales; `name` is the file's."""

    name: str
    title: str
    x: str
    y: str
    curves: list[Curve]


@dataclasses.dataclass
class Outcome:
    case: str
    #: Goal → the figure reached.
    reached: dict[str, float] = dataclasses.field(default_factory=dict)
    #: Paragraphs, tables and plots, in the order of the page.
    said: list[str | Table | Plot] = dataclasses.field(default_factory=list)
    #: What did not add up, or could not be measured: whole sentences.
    complaints: list[str] = dataclasses.field(default_factory=list)
    day: str = ""
    #: Anything else worth keeping.
    raw: Any = None
    #: Goals whose figure was reckoned from others, as the machine cannot show it.
    reckoned: list[str] = dataclasses.field(default_factory=list)

    def plots(self) -> list[Plot]:
        return [part for part in self.said if isinstance(part, Plot)]


def keep(outcome: Outcome) -> None:
    """As the latest figures of its case, beside those of other cases."""
    outcome.day = outcome.day or time.strftime("%Y-%m-%d")
    LATEST.mkdir(parents=True, exist_ok=True)
    data = dataclasses.asdict(outcome)
    data["said"] = [_tagged(part) for part in outcome.said]
    (LATEST / f"{outcome.case}.json").write_text(json.dumps(data, indent=1) + "\n")


def latest(case: str) -> Outcome | None:
    """What the last whole run of a case gave."""
    path = LATEST / f"{case}.json"
    if not path.is_file():
        return None
    data = json.loads(path.read_text())
    data["said"] = [_untagged(part) for part in data["said"]]
    return Outcome(**data)


def _tagged(part: str | Table | Plot) -> Any:
    return part if isinstance(part, str) else {"is": type(part).__name__, **dataclasses.asdict(part)}


def _untagged(part: Any) -> str | Table | Plot:
    if isinstance(part, str):
        return part
    kind = part.pop("is")
    if kind == "Table":
        return Table(**part)
    curves = [Curve(curve["name"], [(x, y) for x, y in curve["points"]]) for curve in part.pop("curves")]
    return Plot(**part, curves=curves)
