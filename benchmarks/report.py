"""From runs to what people read: the table, the JSON, docs/speed.md and its chart."""

from __future__ import annotations

import dataclasses
import json
import statistics
import time
from pathlib import Path

from benchmarks import chart
from benchmarks.cases import Figure

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).resolve().parent / "results"
PAGE = ROOT / "docs" / "speed.md"
PICTURE = ROOT / "docs" / "img" / "speed.svg"
BEGIN, END = "<!-- figures: written by `make bench` with --publish -->", "<!-- end of figures -->"
TITLES = {
    "fan-out": ("One room of 200, senders in a closed loop", "deliveries/s"),
    "many-rooms": ("60 rooms of 5, everybody sending", "stored messages/s"),
    "latency": ("50 messages a second into a room of 200", "ms, 99th percentile"),
}
REFERENCE = "talkwave"


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


def number(value: float) -> str:
    """Three significant digits are what a run like this can tell."""
    if value <= 0:
        return "–"
    if value < 100:
        return f"{value:.3g}"
    digits = len(str(int(value))) - 3
    return f"{int(round(value, -digits)):,}"


def ratio(figure: Figure, figures: list[Figure]) -> str:
    """How many times better TalkWave on its default server does in the same case."""
    ours = next((f.value for f in figures if f.case == figure.case and f.system == REFERENCE), 0.0)
    if not ours or not figure.value or figure.system == REFERENCE:
        return ""
    times = figure.value / ours if figure.case == "latency" else ours / figure.value
    return f"{times:.0f} ×" if times >= 9.5 else f"{times:.1f} ×"


def show_run(figure: Figure) -> None:
    """One line for one run, as soon as it is over."""
    extra = (
        f"p50 {figure.p50:.1f}  p95 {figure.p95:.1f}  p99 {figure.p99:.1f} ms"
        if figure.case == "latency"
        else (
            f"{number(figure.value)} {TITLES[figure.case][1]}, {number(figure.messages)} messages/s, "
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


def show_table(figures: list[Figure], titles: dict[str, str]) -> None:
    for case in dict.fromkeys(figure.case for figure in figures):
        title, unit = TITLES[case]
        print(f"{title} ({unit})")
        for figure in (f for f in figures if f.case == case):
            more = f"  p50 {figure.p50:.1f}, p95 {figure.p95:.1f}" if case == "latency" else ""
            warning = "  (!)" if figure.complaints else ""
            value, times = number(figure.value), ratio(figure, figures)
            print(f"  {titles[figure.system]:<40} {value:>12}  {times:>7}{more}{warning}")
        print()


def keep(figures: list[Figure], machine: dict[str, str], day: str) -> Path:
    """All runs as JSON, for comparing one day with another."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    runs = [dataclasses.asdict(figure) for figure in figures]
    path.write_text(json.dumps({"date": day, "machine": machine, "runs": runs}, indent=1) + "\n")
    return path.relative_to(ROOT)


def publish(figures: list[Figure], titles: dict[str, str], machine: dict[str, str], day: str) -> None:
    """Put the figures into the page, between its two marks, and draw the chart."""
    text = PAGE.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise SystemExit("docs/speed.md has lost the marks between which the figures go.")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(before + BEGIN + "\n" + tables(figures, titles, machine, day) + END + after, encoding="utf-8")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(chart.draw(figures, titles), encoding="utf-8")


def tables(figures: list[Figure], titles: dict[str, str], machine: dict[str, str], day: str) -> str:
    where = (
        f"Measured on {day}: {machine['cpu']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}; one core for the server with its database and its Valkey, another for the load."
    )
    lines = ["", where, ""]
    for case in dict.fromkeys(figure.case for figure in figures):
        title, unit = TITLES[case]
        slower = "TalkWave is quicker by" if case == "latency" else "TalkWave does"
        lines += [f"**{title}**", ""]
        if case == "latency":
            lines += [f"| system | p50 | p95 | p99 (ms) | {slower} |", "|---|---:|---:|---:|---:|"]
        else:
            lines += [f"| system | {unit} | {slower} |", "|---|---:|---:|"]
        for figure in (f for f in figures if f.case == case):
            cells = [titles[figure.system]]
            cells += [number(figure.p50), number(figure.p95)] if case == "latency" else []
            cells += [number(figure.value), ratio(figure, figures)]
            lines.append("| " + " | ".join(cells) + " |")
        notes = [(titles[f.system], said) for f in figures if f.case == case for said in f.complaints]
        lines += ["", *(f"- {system}: {said}" for system, said in notes), *([""] if notes else [])]
    return "\n".join(lines)
