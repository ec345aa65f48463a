"""`python -m faults`: plays the cases, prints the table, keeps what came out, and publishes where asked to."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from faults import report
from faults.cases import all_cases
from faults.running import Player


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    known = [case.id for case in all_cases()]
    parser = argparse.ArgumentParser(prog="python -m faults", description="What breaks, and what is lost then.")
    parser.add_argument("--only", nargs="+", metavar="F1", choices=known, help="these cases only: " + " ".join(known))
    parser.add_argument(
        "--short", action="store_true", help="the sizes that are part of the tests; no figure is judged"
    )
    parser.add_argument("--soak", type=float, default=10.0, metavar="MINUTES", help="how long F21 takes; a day is 1440")
    parser.add_argument("--publish", action="store_true", help="write the last long run of each into docs/promises.md")
    chosen = parser.parse_args(arguments)
    if chosen.publish and chosen.short:
        parser.error("--publish is for the long run.")
    return chosen


def main() -> int:
    chosen = options()
    cases = [
        case for case in all_cases() if (not chosen.only or case.id in chosen.only) and (case.short or not chosen.short)
    ]
    # Told to end, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lock = machine.alone()
    # Thousands of connections here, and as many in a server.
    machine.descriptors(16_384)
    results = []
    with (
        tempfile.TemporaryDirectory(prefix="tw-histories-") as folder,
        Player(Path(folder), short=chosen.short, soak_minutes=chosen.soak) as player,
    ):
        for case in cases:
            results.append(player.play(case))
            report.show(results[-1])
            if not chosen.short:
                report.keep_latest(results[-1])
    lock.close()
    print()
    report.show_table(results)
    print(f"\nAll of it: {report.keep(results, machine.describe(), short=chosen.short)}")
    if chosen.publish:
        report.publish(all_cases(), machine.describe())
        print("Published to docs/promises.md.")
    return 1 if any(result.problems or result.missed for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
