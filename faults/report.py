"""From results to what people read: a line a case, the table, the JSON, docs/promises.md."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from faults.cases.registry import Case
from faults.stage import Figure, Result

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
LATEST = RESULTS / "latest"
PAGE = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- figures: written by `make faults` with --publish -->", "<!-- end of figures -->"


def value_of(figure: Figure) -> str:
    """Three significant digits, and the unit; and of how few samples, where these are too few."""
    if figure.samples == 0:
        return "no samples"
    value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.3g}"
    told = "never" if figure.value == float("inf") else f"{value} {figure.unit}".strip()
    return told if figure.enough else f"{told}, of {figure.samples} samples and not {figure.wanted}"


def goal_of(figure: Figure) -> str:
    """`≤ 5 s`, or nothing where nothing was to be reached."""
    if figure.at_most is not None:
        return f"≤ {figure.at_most:g} {figure.unit}".strip()
    return f"≥ {figure.at_least:g} {figure.unit}".strip() if figure.at_least is not None else ""


def verdict_of(result: Result) -> str:
    if result.problems:
        return "broken"
    return "missed" if result.missed else result.unjudged or "kept"


def show(result: Result) -> None:
    """All about one case, as soon as it is over."""
    print(f"\n{result.id}  {result.title}: {verdict_of(result)}  ({result.seconds:.0f} s)", flush=True)
    for figure in result.figures:
        mark = {True: "✓", False: "✗", None: " "}[figure.met]
        print(f"  {mark} {figure.name:<56} {value_of(figure):>12}  {goal_of(figure)}", flush=True)
    for words in result.problems:
        print(f"  ! {words}", flush=True)
    for words in result.notes:
        print(f"    {words}", flush=True)


def show_table(results: Sequence[Result]) -> None:
    for result in results:
        missed = ", ".join(f"{figure.name} {value_of(figure)} instead of {goal_of(figure)}" for figure in result.missed)
        reason = "; ".join([*result.problems[:2], *([missed] if missed else [])])
        print(f"{result.id:<5} {result.title[:60]:<60} {verdict_of(result):<7} {reason[:200]}")


def keep(results: Sequence[Result], machine: dict[str, str], *, short: bool) -> Path:
    """All of a run as JSON, for comparing one day with another."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    about = {"date": time.strftime("%Y-%m-%d"), "machine": machine, "short": short}
    _write(path, {**about, "cases": [result.as_json() for result in results]})
    return path.relative_to(ROOT)


def keep_latest(result: Result) -> None:
    """A case of a long run, as soon as it is over: the page is written from these."""
    LATEST.mkdir(parents=True, exist_ok=True)
    _write(LATEST / f"{result.id}.json", {"date": time.strftime("%Y-%m-%d"), **result.as_json()})


def _write(path: Path, kept: object) -> None:
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def latest() -> list[tuple[Result, str]]:
    """The last long run of each case, and its day."""
    found = []
    for path in LATEST.glob("*.json"):
        kept = json.loads(path.read_text(encoding="utf-8"))
        day = kept.pop("date")
        figures = [Figure(**{key: value for key, value in one.items() if key != "met"}) for one in kept["figures"]]
        found.append((Result(**{**kept, "figures": figures}), day))
    return found


def publish(cases: Sequence[Case], machine: dict[str, str]) -> None:
    """Puts the figures of the last long run of each case into the page, between its two marks."""
    text = PAGE.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit("docs/promises.md has lost the marks between which the figures go.")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + "\n" + page(latest(), cases, machine) + END + after, encoding="utf-8")


def page(results: Sequence[tuple[Result, str]], cases: Sequence[Case], machine: dict[str, str]) -> str:
    """What goes between the marks."""
    found = {result.id: (result, day) for result, day in results}
    lines = [
        "",
        f"On one machine for servers, database and people together: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}.",
        "",
        "| | fault | kept? | last run |",
        "|---|---|---|---|",
    ]
    for case in cases:
        if case.id in found:
            result, day = found[case.id]
            lines.append(f"| {case.id} | {case.title} | {verdict_of(result)} | {day} |")
        else:
            lines.append(f"| {case.id} | {case.title} | not run yet | |")
    lines.append("")
    for case in cases:
        lines += [f"### {case.id}: {case.title}", "", case.told, ""]
        if case.id in found:
            lines += _figures(found[case.id][0])
    return "\n".join(lines)


def _figures(result: Result) -> list[str]:
    lines = []
    if result.figures:
        lines += ["| figure | reached | to reach | |", "|---|---:|---:|---|"]
        for figure in result.figures:
            mark = {True: "✓", False: "**missed**", None: ""}[figure.met]
            lines.append(f"| {figure.name} | {value_of(figure)} | {goal_of(figure)} | {mark} |")
        lines.append("")
    lines += [f"- {words}" for words in [*result.problems, *(note for note in result.notes if "\n" not in note)]]
    return [*lines, ""]
