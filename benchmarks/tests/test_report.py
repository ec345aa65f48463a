"""Runs become a table, a page and a picture."""

import xml.dom.minidom

from benchmarks import chart, report
from benchmarks.cases import Figure

TITLES = {"talkwave": "TalkWave on daphne", "textbook": "Textbook <Channels>"}


def _figures():
    return [
        Figure("talkwave", "fan-out", 600_000.0),
        Figure("textbook", "fan-out", 5_000.0, complaints=["3 of 900 deliveries lost"]),
        Figure("talkwave", "latency", 10.0, p50=4.0, p95=8.0, p99=10.0),
        Figure("textbook", "latency", 4_000.0, p50=2000.0, p95=3900.0, p99=4000.0),
    ]


def test_of_several_runs_the_middle_one_counts_and_no_complaint_is_lost():
    runs = [Figure("talkwave", "fan-out", value) for value in (3.0, 1.0, 2.0)]
    runs[1].complaints = ["lost"]
    (middle,) = report.medians(runs)
    assert middle.value == 2.0 and middle.complaints == ["lost"]


def test_the_table_shows_ratios_and_what_did_not_add_up():
    text = report.tables(_figures(), TITLES, {"cpu": "A", "cores": "2", "system": "Linux", "python": "3.11"}, "today")
    assert "| Textbook <Channels> | 5,000 | 120 × |" in text
    assert "| Textbook <Channels> | 2,000 | 3,900 | 4,000 | 400 × |" in text
    assert "- Textbook <Channels>: 3 of 900 deliveries lost" in text


def test_the_chart_is_well_formed_and_knows_the_dark():
    drawn = chart.draw(_figures(), TITLES)
    assert xml.dom.minidom.parseString(drawn).documentElement.tagName == "svg"  # noqa: S318
    assert "prefers-color-scheme: dark" in drawn


def test_numbers_have_three_digits():
    assert [report.number(value) for value in (0, 4.567, 61.66, 5386, 1_234_567)] == [
        "–", "4.57", "61.7", "5,390", "1,230,000",
    ]  # fmt: skip
