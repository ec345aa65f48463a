"""The short run: every case that has a small size, on real servers, judged by the checker; and proof that the checker
sees what is lost where it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.cases import all_cases
from faults.cases.registry import Case
from faults.running import Player
from faults.stage import Result, Stage
from faults.town import Proxy

# One after another: each of them has several processes of its own.
pytestmark = [pytest.mark.process, pytest.mark.xdist_group("town")]


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    with Player(Path(tmp_path_factory.mktemp("faults")), short=True) as playing:
        yield playing


@pytest.mark.parametrize("case", [case for case in all_cases() if case.short], ids=lambda case: case.id)
def test_nothing_is_lost_when(case: Case, player: Player) -> None:
    result = player.play(case)
    assert not result.problems, "\n".join([case.title, *result.problems, *result.notes])


@pytest.mark.parametrize("recovers", [True, False])
def test_what_a_client_without_recovery_misses_is_found(recovers: bool, player: Player) -> None:
    """Somebody's connection is cut while the others talk. Who syncs holds everything after it, who does not lacks it."""

    async def play(stage: Stage) -> None:
        town = await stage.town(servers=1)
        async with (
            Proxy(town.ports[0]) as proxy,
            stage.crowd(town, people=4, rooms=0, open_rooms=0, recovers=recovers, checked=False) as crowd,
        ):
            away = crowd.client(crowd.people[3].client.who, [proxy.port])
            await crowd.connected()
            crowd.people.pop()
            await crowd.act(2, {"say": 1})
            proxy.closed = True
            await proxy.cut()
            await crowd.act(2, {"say": 1})
            proxy.closed = False
            await crowd.until(lambda: away.away, "the one who was cut off to be back")
            await crowd.act(1, {"say": 1})
            last = max(client.rooms[crowd.rooms[0]].version for client in crowd.clients)
            await crowd.until(
                lambda: all(client.rooms[crowd.rooms[0]].version >= last for client in crowd.clients),
                "the last message",
            )
        stage.judge(crowd, town)

    result = player.act(Result("lossy", "a client without recovery"), play)
    found = {problem.partition(":")[0] for problem in result.problems}
    assert found == (set() if recovers else {"I3", "I4"}), result.problems
