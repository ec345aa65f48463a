"""`python -m benchmarks`: measure, print tables and goals, keep the JSON, and publish where asked to."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import Iterator

import uvloop

from benchmarks import browser, goals, history, machine, members, past, processes, queries, report, rooms
from benchmarks.cases import CASES, Figure
from benchmarks.outcome import Outcome, keep, latest
from benchmarks.peers import Peer, all_peers
from benchmarks.wire import Handshake

QUICK_SECONDS = 3.0
QUICK_MESSAGES = 20_000
# The order of a system's cases. What two of them stored is read into an index for a while, on the same core; so the one
# that asks for time alone comes before them.
ORDER = ["latency", "fan-out", "many-rooms"]
# In the order they run: first what others are measured at too, last what takes longest to prepare.
PARTS = ["peers", "members", "rooms", "processes", "browser", "queries", "history"]


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="TalkWave's speed beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one short run of each case: a look, not a figure")
    cases = [*CASES, *PARTS]
    parser.add_argument("--only", choices=cases, action="append", help="this case only (may be repeated)")
    parser.add_argument("--without", choices=cases, action="append", default=[], help="all but this (may be repeated)")
    parser.add_argument("--systems", help="peers: of these systems only, by comma: " + ", ".join(all_peers()))
    parser.add_argument("--seconds", type=float, default=4.0, help="peers: length of one run (4)")
    parser.add_argument(
        "--repeat", type=int, default=2, help="peers: runs of each case; of three or more the median counts (2)"
    )
    parser.add_argument("--senders", type=int, default=0, help="fan-out: so many senders instead of each system's own")
    parser.add_argument("--priority", action="store_true", help="go before other work on this machine (needs root)")
    parser.add_argument("--publish", action="store_true", help="write the latest figures into docs/, pictures and all")
    parser.add_argument("--history", action="store_true", help="the same as --only history")
    parser.add_argument("--messages", type=int, default=history.MESSAGES, help="history: so many (1,000,000)")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.seconds <= 20:
        parser.error("--seconds is between 1 and 20.")
    if not 1 <= chosen.repeat <= 20:
        parser.error("--repeat is between 1 and 20.")
    if not 0 <= chosen.senders <= 200:
        parser.error("--senders is between 1 and 200.")
    if chosen.quick:
        chosen.seconds, chosen.repeat = min(chosen.seconds, QUICK_SECONDS), 1
        chosen.messages = min(chosen.messages, QUICK_MESSAGES)
    systems = chosen.systems.split(",") if chosen.systems else list(all_peers())
    unknown = [key for key in systems if key not in all_peers()]
    if unknown:
        parser.error(f"No such system: {', '.join(unknown)}. There are: {', '.join(all_peers())}.")
    if not 20_000 <= chosen.messages <= 20_000_000:
        parser.error("--messages is between 20,000 and 20,000,000.")
    wanted = ["history"] if chosen.history else chosen.only or PARTS
    chosen.parts = [part for part in PARTS if part in wanted and part not in chosen.without]
    chosen.cases = [
        case for case in CASES if ("peers" in chosen.parts or case in wanted) and case not in chosen.without
    ]
    if chosen.cases and "peers" not in chosen.parts:
        chosen.parts.insert(0, "peers")
    # Part of the systems, or of the cases, is a look and does not take the place of the whole.
    chosen.whole_peers = not chosen.quick and len(systems) == len(all_peers()) and len(chosen.cases) == len(CASES)
    chosen.systems = systems
    if chosen.publish and (chosen.quick or ("peers" in chosen.parts and not chosen.whole_peers)):
        parser.error("--publish needs whole runs: no --quick, and all systems in all of their cases.")
    return chosen


def measure(peer: Peer, cases: list[str], core: int, chosen: argparse.Namespace) -> Iterator[Figure]:
    """All runs of one system, on one start of its server."""
    peer.start(core)
    peer.prefer()
    for case in sorted(cases, key=ORDER.index):
        for _ in range(chosen.repeat):
            gc.collect()
            gc.disable()  # a collection in the middle of a run would count as latency of the server
            try:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    figure = runner.run(CASES[case](peer, core, chosen.seconds, chosen.senders))
            finally:
                gc.enable()
            report.show_run(figure)
            yield figure


def peers(core: int, chosen: argparse.Namespace) -> Outcome:
    """All systems, one after the other. One that cannot be measured does not cost the others their figures."""
    figures: list[Figure] = []
    failed: list[str] = []
    for key in chosen.systems:
        kind = all_peers()[key]
        if said := kind.lacking():
            print(f"\n{said}", flush=True)
            failed.append(said)
            continue
        print(f"\n{kind.title}", flush=True)
        for cases in [[case] for case in chosen.cases] if kind.each_case_anew else [chosen.cases]:
            peer = kind()
            try:
                # One by one, as they come: a run that fails leaves those before it.
                figures.extend(measure(peer, cases, core, chosen))
            except (Handshake, TimeoutError) as problem:
                failed.append(f"{kind.title}, not measured any further: {str(problem) or 'it did not answer in time'}")
                print(f"  {failed[-1]}", flush=True)
            finally:
                peer.stop()
    outcome = report.of_peers(figures, {key: peer.title for key, peer in all_peers().items()})
    outcome.complaints += failed
    print(f"\nEvery run: {report.keep_runs(figures, machine.describe(), time.strftime('%Y-%m-%d'))}")
    return outcome


def run(part: str, core: int, chosen: argparse.Namespace) -> Outcome:
    if part == "peers":
        return peers(core, chosen)
    if part == "queries":
        return queries.run()
    if part == "history":
        rounds = 15 if chosen.quick else 60
        history.run(messages=chosen.messages, repeat=rounds, priority=chosen.priority, publish=chosen.publish)
        return past.outcome()
    modules = {"members": members, "rooms": rooms, "processes": processes, "browser": browser}
    return modules[part].run(core, quick=chosen.quick)  # type: ignore[attr-defined, no-any-return]


def whole(part: str, chosen: argparse.Namespace) -> bool:
    """Whether this is a figure, to be kept and published, and not a look."""
    if part == "peers":
        return bool(chosen.whole_peers)
    return not chosen.quick and (part != "history" or chosen.messages >= history.MESSAGES)


def main() -> int:
    chosen = options()
    server_core, load_core = machine.cores()
    lock = machine.alone()
    # Told to end, it ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.sched_setaffinity(0, {load_core})
    if chosen.priority:
        machine.go_first()
    outcomes: dict[str, Outcome] = {}
    broken = False
    for part in chosen.parts:
        began = time.monotonic()
        try:
            outcome = run(part, server_core, chosen)
        except (Handshake, TimeoutError) as problem:
            outcome = Outcome(
                part, complaints=[f"It was not measured: {str(problem) or 'the server did not answer in time'}"]
            )
            broken = True
        report.show(outcome)
        outcomes[part] = outcome
        if (outcome.said or outcome.reached) and whole(part, chosen):
            keep(outcome)
        print(f"  ({part}: {time.monotonic() - began:.0f} s)\n", flush=True)
    lock.close()
    known = outcomes if chosen.quick else {**known_before(), **outcomes}
    print(
        "The goals, each with the figure of its latest whole run\n"
        if not chosen.quick
        else "The goals: a look, no figures\n"
    )
    print(report.aligned(goals.table(known)))
    for said in goals.missed(known):
        print(f"  Missed: {said}")
    if chosen.publish:
        titles = {key: peer.title for key, peer in all_peers().items()}
        kept = known_before()
        for path in report.publish(kept, titles, machine.describe()):
            print(f"Written: {path.relative_to(report.ROOT)}")
    return 1 if broken else 0


def known_before() -> dict[str, Outcome]:
    """The latest whole run of each part."""
    return {part: outcome for part in PARTS if (outcome := latest(part)) is not None}


if __name__ == "__main__":
    sys.exit(main())
