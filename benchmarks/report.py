"""From runs to what people read: what is printed, the JSON, docs/speed.md and docs/scaling.md with their pictures."""

from __future__ import annotations

import dataclasses
import json
import statistics
import textwrap
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks import chart, goals, plot
from benchmarks.cases import Figure
from benchmarks.goals import amount
from benchmarks.outcome import RESULTS, Outcome, Plot, Table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
SCALING = ROOT / "docs" / "scaling.md"
PICTURES = ROOT / "docs" / "img"
BEGIN, END = "<!-- figures: written by `make bench` with --publish -->", "<!-- end of figures -->"
TITLES = {
    "fan-out": ("One room of 200, senders in a closed loop", "deliveries/s"),
    "many-rooms": ("60 rooms of 5, everybody sending", "stored messages/s"),
    "latency": ("50 messages a second into a room of 200", "ms, 99th percentile"),
}
# Case → its heading on the page, in the page's order; `processes` stands in docs/scaling.md.
HEADINGS = {
    "peers": "Beside others",
    "members": "More members",
    "rooms": "More rooms, and what waits",
    "history": "As history grows",
    "browser": "In the browser",
    "queries": "Queries",
}
REFERENCE = "talkwave"


# -- the peers ---------------------------------------------------------------------------------------------------------
def medians(figures: list[Figure]) -> list[Figure]:
    """For each system and case the run in the middle; all complaints of its runs stay with it."""
    chosen = []
    for system, case in dict.fromkeys((figure.system, figure.case) for figure in figures):
        runs = sorted((f for f in figures if (f.system, f.case) == (system, case)), key=lambda f: f.value)
        middle = dataclasses.replace(runs[(len(runs) - 1) // 2])
        middle.value = statistics.median(run.value for run in runs)
        middle.complaints = list(dict.fromkeys(said for run in runs for said in run.complaints))
        chosen.append(middle)
    return chosen


def ratio(figure: Figure, figures: list[Figure]) -> str:
    """How many times better TalkWave on its default server does in the same case."""
    ours = next((f.value for f in figures if f.case == figure.case and f.system == REFERENCE), 0.0)
    if not ours or not figure.value or figure.system == REFERENCE:
        return ""
    times = figure.value / ours if figure.case == "latency" else ours / figure.value
    return f"{times:.0f} ×" if times >= 9.5 else f"{times:.2g} ×"


def show_run(figure: Figure) -> None:
    """One line for one run, as soon as it is over."""
    extra = (
        f"p50 {figure.p50:.1f}  p95 {figure.p95:.1f}  p99 {figure.p99:.1f} ms"
        if figure.case == "latency"
        else (
            f"{amount(figure.value)} {TITLES[figure.case][1]}, {amount(figure.messages)} messages/s, "
            f"{figure.senders} senders"
        )
    )
    shares = (
        f"server {figure.server_core:.0%}, others on its core {figure.others:.0%}, load {figure.load_core:.0%}, "
        f"{figure.bytes_each:.0f} B each, {figure.per_frame:.1f} a frame, {figure.memory_mb:.0f} MB"
    )
    print(f"  {figure.case:<11} {extra}  ({shares})", flush=True)
    for complaint in figure.complaints:
        print(f"              ! {complaint}", flush=True)


def of_peers(figures: list[Figure], titles: Mapping[str, str]) -> Outcome:
    """The medians as tables, one a case, and the goals that are about them."""
    best = medians(figures)
    outcome = Outcome("peers", raw=[dataclasses.asdict(figure) for figure in best])
    for case in dict.fromkeys(figure.case for figure in best):
        title, unit = TITLES[case]
        rows = []
        for figure in (f for f in best if f.case == case):
            shown = [amount(figure.p50), amount(figure.p95)] if case == "latency" else []
            rows.append([titles[figure.system], *shown, amount(figure.value), ratio(figure, best)])
            if figure.system == REFERENCE:
                outcome.reached[case] = figure.value
            elif figure.system == f"{REFERENCE}-uvicorn":
                outcome.reached[f"{case} uvicorn"] = figure.value
        head = ["system", "p50", "p95", "p99 (ms)", "TalkWave is quicker by"] if case == "latency" else []
        outcome.said += [f"**{title}**", Table(head or ["system", unit, "TalkWave does"], rows)]
        outcome.complaints += [
            f"{titles[figure.system]}, {title.lower()}: {said}"
            for figure in best
            if figure.case == case
            for said in figure.complaints
        ]
    return outcome


def keep_runs(figures: list[Figure], machine: dict[str, str], day: str) -> Path:
    """All runs as JSON, for comparing one day with another."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    runs = [dataclasses.asdict(figure) for figure in figures]
    path.write_text(json.dumps({"date": day, "machine": machine, "runs": runs}, indent=1) + "\n")
    return path.relative_to(ROOT)


# -- on the terminal ---------------------------------------------------------------------------------------------------
def show(outcome: Outcome) -> None:
    """Everything a case has to say but its plots, which are for the page."""
    print()
    for part in outcome.said:
        if isinstance(part, Table):
            print(aligned(part))
        elif isinstance(part, str):
            print(textwrap.fill(part.replace("**", ""), 110) + "\n")
    for said in outcome.complaints:
        print(f"  ! {said}")


def aligned(table: Table) -> str:
    rows = [[cell.replace("**", "") for cell in row] for row in (table.head, *table.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.head))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines) + "\n"


# -- on the page -------------------------------------------------------------------------------------------------------
def markdown(table: Table) -> str:
    lines = ["| " + " | ".join(table.head) + " |", "|---|" + "---:|" * (len(table.head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in table.rows])


def section(outcome: Outcome) -> list[str]:
    """The paragraphs of one case, plots as pictures."""
    said = []
    for part in outcome.said:
        if isinstance(part, Table):
            said.append(markdown(part))
        elif isinstance(part, Plot):
            said.append(f"![{part.title}]({PICTURES.name}/{part.name}.svg)")
        else:
            said.append(part)
    if outcome.complaints:
        said.append("\n".join(f"- {complaint}" for complaint in outcome.complaints))
    return said


def publish(outcomes: Mapping[str, Outcome], titles: Mapping[str, str], machine: Mapping[str, str]) -> list[Path]:
    """Puts the figures into the pages, between their marks, and draws the pictures; returns what was written."""
    where = (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, Python {machine['python']}; one core for the "
        "server with its database and its Valkey, another for the load."
    )
    days = sorted({outcome.day for outcome in outcomes.values()})
    speed = [f"Measured on {' and '.join(days)}: {where}", "## The goals", markdown(goals.table(outcomes))]
    if missed := goals.missed(outcomes):
        speed += ["What is missed, and why:", "\n".join(f"- {said}." for said in missed)]
    for case, heading in HEADINGS.items():
        if (outcome := outcomes.get(case)) is not None and (outcome.said or outcome.complaints):
            speed += [f"## {heading}", *section(outcome)]
    written = [_between(PAGE, speed)]
    if (processes := outcomes.get("processes")) is not None:
        written.append(_between(SCALING, [f"Measured on {processes.day}: {where}", *section(processes)]))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for outcome in outcomes.values():
        for drawing in outcome.plots():
            written.append(_picture(drawing.name, plot.draw(drawing)))
    if (peers := outcomes.get("peers")) is not None:
        written.append(_picture("speed", chart.draw([Figure(**raw) for raw in peers.raw], dict(titles))))
    return written


def _picture(name: str, drawn: str) -> Path:
    path = PICTURES / f"{name}.svg"
    path.write_text(drawn, encoding="utf-8")
    return path


def _between(page: Path, paragraphs: Iterable[str]) -> Path:
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit(f"{page.relative_to(ROOT)} has lost the marks between which the figures go.")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.write_text(before + BEGIN + "\n\n" + "\n\n".join(paragraphs) + "\n\n" + END + after, encoding="utf-8")
    return page
