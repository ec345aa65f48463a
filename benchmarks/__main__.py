"""`python -m benchmarks`: measure, print the table, keep the JSON, and publish where asked to."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import time

import uvloop

from benchmarks import history, machine, report
from benchmarks.cases import CASES, Figure
from benchmarks.peers import Peer, all_peers
from benchmarks.wire import Handshake

QUICK_SECONDS = 3.0


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="TalkWave's speed beside its peers.")
    parser.add_argument("--quick", action="store_true", help="one short run of each case: a look, not a figure")
    parser.add_argument("--only", choices=list(CASES), action="append", help="this case only (may be repeated)")
    parser.add_argument("--systems", help="of these systems only, by comma: " + ", ".join(all_peers()))
    parser.add_argument("--seconds", type=float, default=8.0, help="length of one run (8)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each case, of which the median counts (3)")
    parser.add_argument("--senders", type=int, default=0, help="fan-out: so many senders instead of each system's own")
    parser.add_argument("--priority", action="store_true", help="go before other work on this machine (needs root)")
    parser.add_argument("--publish", action="store_true", help="write the figures into docs/speed.md and its chart")
    parser.add_argument(
        "--history", action="store_true", help="instead: a room of a million messages, read and searched"
    )
    parser.add_argument("--messages", type=int, default=history.MESSAGES, help="with --history: so many (1,000,000)")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.seconds <= 20:
        parser.error("--seconds is between 1 and 20.")
    if not 1 <= chosen.repeat <= 20:
        parser.error("--repeat is between 1 and 20.")
    if not 0 <= chosen.senders <= 200:
        parser.error("--senders is between 1 and 200.")
    if chosen.quick:
        chosen.seconds, chosen.repeat = min(chosen.seconds, QUICK_SECONDS), 1
    chosen.systems = chosen.systems.split(",") if chosen.systems else list(all_peers())
    unknown = [key for key in chosen.systems if key not in all_peers()]
    if unknown:
        parser.error(f"No such system: {', '.join(unknown)}. There are: {', '.join(all_peers())}.")
    if not 20_000 <= chosen.messages <= 20_000_000:
        parser.error("--messages is between 20,000 and 20,000,000.")
    if chosen.history:
        return chosen
    if chosen.publish and (chosen.quick or chosen.only or len(chosen.systems) != len(all_peers())):
        parser.error("--publish needs all cases on all systems in one full run.")
    return chosen


def measure(peer: Peer, cases: list[str], core: int, chosen: argparse.Namespace) -> list[Figure]:
    """All runs of one system, on one start of its server."""
    figures = []
    peer.start(core)
    if chosen.priority:
        for server in peer.servers:
            server.prefer()
    for case in cases:
        for _ in range(chosen.repeat):
            gc.collect()
            gc.disable()  # a collection in the middle of a run would count as latency of the server
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                figure = runner.run(CASES[case](peer, core, chosen.seconds, chosen.senders))
            gc.enable()
            report.show_run(figure)
            figures.append(figure)
    return figures


def main() -> int:
    chosen = options()
    if chosen.history:
        lock = machine.alone()
        rounds = 15 if chosen.quick else 60
        failed = history.run(messages=chosen.messages, repeat=rounds, priority=chosen.priority, publish=chosen.publish)
        lock.close()
        return failed
    server_core, load_core = machine.cores()
    lock = machine.alone()
    os.sched_setaffinity(0, {load_core})
    if chosen.priority:
        machine.prefer()
    cases = [case for case in CASES if not chosen.only or case in chosen.only]
    figures: list[Figure] = []
    failed = False
    began = time.strftime("%Y-%m-%d")
    for key in chosen.systems:
        peer = all_peers()[key]()
        print(f"\n{peer.title}", flush=True)
        try:
            figures += measure(peer, cases, server_core, chosen)
        except (Handshake, TimeoutError) as problem:
            # One system that cannot be measured does not cost the others their figures.
            print(f"  not measured: {problem or 'it did not answer in time'}", flush=True)
            failed = True
        finally:
            peer.stop()
    lock.close()
    titles = {key: peer.title for key, peer in all_peers().items()}
    best = report.medians(figures)
    print()
    report.show_table(best, titles)
    path = report.keep(figures, machine.describe(), began)
    print(f"\nEvery run: {path}")
    if chosen.publish:
        report.publish(best, titles, machine.describe(), began)
        print("Published to docs/speed.md and docs/img/speed.svg.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
