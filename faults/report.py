"""From results to what people read: a line a case, the table, the JSON, docs/promises.md."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

from faults.cases.registry import Case
from faults.stage import Figure, Result

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
PAGE = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- figures: written by `make faults` with --publish -->", "<!-- end of figures -->"


def value_of(figure: Figure) -> str:
    """Three significant digits, and the unit."""
    value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:.3g}"
    return f"{value} {figure.unit}".strip()


def goal_of(figure: Figure) -> str:
    """`≤ 5 s`, or nothing where nothing was to be reached."""
    if figure.at_most is not None:
        return f"≤ {figure.at_most:g} {figure.unit}".strip()
    return f"≥ {figure.at_least:g} {figure.unit}".strip() if figure.at_least is not None else ""


def verdict_of(result: Result) -> str:
    if result.problems:
        return "broken"
    return "missed" if result.missed else "kept"


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
    kept = {"date": time.strftime("%Y-%m-%d"), "machine": machine, "short": short}
    path.write_text(
        json.dumps({**kept, "cases": [result.as_json() for result in results]}, indent=1) + "\n", encoding="utf-8"
    )
    return path.relative_to(ROOT)


def publish(results: Sequence[Result], cases: Sequence[Case], machine: dict[str, str]) -> None:
    """Puts the figures into the page, between its two marks."""
    text = PAGE.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit("docs/promises.md has lost the marks between which the figures go.")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + "\n" + page(results, cases, machine) + END + after, encoding="utf-8")


def page(results: Sequence[Result], cases: Sequence[Case], machine: dict[str, str]) -> str:
    """What goes between the marks."""
    told = {case.id: case.told for case in cases}
    lines = [
        "",
        f"Last run on {time.strftime('%Y-%m-%d')}: {machine['cpu']}, {machine['cores']} cores for servers, database and "
        f"people together, {machine['system']}, Python {machine['python']}.",
        "",
        "| | fault | kept? |",
        "|---|---|---|",
        *(f"| {result.id} | {result.title} | {verdict_of(result)} |" for result in results),
        "",
    ]
    for result in results:
        lines += [f"### {result.id}: {result.title}", "", told.get(result.id, ""), ""]
        if result.figures:
            lines += ["| figure | reached | to reach | |", "|---|---:|---:|---|"]
            for figure in result.figures:
                mark = {True: "✓", False: "**missed**", None: ""}[figure.met]
                lines.append(f"| {figure.name} | {value_of(figure)} | {goal_of(figure)} | {mark} |")
            lines.append("")
        lines += [f"- {words}" for words in [*result.problems, *(note for note in result.notes if "\n" not in note)]]
        lines.append("")
    return "\n".join(lines)
