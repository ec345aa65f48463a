"""The table of a million messages."""

from benchmarks import history, past


def _figure(database, messages, case, p50, p95):
    return {"database": database, "messages": messages, "case": case, "p50": p50, "p95": p95, "times": [p50, p95]}


def test_the_table_stands_beside_its_goals_and_marks_what_misses_them():
    figures = [
        _figure("sqlite", 1_000_000, "newest", 4.0, 9.0),
        _figure("sqlite", history.SMALL, "newest", 4.0, 8.0),
        _figure("postgresql", 1_000_000, "search", 20.0, 61.0),
    ]
    lines = history.table(figures, 1_000_000).splitlines()
    assert lines[2] == "| the newest page | 30 | 4.0 / 9.0 | 4.0 / 8.0 | – | – |"
    assert "| search, all kinds together | 60 | – | – | 20.0 / 61.0 (!) | – |" in lines
    assert len(lines) == 2 + len(history.CASES)


def test_every_case_that_is_measured_has_a_goal():
    from benchmarks.history_measure import ROUND, SEARCHES

    pages = {"newest", "back", "date", "around", "calendar", "sync", "pane"}
    assert set(SEARCHES) | pages | {"search"} == set(history.CASES)
    assert len(SEARCHES) + len(pages) == ROUND


def test_rooms_of_several_sizes_show_what_grows():
    assert history.sizes(1_000_000) == [10_000, 100_000, 1_000_000]
    assert history.sizes(20_000) == [10_000, 20_000]
    figures = [_figure("sqlite", size, "date", 4.0, size / 10_000) for size in history.sizes(1_000_000)]
    lines = history.growth(figures).splitlines()
    assert lines[0] == "| 95th percentile, ms | in 10,000 | in 100,000 | in 1,000,000 |"
    assert "| a jump to a day, SQLite | 1.0 | 10.0 | 100.0 |" in lines


def test_a_larger_room_stands_beside_the_one_the_goals_are_about_and_is_not_judged():
    assert history.sizes(10_000_000) == [10_000, 100_000, 1_000_000, 10_000_000]
    figures = [_figure("sqlite", size, "date", 4.0, size / 100_000) for size in history.sizes(10_000_000)]
    lines = history.table(figures, 10_000_000).splitlines()
    assert lines[0].startswith(
        "| 50th / 95th percentile, ms, in 1,000,000 messages | goal | SQLite | in 10,000 | in 10,000,000 |"
    )
    assert lines[1].count("|") == lines[0].count("|")
    assert "| a jump to a day | 30 | 4.0 / 10.0 | 4.0 / 0.1 | 4.0 / 100.0 | – | – | – |" in lines
    assert past.of_figures(figures).reached == {"date": 10.0}
    (drawn,) = past.of_figures(figures).plots()
    assert drawn.curves[0].points[-1] == (10_000_000, 100.0)
    # Without the room they are about, the goals stand as not measured.
    assert past.of_figures(figures[:2]).reached == {}


def test_a_case_without_a_goal_is_never_missed():
    assert "(!)" not in history.table([_figure("sqlite", 1_000_000, "sync", 400.0, 900.0)], 1_000_000)


def test_the_page_keeps_a_place_for_it():
    page = history.report.PAGE.read_text()
    assert page.index(history.BEGIN) < page.index(history.END)
