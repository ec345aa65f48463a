"""The worker: what is due is done, beside the talk, whatever goes wrong."""

import os
import signal
import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError

from talkwave import work
from talkwave.tests.served import Served, alive, until
from talkwave.work import Chore, Worker

PATIENCE = 20


@pytest.fixture
def working():
    running = []

    def start(*chores: Chore) -> Worker:
        worker = Worker(list(chores))
        worker.start()
        running.append(worker)
        return worker

    yield start
    for worker in running:
        worker.stop()


def test_a_chore_is_done_until_nothing_is_due_and_again_when_it_is_time(working):
    left, often = [3], threading.Event()

    def count() -> bool:
        left[0] -= 1
        if left[0] < -2:
            often.set()
        return left[0] > 0

    working(Chore(count, every=0.01))
    assert often.wait(PATIENCE)


def test_one_that_fails_is_tried_again_and_holds_up_no_other(working, monkeypatch, caplog):
    monkeypatch.setattr(work, "REST_FIRST", 0.01)
    tries, other = [], threading.Event()

    def fails() -> bool:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("away") if len(tries) == 2 else ValueError("not yet")
        other.set()
        return False

    never = threading.Event()

    def hangs() -> bool:
        never.wait()
        return False

    worker = working(Chore(hangs, every=60), Chore(fails, every=0.01))
    assert other.wait(PATIENCE)
    never.set()
    worker.stop()
    assert "the chore fails failed" in caplog.text
    assert "the chore fails waits, the database is away: OperationalError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_woken_after_a_commit_it_looks_at_once(working):
    looks = threading.Semaphore(0)

    def look() -> bool:
        looks.release()
        return False

    working(Chore(look, every=3600))
    assert looks.acquire(timeout=PATIENCE)
    # It may not listen yet: said until it is heard.
    assert any(work.wake() or looks.acquire(timeout=0.5) for _ in range(40))


@pytest.mark.process
def test_a_killed_worker_is_started_again(serve: Callable[..., Served]) -> None:
    with serve() as server:
        killed = until(lambda: server.child("--parent="), "the worker")
        os.kill(killed, signal.SIGKILL)
        until(lambda: not alive(killed), "its end")
        assert until(lambda: server.child("--parent="), "another worker") != killed
        assert server.ready()
