"""One function a fault. Modules are named here, and what they hold is found by `all_cases`."""

from importlib import import_module

from faults.cases.registry import CASES, Case

MODULES = [
    "servers",
    "services",
    "databases",
    "sending",
    "access",
    "backups",
    "malformed",
    "floods",
    "readers",
    "network",
    "clocks",
    "disk",
]


def all_cases() -> list[Case]:
    """Every case, in the order of its number."""
    for name in MODULES:
        import_module(f"faults.cases.{name}")
    return sorted(CASES.values(), key=lambda case: (int(case.id[1:].partition(".")[0]), case.id))
