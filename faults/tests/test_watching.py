"""What is measured while people talk: late answers count where they are late, and none is worse than any."""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from faults.history import History
from faults.people import Client, Who
from faults.watching import Stopwatch, pinging

ROOM = {"id": "1", "version": 0, "last_seq": 0, "read_seq": 0}


class Two:
    """Alice and Bob, who hold one room; what would come from a server is said by the test."""

    def __init__(self, folder: Path) -> None:
        self.alice, self.bob = (
            Client(Who(name, name, "", ""), [1], History(folder / f"{name}.jsonl"), dice=random.Random(1))
            for name in ("alice", "bob")
        )
        for client in (self.alice, self.bob):
            client.rooms.begin(ROOM)
        people: Any = SimpleNamespace(people=[SimpleNamespace(tabs=[client]) for client in (self.alice, self.bob)])
        self.watch = Stopwatch(people)

    async def says(self, client_id: str) -> None:
        said = self.alice.outbox.add("1", "hello", client_id)
        said.begun = time.monotonic()
        await self.alice.outbox.post(said)

    async def acknowledged(self, client_id: str, seq: int) -> None:
        ack = {"type": "ack", "client_id": client_id, "room": "1", "id": f"m{seq}", "seq": seq, "version": seq}
        await self.alice._come(ack)


def message(seq: int) -> dict[str, Any]:
    return {
        "id": f"m{seq}", "seq": seq, "version": seq, "body": "hello", "deleted": False, "kind": "text", "reactions": []
    }  # fmt: skip


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    two = Two(tmp_path)
    yield two
    two.alice.history.close()
    two.bob.history.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(at=100.0)
    monkeypatch.setattr("time.monotonic", lambda: now.at)
    return now


async def test_an_ack_that_is_held_up_counts_in_the_moment_its_message_was_sent(
    two: Two, clock: SimpleNamespace
) -> None:
    await two.says("c1")
    clock.at = 130.0
    await two.acknowledged("c1", 1)
    assert two.watch.acks_between(99, 110) == [30.0] and two.watch.acks_between(120, 140) == []
    assert two.watch.came_between(120, 140) == 1


async def test_what_is_never_answered_counts_as_never(two: Two, clock: SimpleNamespace) -> None:
    await two.says("c1")
    assert two.watch.acks_between(99, 110) == [math.inf]
    assert two.watch.acks_between(99, 110, by=[two.bob]) == []


async def test_what_came_by_sync_has_arrived_and_what_came_before_its_ack_has_too(
    two: Two, clock: SimpleNamespace
) -> None:
    await two.says("c1")
    await two.says("c2")
    clock.at = 101.0
    await two.bob._come({"type": "message.created", "room": "1", "version": 1, "message": message(1)})
    clock.at = 109.0
    held = two.bob.rooms["1"]
    held.synced(two.bob.history, {"messages": [message(2)], "version": 2})
    clock.at = 110.0
    await two.acknowledged("c1", 1)
    await two.acknowledged("c2", 2)
    assert two.watch.arrivals_between(99, 101) == [1.0, 9.0]


async def test_one_ping_that_is_held_up_does_not_keep_the_next_from_being_asked() -> None:
    asked = asyncio.Event()

    class Stuck:
        count = 0

        async def ping(self) -> float:
            self.count += 1
            if self.count > 2:
                asked.set()
            await asyncio.wait_for(asked.wait(), 10)
            return 1.0

    stuck: Any = Stuck()
    async with pinging([stuck], every=0.001) as took:
        await asked.wait()
    assert len(took) >= 3
