"""The process that opens files: `python -m talkwave.apart.child`. On stdin a line of JSON (the order) and bytes, on stdout
the same: the answer.

It knows no settings and no database, and takes its limits before it touches a file.
"""

import json
import os
import sys
from importlib import import_module
from typing import Any

from talkwave.apart.refusals import FileRefused


def main() -> None:
    order: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    _limit(order["seconds"], order["memory"], order["bytes"])
    module, _, name = order["function"].partition(":")
    answer: dict[str, Any]
    try:
        order["data"] = sys.stdin.buffer.read()
        answer = getattr(import_module(module), name)(order)
    except FileRefused as refusal:
        answer = {"refused": refusal.reason}
    except MemoryError:
        answer = {"refused": "exhausting"}
    data = answer.pop("data", b"")
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)


# Absolute: whoever started it may have stepped back already, and twice that is nearly never.
NICENESS = 10


def _limit(seconds: int, memory: int, size: int) -> None:
    """Time on the processor, address space, bytes a file may grow to; and behind everybody else in the queue."""
    try:
        import resource
    except ImportError:  # no such thing on Windows: there the parent's clock is what ends it
        return
    os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    limits = (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_CORE, 0),
    )
    for which, most in limits:
        try:
            resource.setrlimit(which, (most, most))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space


if __name__ == "__main__":
    main()
