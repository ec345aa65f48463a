"""Numbers about this process, for talkwave/web/metrics.py.

What happens often is counted by plain integers where it happens (`counts.frames_in += 1`); nothing is looked at, added up
or named before somebody asks. Each module says here what its numbers are. No label ever names a person or a room.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

# Seconds, from what nobody notices to what everybody does.
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
AMOUNTS: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500)


class Histogram:
    """How often what size came: for batches and flushes, not for each message. Meant for one thread, or a lock."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def note(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Family(NamedTuple):
    """One metric: `read` gives a number, numbers by the value of `label`, or a Histogram."""

    kind: str
    says: str
    read: Callable[[], Any]
    label: str


_families: dict[str, Family] = {}


def counter(name: str, says: str, read: Callable[[], float | Mapping[str, float]], *, label: str = "") -> None:
    """Something that only grows; its name ends in `_total`."""
    _families[name] = Family("counter", says, read, label)


def gauge(name: str, says: str, read: Callable[[], float | Mapping[str, float]], *, label: str = "") -> None:
    """Something that goes up and down."""
    _families[name] = Family("gauge", says, read, label)


def histogram(name: str, says: str, bounds: Sequence[float] = SECONDS) -> Histogram:
    """How sizes or times are spread: what to `note` them with."""
    made = Histogram(bounds)
    _families[name] = Family("histogram", says, lambda: made, "")
    return made


def snapshot() -> dict[str, Any]:
    """All numbers of this process as JSON can hold them: name → kind, says, label, values."""
    return {name: _read(family) for name, family in list(_families.items())}


def _read(family: Family) -> dict[str, Any]:
    told = {"kind": family.kind, "says": family.says, "label": family.label}
    value = family.read()
    if isinstance(value, Histogram):
        return {**told, "bounds": list(value.bounds), "counts": list(value.counts), "sum": value.sum}
    # A copy at once: whoever counts goes on meanwhile.
    return {**told, "values": dict(value) if isinstance(value, Mapping) else {"": value}}


class Counts:
    """What the live path counts, in this process."""

    __slots__ = (
        "arrivals_dropped", "closed", "events_in", "events_out", "frames_in", "frames_out", "gaps", "hints_shed", "layer_errors", "presence_shed",
        "resets", "syncs",
    )  # fmt: skip

    def __init__(self) -> None:
        self.frames_in = self.frames_out = self.events_in = self.events_out = 0
        self.gaps = self.syncs = self.resets = self.layer_errors = 0
        self.hints_shed = self.presence_shed = self.arrivals_dropped = 0
        # Close code → how many of our closes; "gone" are those that ended by themselves.
        self.closed: dict[str, int] = {}

    def close(self, code: object) -> None:
        self.closed[str(code)] = self.closed.get(str(code), 0) + 1


counts: Final = Counts()

counter("talkwave_frames_in_total", "Frames that clients sent.", lambda: counts.frames_in)
counter("talkwave_frames_out_total", "Frames that clients were sent.", lambda: counts.frames_out)
counter("talkwave_events_in_total", "Durable events heard from the channel layer.", lambda: counts.events_in)
counter("talkwave_events_out_total", "Durable events told, once for each socket.", lambda: counts.events_out)
counter(
    "talkwave_gaps_repaired_total", "Times a room's missing events were read from the database.", lambda: counts.gaps
)
counter("talkwave_syncs_total", "Times a client caught up a room.", lambda: counts.syncs)
counter(
    "talkwave_resyncs_total",
    "Times a client that caught up a room was too far behind, and began anew.",
    lambda: counts.resets,
)
counter(
    "talkwave_layer_errors_total", "Times the channel layer did not do what it was asked.", lambda: counts.layer_errors
)
counter(
    "talkwave_shed_total",
    "Hints that were left out under pressure.",
    lambda: {"typing": counts.hints_shed, "presence": counts.presence_shed},
    label="kind",
)
counter(
    "talkwave_sockets_closed_total",
    "Sockets that ended, by our close code (4408: a slow reader was cut); 'gone' ended by themselves.",
    lambda: counts.closed,
    label="code",
)
