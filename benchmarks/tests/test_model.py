"""The model of more processes and machines."""

import pytest

from benchmarks import model, processes
from benchmarks.cases import Figure
from benchmarks.goals import amount
from benchmarks.model import Cost, Site
from benchmarks.outcome import Outcome, Table


def test_what_every_process_does_is_told_from_what_one_of_them_does():
    costs = model.fit({"server": 300e-6, "valkey": 10e-6}, {"server": 340e-6, "valkey": 20e-6})
    assert costs["server"] == Cost(pytest.approx(260e-6), pytest.approx(40e-6))
    assert costs["server"].at(4) == pytest.approx(420e-6)
    # All of it is hearing: with four it is four times as much.
    assert costs["valkey"].at(4) == pytest.approx(40e-6)


def test_a_part_that_was_cheaper_with_two_costs_the_mean_and_no_less_with_four():
    costs = model.fit({"postgresql": 200e-6}, {"postgresql": 160e-6})
    assert costs["postgresql"].at(1) == costs["postgresql"].at(4) == pytest.approx(180e-6)


def test_processes_that_share_nothing_are_as_many_times_as_quick():
    costs = {"server": Cost(500e-6, 0.0)}
    assert model.on_one_machine(costs, 1, 1, 1.0) == pytest.approx(2_000)
    assert model.on_one_machine(costs, 4, 4, 1.0) == pytest.approx(8_000)


def test_hearing_bends_the_curve():
    costs = {"server": Cost(400e-6, 100e-6)}
    rates = [model.on_one_machine(costs, count, count, 1.0) for count in (1, 2, 4)]
    assert rates == pytest.approx([2_000, 3_333.3, 5_000], rel=1e-4)


@pytest.mark.parametrize(
    ("site", "rate", "limit"),
    [
        (Site(machines=1, cores=4, database_cores=4), 4 / 480e-6, "the server processes"),
        (Site(machines=8, cores=4, database_cores=1), 1 / 100e-6, "PostgreSQL"),
        (Site(machines=8, cores=4, database_cores=16), 1 / 96e-6, "Valkey"),
    ],
)
def test_the_narrowest_part_holds_a_cluster_back_and_is_named(site, rate, limit):
    costs = {
        "server": Cost(400e-6, 10e-6),
        "worker": Cost(40e-6, 0.0),
        "postgresql": Cost(100e-6, 0.0),
        "valkey": Cost(0.0, 3e-6),
    }
    reached, named = model.of_a_site(costs, site, busy=1.0)
    assert (named, reached) == (limit, pytest.approx(rate))


def _figures(costs):
    """One core full, at whatever a message costs."""
    figures = {}
    for number, micros in costs.items():
        parts = {"server": micros * 1e-6, "postgresql": 100e-6, "valkey": 0.0, "worker": 0.0}
        for workload in processes.WORKLOADS:
            figures[workload, number] = Figure(
                "talkwave", workload, 0.0, messages=1 / sum(parts.values()), parts=parts, memory_mb=100.0
            )
    return figures


def test_predicted_stands_beside_measured_and_says_what_it_is():
    told = Outcome("processes")
    figures = _figures({1: 300, 2: 340, 4: 460})
    processes._tell(told, figures, [1, 2, 4], {1: 1, 2: 1, 4: 1}, [("beside the load", figures["fan-out", 2])])
    # Twice what both did on one core: 2 / 440 against 1 / 400.
    assert told.reached["second process"] == pytest.approx(2 * 400 / 440)
    assert told.reckoned == ["second process"]
    table = next(part for part in told.said if isinstance(part, Table))
    rows = {row[0]: row[1:] for row in table.rows}
    assert all(len(row) == len(table.head) for row in table.rows)
    assert rows["a room of 200 each, 2"][-2:] == ["(from it)", ""]
    # The model expects 300 + 3 * 40 = 420 for the servers; they took 460.
    assert rows["a room of 200 each, 4"][-2:] == [amount(4 / 520e-6), "-7%"]
    assert "beside the load" in rows
    assert "no core each beside the load" in told.said[0]


def test_with_a_core_each_nothing_is_reckoned():
    told = Outcome("processes")
    processes._tell(told, _figures({1: 300, 2: 150}), [1, 2], {1: 1, 2: 2}, [])
    assert told.reached["second process"] == pytest.approx(400 / 250) and not told.reckoned
    assert "each had a core" in told.said[0] and "no core each" not in told.said[0]
