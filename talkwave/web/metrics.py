"""/metrics: what the processes of this machine count (talkwave/web/counting.py), as Prometheus reads it.

A scrape reaches whichever process takes the connection, so every process leaves its numbers in the data folder each
few seconds, and the one that is asked answers for all, each with its name as the label `process`.
"""

import hmac
import ipaddress
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from talkwave import __version__
from talkwave.web import counting
from talkwave.web.address import request_address

log = logging.getLogger(__name__)

PATH: Final = "/metrics"
LEAVE_SECONDS: Final = 5.0
# Numbers older than this are of a process that is gone.
GONE_SECONDS: Final = 20.0

_name = ""


class MetricsMiddleware:
    """Answers PATH before anything else looks at it: a scraper comes by address, over http, without a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != PATH:
            return self._get_response(request)
        if not _may_read(request):
            # As if there were nothing.
            return HttpResponse(status=404)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        registry = CollectorRegistry()
        registry.register(_Everything())  # type: ignore[arg-type]  # a collector is what has `collect`
        answer = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
        answer["Cache-Control"] = "no-store"
        return answer


def _may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN whoever has it, else whoever comes from METRICS_FROM."""
    if settings.METRICS_TOKEN:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode(), settings.METRICS_TOKEN.encode()
        )
    if not settings.TRUSTED_PROXY_COUNT and ("X-Forwarded-For" in request.headers or "Forwarded" in request.headers):
        # A proxy nobody told us of: everybody in the world would be at its address.
        return False
    try:
        address = ipaddress.ip_address(request_address(request))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in settings.METRICS_FROM)


class _Everything:
    """A collector, as prometheus_client calls it, over the numbers of all processes."""

    def collect(self) -> Iterable[Metric]:
        merged: dict[str, Metric] = {}
        for process, families in _processes():
            for name, told in families.items():
                metric = merged.get(name) or merged.setdefault(name, _empty(name, told))
                _add(metric, process, told)
        return merged.values()


def _empty(name: str, told: dict[str, Any]) -> Metric:
    labels = ["process", *filter(None, told["label"].split("|"))]
    makes: Any = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}
    return makes[told["kind"]](name.removesuffix("_total"), told["says"], labels=labels)  # type: ignore[no-any-return]


def _add(metric: Any, process: str, told: dict[str, Any]) -> None:
    if told["kind"] == "histogram":
        total, buckets = 0, []
        for bound, count in zip([*map(str, told["bounds"]), "+Inf"], told["counts"], strict=True):
            total += count
            buckets.append((bound, total))
        metric.add_metric([process], buckets, told["sum"])
        return
    for value, number in told["values"].items():
        metric.add_metric([process, *(value.split("|") if told["label"] else [])], number)


# --- the processes of this machine ------------------------------------------------------------------------
def leave(name: str) -> None:
    """From now on this process leaves its numbers for the others, as `name`: `server-1`, `worker`."""
    global _name
    _name = name
    threading.Thread(target=_leave_for_ever, name="metrics", daemon=True).start()


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "run"


def _leave_for_ever() -> None:
    while True:
        try:
            write()
        except Exception as error:  # a disk that is full, for one: numbers are not worth a word a second
            log.debug("numbers could not be left: %s", error)
        time.sleep(LEAVE_SECONDS)


def write() -> None:
    """Leaves this process's numbers as they are now."""
    _folder().mkdir(exist_ok=True, mode=0o700)
    fresh = _folder() / f"metrics-{_name}.new"
    fresh.write_text(json.dumps({"at": time.time(), "families": counting.snapshot()}), encoding="utf-8")
    fresh.replace(fresh.with_suffix(".json"))


def _processes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every process that lives, and its numbers: of this one as they are, of the others as they were left."""
    own = _name or "this"
    yield own, counting.snapshot()
    for path in sorted(_folder().glob("metrics-*.json")):
        name = path.stem.removeprefix("metrics-")
        if name == own:
            continue
        try:
            left = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if time.time() - left["at"] < GONE_SECONDS:
            yield name, left["families"]


# --- numbers of the process itself, and of the web ---------------------------------------------------------
def _resident() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):  # no Linux
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _files() -> float:
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except OSError:
        return 0


class HttpCounts:
    """Answers by view and class of status; requests come on many threads, so under a lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.answers: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    def note(self, view: str, status: int, seconds: float) -> None:
        """`view` is the name of an address in the code, so there are only so many."""
        key = f"{view}|{status // 100}xx"
        with self._lock:
            self.answers[key] = self.answers.get(key, 0) + 1
            self.seconds[view] = self.seconds.get(view, 0.0) + seconds


http: Final = HttpCounts()
_started: Final = time.time()

counting.gauge("talkwave_info", "The version that runs.", lambda: {__version__: 1}, label="version")
counting.gauge("talkwave_start_time_seconds", "When the process started.", lambda: _started)
counting.counter("talkwave_cpu_seconds_total", "Processor time of the process.", time.process_time)
counting.gauge("talkwave_resident_bytes", "Memory of the process.", _resident)
counting.gauge("talkwave_open_files", "File descriptors of the process.", _files)
counting.gauge("talkwave_threads", "Threads of the process.", threading.active_count)
counting.counter("talkwave_http_answers_total", "Answers over HTTP.", lambda: http.answers, label="view|status")
counting.counter("talkwave_http_seconds_total", "Time spent on them.", lambda: http.seconds, label="view")
