"""What people read of a run."""

import math
from pathlib import Path
from typing import Any

import pytest

from faults import report
from faults.cases.registry import Case
from faults.stage import Figure, Result, Stage

MACHINE = {"cpu": "a machine", "cores": "2", "system": "Linux", "python": "3.11"}


async def play(stage: Stage) -> None:
    """Something is killed."""


CASES = [Case("F1", "a kill", play, short=True), Case("F2", "another", play, short=False)]


def test_a_figure_is_met_missed_or_only_told() -> None:
    assert Figure("a", 5, "s", at_most=5).met is True
    assert Figure("a", 5.1, "s", at_most=5).met is False
    assert Figure("a", 4, "s", at_least=5).met is False
    assert Figure("a", 4, "s").met is None


def stage(folder: Path, *, short: bool = False) -> Stage:
    nowhere: Any = None
    return Stage(nowhere, folder, Result("F1", "a kill"), short=short, towns={})


def test_a_percentile_of_too_few_is_not_kept_and_says_so(tmp_path: Path) -> None:
    played = stage(tmp_path)
    for values in ([], [0.1] * 99, [0.1] * 100, [0.1] * 98 + [math.inf] * 2):
        played.spread("acks", values, 99, at_most=0.5)
    none, few, enough, never = played.result.figures
    assert [figure.met for figure in (none, few, enough, never)] == [False, False, True, False]
    assert report.value_of(none) == "no samples" and report.value_of(enough) == "0.1 s"
    assert report.value_of(few) == "0.1 s, of 99 samples and not 100"
    assert report.value_of(never) == "never" and report.verdict_of(played.result) == "missed"


def test_what_a_short_run_measured_is_not_judged_and_of_how_many_neither(tmp_path: Path) -> None:
    played = stage(tmp_path, short=True)
    played.spread("acks", [], 99, at_most=0.5)
    assert played.result.figures[0].met is None and report.verdict_of(played.result) == "kept"


def test_a_case_of_which_something_was_not_judged_is_not_called_kept(tmp_path: Path) -> None:
    played = stage(tmp_path)
    played.unjudged("slope not judged")
    assert report.verdict_of(played.result) == "slope not judged"
    played.problem("it fell over")
    assert report.verdict_of(played.result) == "broken"


def test_the_page_has_the_last_long_run_of_each_case_and_says_what_was_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "promises.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    for name, path in (("PAGE", page), ("ROOT", tmp_path), ("RESULTS", tmp_path), ("LATEST", tmp_path / "latest")):
        monkeypatch.setattr(report, name, path)
    kept = Result("F1", "a kill", [Figure("back after", 3.2, "s", at_most=5), Figure("longest", 40, "s", at_most=30)])
    kept.unjudged = "slope not judged"
    report.keep_latest(kept)
    ((again, _),) = report.latest()
    assert again == kept
    report.keep([Result("F2", "another")], MACHINE, short=True)
    report.publish(CASES, MACHINE)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| F1 | a kill | missed |" in text and "| F2 | another | not run yet | |" in text
    assert "| back after | 3.2 s | ≤ 5 s | ✓ |" in text and "| longest | 40 s | ≤ 30 s | **missed** |" in text
    assert "Something is killed." in text
