"""Runs become a table, a page and a picture."""

import xml.dom.minidom

import pytest

from benchmarks import chart, goals, outcome, plot, report
from benchmarks.cases import Figure
from benchmarks.outcome import Curve, Outcome, Plot, Table

TITLES = {"talkwave": "TalkWave on daphne", "textbook": "Textbook <Channels>"}
MACHINE = {"cpu": "A", "cores": "2", "system": "Linux", "python": "3.11"}


def _figures():
    return [
        Figure("talkwave", "fan-out", 600_000.0),
        Figure("textbook", "fan-out", 5_000.0, complaints=["3 of 900 deliveries lost"]),
        Figure("talkwave", "latency", 10.0, p50=4.0, p95=8.0, p99=10.0),
        Figure("textbook", "latency", 4_000.0, p50=2000.0, p95=3900.0, p99=4000.0),
    ]


def _plot(name="members-time"):
    curves = [Curve("daphne <one>", [(10, 1.5), (10_000, 300)]), Curve("uvicorn", [(10, 1), (10_000, 90)])]
    return Plot(name, "One message at every member", "members", "milliseconds", curves)


def _parsed(drawn):
    return xml.dom.minidom.parseString(drawn).documentElement  # noqa: S318


# --- the peers ---------------------------------------------------------------------------------------


def test_of_several_runs_the_middle_one_counts_and_no_complaint_is_lost():
    runs = [Figure("talkwave", "fan-out", value) for value in (3.0, 1.0, 2.0)]
    runs[1].complaints = ["lost"]
    (middle,) = report.medians(runs)
    assert middle.value == 2.0 and middle.complaints == ["lost"]


def test_the_table_shows_ratios_and_what_did_not_add_up():
    said = "\n".join(report.section(report.of_peers(_figures(), TITLES)))
    assert "| Textbook <Channels> | 5,000 | 120 × |" in said
    assert "| Textbook <Channels> | 2,000 | 3,900 | 4,000 | 400 × |" in said
    assert "3 of 900 deliveries lost" in said


def test_the_peers_give_the_figures_of_their_goals():
    figures = [*_figures(), Figure("talkwave-uvicorn", "latency", 7.0, p50=1.0, p95=2.0, p99=7.0)]
    told = report.of_peers(figures, {**TITLES, "talkwave-uvicorn": "TalkWave on uvicorn"})
    assert told.reached == {"fan-out": 600_000.0, "latency": 10.0, "latency uvicorn": 7.0}


# --- goals -------------------------------------------------------------------------------------------


def test_a_goal_is_met_or_named_with_the_figure_reached():
    told = {
        "peers": Outcome("peers", reached={"fan-out": 600_000.0, "many-rooms": 3_950.0, "latency": 20.1}),
        "members": Outcome("members", reached={"big room": 399.0}),
    }
    rows = {row[0]: row[1:] for row in goals.table(told).rows}
    assert rows["one room of 200, in a closed loop"][1:] == ["600,000 deliveries/s", "met, the aim of 1,000,000 missed"]
    assert rows["60 rooms of 5, everybody sending"][1:] == ["3,950 messages/s", "**not met**"]
    assert rows["a room of 5,000 sockets: one message at every one"][2] == "met"
    assert rows["a second server process on a second core"][1:] == ["–", "not measured"]


def test_what_is_missed_says_why_and_what_was_not_measured_is_not_passed_over(monkeypatch):
    monkeypatch.setattr(
        goals,
        "GOALS",
        [
            goals.Goal(
                "a", "peers", "one room", 600, "messages/s", more=True, then=1_000, why="it is what a core does"
            ),
            goals.Goal("b", "peers", "a message: on one server", 20, "ms"),
            goals.Goal("c", "peers", "… on the other", 20, "ms"),
            goals.Goal("d", "members", "a member", 45, "KB"),
        ],
    )
    told = {"peers": Outcome("peers", reached={"a": 600.0, "b": 20.1, "c": 20.0})}
    assert [row[3] for row in goals.table(told).rows] == [
        "met, the aim of 1,000 missed", "**not met**", "met", "not measured",
    ]  # fmt: skip
    assert goals.missed(told) == [
        "one room: 600 messages/s, wanted 1,000; it is what a core does",
        "a message: on one server: 20.1 ms, wanted 20; why is not known yet",
        "a member: not measured",
    ]
    told["peers"].reached |= {"a": 1_000.0, "c": 21.0}
    assert goals.missed(told)[1] == "a message: on the other: 21 ms, wanted 20; why is not known yet"
    assert goals.table(told).rows[0][3] == "met"


def test_a_figure_that_was_reckoned_says_so():
    told = {"processes": Outcome("processes", reached={"second process": 1.8}, reckoned=["second process"])}
    rows = {row[0]: row[1:] for row in goals.table(told).rows}
    assert rows["a second server process on a second core"][1:] == ["1.8 times (reckoned)", "met"]


def test_numbers_have_three_digits():
    assert [goals.amount(value) for value in (0, 4.567, 61.66, 5386, 1_234_567)] == [
        "–", "4.57", "61.7", "5,390", "1,230,000",
    ]  # fmt: skip


# --- what is kept ------------------------------------------------------------------------------------


def test_an_outcome_comes_back_as_it_was_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(outcome, "LATEST", tmp_path)
    said = ["Words.", Table(["what", "ms"], [["a", "1"]]), _plot()]
    told = Outcome("members", {"big room": 9.0}, said, ["odd"], day="2026-11-22", raw={"a": [1]}, reckoned=["big room"])
    outcome.keep(told)
    assert outcome.latest("members") == told
    assert outcome.latest("rooms") is None


# --- pages and pictures ------------------------------------------------------------------------------


def test_publishing_writes_between_the_marks_and_nowhere_else(tmp_path, monkeypatch):
    for name in ("PAGE", "SCALING"):
        page = tmp_path / f"{name}.md"
        page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
        monkeypatch.setattr(report, name, page)
    monkeypatch.setattr(report, "PICTURES", tmp_path / "img")
    peers = report.of_peers(_figures(), TITLES)
    peers.day = "2026-11-22"
    told = {
        "peers": peers,
        "members": Outcome("members", {}, ["Sockets.", _plot()], ["odd"], day="2026-11-23"),
        "processes": Outcome("processes", {}, ["Cores.", _plot("processes")], day="2026-11-24"),
    }
    written = report.publish(told, TITLES, MACHINE)
    speed = report.PAGE.read_text()
    assert speed.startswith("before\n") and speed.endswith("after\n") and "old" not in speed
    assert "2026-11-22 and 2026-11-23" in speed
    assert "- a second server process on a second core: not measured." in speed
    assert "![One message at every member](img/members-time.svg)" in speed and "- odd" in speed
    assert "Cores." not in speed and "Cores." in report.SCALING.read_text()
    assert {path.name for path in written} >= {"speed.svg", "members-time.svg", "processes.svg"}


def test_pages_keep_their_places():
    for page in (report.PAGE, report.SCALING):
        text = page.read_text()
        assert text.index(report.BEGIN) < text.index(report.END)


@pytest.mark.parametrize("drawn", [chart.draw(_figures(), TITLES), plot.draw(_plot())])
def test_pictures_are_well_formed_and_know_the_dark(drawn):
    assert _parsed(drawn).tagName == "svg"
    assert "prefers-color-scheme: dark" in drawn


def test_a_plot_says_in_words_what_it_shows():
    description = _parsed(plot.draw(_plot())).getElementsByTagName("desc")[0].firstChild.data
    assert description == (
        "milliseconds by members. daphne <one>: 1.5 at 10, 300 at 10,000. uvicorn: 1 at 10, 90 at 10,000."
    )


def test_ten_times_as_much_is_as_far_everywhere_on_a_scale():
    scale = plot.Scale([12.0, 9_000.0], 0, 300)
    assert [round(scale.at(value)) for value in (10, 100, 1_000, 10_000)] == [0, 100, 200, 300]
    assert scale.ticks() == [10, 100, 1_000, 10_000]
    assert plot.Scale([1.0, 4.0], 0, 1).ticks() == [1, 2, 5]
    # One value alone still has an axis.
    assert plot.Scale([5.0], 0, 100).at(5.0) == pytest.approx(50)


def test_a_point_that_is_nothing_is_left_out_of_a_logarithmic_plot():
    curves = [Curve("a", [(0, 5), (10, 1)])]
    assert plot.draw(Plot("n", "t", "x", "y", curves)).count("<circle") == 1
    with pytest.raises(ValueError, match="nothing to draw"):
        plot.draw(Plot("n", "t", "x", "y", [Curve("a", [(1, 0)])]))


def test_a_table_on_the_terminal_stands_in_columns():
    table = Table(["what", "ms"], [["short", "1"], ["a longer one", "**200**"]])
    assert report.aligned(table) == "  what           ms\n  short           1\n  a longer one  200\n"
