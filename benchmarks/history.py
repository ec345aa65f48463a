"""A room of a million messages: opening it, going back in it, jumping to a day, searching; on SQLite and PostgreSQL.

`make bench ARGS="--history"`. What is timed is the server's own work for one request of one reader (rights, database,
and the messages as the wire has them), in a process of its own on one core, with its database; benchmarks/history_measure.py
does it. The same is asked of smaller rooms, each ten times the one before, so that one sees what grows.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine, report

# What the goals are about. A larger room is a column and a point of the curves beside it.
MESSAGES = 1_000_000
SMALL = 10_000
# What docs/scaling.md advises: with PostgreSQL's own 128 MB, a million messages and their index do not fit in.
SHARED_BUFFERS = "1GB"
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# Case → what it is called, and the goal: the 95th percentile in milliseconds; 0 where none is set.
CASES = {
    "newest": ("the newest page", 30.0),
    "back": ("a page far back (nine tenths of the room)", 30.0),
    "date": ("a jump to a day", 30.0),
    "around": ("a page around some message", 0.0),
    "calendar": ("a month of the calendar", 0.0),
    "sync": ("catching up on 1,900 changes, the first 200", 0.0),
    "pane": ("the newest page as HTML, the whole request", 0.0),
    "search": ("search, all kinds together", 60.0),
    "search common": ("… for a word in every tenth message", 60.0),
    "search beginning": ("… for three letters words begin with", 60.0),
    "search rare": ("… for a word said five times", 60.0),
    "search some": ("… for a word in one of 2,000", 60.0),
    "search phrase": ("… for a phrase", 60.0),
    "search several": ("… for several words", 60.0),
    "search absent": ("… for words nobody said", 60.0),
    "search from": ("… of one person, with a word", 60.0),
    "search day": ("… within a month", 60.0),
    "search address": ("… for a part of an address, for code", 60.0),
    "search pairs": ("… in Japanese", 60.0),
    "search long ago": ("… for a word common long ago alone", 60.0),
}
BEGIN, END = (
    "<!-- a million messages: written by `make bench` with --history --publish -->",
    "<!-- end of a million messages -->",
)


def sizes(messages: int) -> list[int]:
    """The rooms that are measured: SMALL, ten times as much and so on, the one that the goals are about among them, and
    the one that is asked for."""
    steps = []
    size = SMALL
    while size < messages:
        steps.append(size)
        size *= 10
    return [*steps, messages]


def run(*, messages: int, repeat: int, priority: bool, publish: bool) -> int:
    """Prepares both databases, measures, prints, keeps the JSON. 1 where a goal is missed.

    The JSON: `machine`; `figures`, one for each database, size (`messages`) and case, with `p50`, `p95` and all `times` in
    ms; `each`, by database, microseconds a message of `seeding` and `indexing` in the largest room.
    """
    core, _ = machine.cores()
    if priority:
        machine.prefer()
    figures: list[dict[str, Any]] = []
    each: dict[str, dict[str, float]] = {}
    for database, title in DATABASES.items():
        for size in sizes(messages):
            print(f"{title}, {size:,} messages in one room", flush=True)
            found, each[database] = _measured(database, size, repeat, core)
            figures += found
    text = table(figures, messages) + "\n" + growth(figures) + "\n" + made(each)
    print("\n" + text)
    report.RESULTS.mkdir(exist_ok=True)
    path = report.RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}-history.json"
    path.write_text(json.dumps({"machine": machine.describe(), "figures": figures, "each": each}, indent=1) + "\n")
    print(f"\nEvery time: {path.relative_to(report.ROOT)}")
    if publish:
        _publish(text)
        print("Published to docs/speed.md.")
    return int(any(_missed(figure) for figure in figures))


def table(figures: list[dict[str, Any]], messages: int) -> str:
    """Median and 95th percentile of every case, on both databases, with the goal; beside it in a small room, and in
    the largest one where that is beyond what the goals are about."""
    main = min(messages, MESSAGES)
    beside = [SMALL] if messages == main else [SMALL, messages]
    by = {(figure["database"], figure["messages"], figure["case"]): figure for figure in figures}
    lines = [
        f"| 50th / 95th percentile, ms, in {main:,} messages | goal | "
        + " | ".join(" | ".join([title, *(f"in {size:,}" for size in beside)]) for title in DATABASES.values()) + " |",
        "|---|---:|" + "---:|" * len(DATABASES) * (1 + len(beside)),
    ]  # fmt: skip
    for case, (title, goal) in CASES.items():
        cells = []
        for database in DATABASES:
            for size in (main, *beside):
                figure = by.get((database, size, case))
                shown = (
                    f"{figure['p50']:.1f} / {figure['p95']:.1f}{' (!)' if _missed(figure) else ''}" if figure else "–"
                )
                cells.append(shown)
        lines.append(f"| {title} | {f'{goal:.0f}' if goal else ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def growth(figures: list[dict[str, Any]]) -> str:
    """The 95th percentile of what has a goal, and of the calendar, by the size of the room."""
    by = {(figure["database"], figure["messages"], figure["case"]): figure for figure in figures}
    grown = sorted({figure["messages"] for figure in figures})
    lines = [
        "| 95th percentile, ms | " + " | ".join(f"in {size:,}" for size in grown) + " |",
        "|---|" + "---:|" * len(grown),
    ]
    for case in _GROWING:
        for database, title in DATABASES.items():
            found = [by.get((database, size, case)) for size in grown]
            cells = [f"{figure['p95']:.1f}" if figure else "–" for figure in found]
            lines.append(f"| {CASES[case][0]}, {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


_GROWING = ("newest", "back", "date", "calendar", "search")


def made(each: dict[str, dict[str, float]]) -> str:
    """How long it took to make the room, a message."""
    said = [
        f"{title} {each[database]['seeding']:.0f} and {each[database]['indexing']:.0f}"
        for database, title in DATABASES.items()
        if database in each
    ]
    return f"Storing a message by `seed`, and reading it into the index, took (µs): {'; '.join(said)}.\n"


def _missed(figure: dict[str, Any]) -> bool:
    goal = CASES[figure["case"]][1]
    return figure["messages"] <= MESSAGES and 0 < goal < figure["p95"]


def _measured(database: str, messages: int, repeat: int, core: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    folder = Path(tempfile.mkdtemp(prefix="tw-history-"))
    stop = None
    env = {**os.environ, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "talkwave.settings", "ENV_FILE": os.devnull}
    env.pop("DATABASE_URL", None)
    try:
        if database == "postgresql":
            server = machine.Postgres(folder / "postgresql", core=core, shared_buffers=SHARED_BUFFERS)
            env["DATABASE_URL"], stop = server.url, server.stop
        command = [machine.PYTHON, "-m", "benchmarks.history_measure", str(messages), str(repeat)]
        pin = lambda: os.sched_setaffinity(0, {core})  # noqa: E731
        done = subprocess.run(command, env=env, cwd=report.ROOT, stdout=subprocess.PIPE, check=True, preexec_fn=pin)
        told = json.loads(done.stdout.splitlines()[-1])
        times: dict[str, list[float]] = told["times"]
    finally:
        if stop is not None:
            stop()
        shutil.rmtree(folder, ignore_errors=True)
    times["search"] = [one for case, those in times.items() if case.startswith("search ") for one in those]
    return [
        {
            "database": database,
            "messages": messages,
            "case": case,
            "p50": statistics.median(those),
            "p95": statistics.quantiles(those, n=20)[18],
            "times": [round(one, 3) for one in those],
        }
        for case, those in times.items()
    ], told["each"]


def _publish(text: str) -> None:
    page = report.PAGE.read_text(encoding="utf-8")
    if BEGIN not in page or END not in page:
        raise SystemExit("docs/speed.md has lost the marks between which these figures go.")
    before, rest = page.split(BEGIN, 1)
    where = machine.describe()
    head = f"Measured on {time.strftime('%Y-%m-%d')}: {where['cpu']}, {where['cores']} cores, Python {where['python']}.\n\n"
    report.PAGE.write_text(before + BEGIN + "\n\n" + head + text + "\n" + END + rest.split(END, 1)[1], encoding="utf-8")
