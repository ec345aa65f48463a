"""/metrics: who may read it, what it tells of how many processes, and that it names nobody."""

import json
import re
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import LazySettings
from django.test import Client as Browser
from prometheus_client.parser import text_string_to_metric_families

from talkwave.web import metrics

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def scrape(client: Browser) -> Any:
    def ask(**headers: str) -> Any:
        return client.get("/metrics", headers=headers)

    return ask


def told(text: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Sample name → the process and its other labels → number; raises where Prometheus could not read it."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            process = sample.labels["process"]
            others = sorted((name, value) for name, value in sample.labels.items() if name != "process")
            found.setdefault(sample.name, {})[process, *(value for _, value in others)] = sample.value
    return found


# --- who may read it ---------------------------------------------------------------------------------------
def test_this_machine_may_read_it_and_gets_what_prometheus_reads(scrape: Any) -> None:
    answer = scrape()
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain")
    assert told(answer.content.decode())["talkwave_sockets"]["this",] == 0


def test_the_world_finds_nothing_there(client: Browser, settings: LazySettings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    settings.TRUSTED_PROXY_COUNT = 1
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 200


def test_behind_a_proxy_nobody_was_told_of_nobody_reads_it(scrape: Any) -> None:
    assert scrape(**{"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_with_a_token_it_is_the_token_that_counts(scrape: Any, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = "open-sesame"
    assert scrape().status_code == 404
    assert scrape(Authorization="Bearer open-sesam").status_code == 404
    assert scrape(Authorization="Bearer open-sesame").status_code == 200


def test_no_networks_is_nobody(scrape: Any, settings: LazySettings) -> None:
    settings.METRICS_FROM = []
    assert scrape().status_code == 404


def test_it_is_only_read(client: Browser) -> None:
    assert client.post("/metrics").status_code == 405


# --- what it tells -------------------------------------------------------------------------------------------
def test_it_tells_of_every_process_that_left_its_numbers_lately(scrape: Any, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "run").mkdir()
    family = {"kind": "gauge", "says": "Sockets that are open.", "label": "", "values": {"": 7}}
    for name, at in (("server-2", time.time()), ("server-3", time.time() - 3600)):
        left = {"at": at, "families": {"talkwave_sockets": family}}
        (tmp_path / "run" / f"metrics-{name}.json").write_text(json.dumps(left))
    (tmp_path / "run" / "metrics-server-4.json").write_text("{ half a li")
    assert told(scrape().content.decode())["talkwave_sockets"] == {("this",): 0, ("server-2",): 7}


def test_what_one_process_leaves_another_can_read(scrape: Any, tmp_path: Path, settings: Any, monkeypatch: Any) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(metrics, "_name", "server-9")
    metrics.write()
    monkeypatch.setattr(metrics, "_name", "")
    here = told(scrape().content.decode())
    assert {process for process, *_ in here["talkwave_loop_lag_seconds_count"]} == {"this", "server-9"}


def test_requests_are_counted_by_the_name_of_their_view_and_the_class_of_the_answer(scrape: Any, db: None) -> None:
    def count(view: str, status: str) -> float:
        return told(scrape().content.decode()).get("talkwave_http_answers_total", {}).get(("this", status, view), 0)

    before = count("account_login", "2xx"), count("none", "4xx")
    Browser().get("/accounts/login/")
    Browser().get("/there/is/no/such/page")
    assert (count("account_login", "2xx"), count("none", "4xx")) == (before[0] + 1, before[1] + 1)


@pytest.fixture
def numbers(server: Any) -> Iterator[Any]:
    def ask() -> dict[str, float]:
        """Of the one server process, by name and labels."""
        with urllib.request.urlopen(f"{server.url}/metrics") as answer:
            samples = told(answer.read().decode())
        return {
            " ".join([name, *labels[1:]]): value
            for name, by_labels in samples.items()
            for labels, value in by_labels.items()
            if labels[0] == server.name
        }

    yield ask


def test_a_message_shows_in_all_that_it_touches_and_names_nobody(
    numbers: Any, server: Any, connect: Any, room: Any, alice: Any, bob: Any
) -> None:
    before = numbers()
    a, b = connect(alice), connect(bob)
    for number in range(3):
        a.say(room, f"hush-{number}")
        b.until("message.created")
    a.ask(type="sync", room=str(room.pk), version=0)
    slow = connect(bob)
    slow.raw(b"binary")
    assert slow.closed_with() == 4413
    now = numbers()

    def more(name: str) -> float:
        return now.get(name, 0) - before.get(name, 0)

    assert now["talkwave_sockets"] >= 2 and now["talkwave_people"] >= 2
    assert more("talkwave_commit_seconds_count") == 3 and more("talkwave_commit_batch_sum") == 3
    assert more("talkwave_events_in_total") >= 3 and more("talkwave_events_out_total") >= 6
    assert more("talkwave_frames_in_total") >= 4 and more("talkwave_frames_out_total") >= 6
    assert more("talkwave_fanout_seconds_count") >= 3
    assert more("talkwave_syncs_total") == 1
    assert more("talkwave_sockets_closed_total 4413") == 1
    assert now["talkwave_resident_bytes"] > 10_000_000
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        text = answer.read().decode()
    assert not re.search(rf"alice|bob|hush|\bden\b|{uuid.UUID(int=0)}", text)


def test_every_histogram_grows_with_its_bounds(scrape: Any) -> None:
    for name, samples in told(scrape().content.decode()).items():
        if name.endswith("_bucket"):
            counts = [count for (process, _), count in samples.items() if process == "this"]
            assert counts == sorted(counts), name


# --- what comes with it for who runs it -------------------------------------------------------------------------
def known() -> set[str]:
    """Every name that can be asked for: of the families, as a server process and the worker have them."""
    found = set()
    sources = "".join(path.read_text() for app in ("talkwave", "rooms") for path in (ROOT / app).rglob("*.py"))
    for kind, name in re.findall(r'(counter|gauge|histogram)\(\s*"(talkwave_\w+)"', sources):
        found |= {f"{name}{end}" for end in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
    return found


def test_the_dashboard_and_the_alerts_ask_for_numbers_that_there_are() -> None:
    board = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    rules = yaml.safe_load((ROOT / "deploy/prometheus-alerts.yml").read_text())
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(asked) >= 15 and len(alerts) >= 6
    assert all({"alert", "expr", "labels", "annotations"} <= set(rule) for rule in alerts)
    assert len({rule["alert"] for rule in alerts}) == len(alerts)
    names = set(re.findall(r"talkwave_\w+", " ".join([*asked, *(rule["expr"] for rule in alerts)])))
    assert names and names <= known()


def test_panels_have_places_of_their_own() -> None:
    board = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text())
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in board["panels"]]
    assert len(set(places)) == len(places) and len({p["id"] for p in board["panels"]}) == len(places)


def test_operators_find_every_number_explained() -> None:
    page = (ROOT / "docs/operators.md").read_text()
    base = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known()}
    assert not sorted(name for name in base if f"`{name}`" not in page)
