"""What people read of a run."""

from pathlib import Path

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


def test_the_page_has_the_last_long_run_of_each_case_and_says_what_was_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "promises.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    for name, path in (("PAGE", page), ("ROOT", tmp_path), ("RESULTS", tmp_path), ("LATEST", tmp_path / "latest")):
        monkeypatch.setattr(report, name, path)
    kept = Result("F1", "a kill", [Figure("back after", 3.2, "s", at_most=5), Figure("longest", 40, "s", at_most=30)])
    report.keep_latest(kept)
    report.keep([Result("F2", "another")], MACHINE, short=True)
    report.publish(CASES, MACHINE)
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "| F1 | a kill | missed |" in text and "| F2 | another | not run yet | |" in text
    assert "| back after | 3.2 s | ≤ 5 s | ✓ |" in text and "| longest | 40 s | ≤ 30 s | **missed** |" in text
    assert "Something is killed." in text
