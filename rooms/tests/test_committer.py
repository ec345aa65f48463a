"""The committer: what fails for one message, or once, costs the others nothing, and never ends it."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError

from rooms import committer
from rooms.actions.posting import Draft
from talkwave.errors import Refused


class Sender:
    """Stands for a consumer: it remembers what it was answered."""

    def __init__(self, body="hello", *, breaks=False):
        self.body = body
        self.answers = []
        self.breaks = breaks
        self.socket = SimpleNamespace(push_json=self.told)

    def told(self, answer):
        if self.breaks:
            raise RuntimeError("it cannot be told")
        self.answers.append(answer)

    def refuse(self, refusal, command):
        self.told(refusal.code)


@pytest.fixture
def commit(monkeypatch):
    """Commits what these say with `store` in the place of the database."""
    monkeypatch.setattr(committer, "ack", lambda message, ref: message)

    def run(store, *senders):
        monkeypatch.setattr(committer, "post_messages", store)

        async def go():
            running = committer.Committer()
            running.start()
            for sender in senders:
                running.submit(Draft(1, 1, sender.body), sender, {})
            async with asyncio.timeout(10):
                await running.stop()

        asyncio.run(go())

    return run


def test_a_connection_that_breaks_costs_a_message_nothing(commit):
    broken = [InterfaceError("connection already closed")]

    def store(drafts):
        if broken:
            raise broken.pop()
        return ["stored" for _ in drafts]

    a, b = Sender(), Sender()
    commit(store, a, b)
    assert a.answers == b.answers == ["stored"]


def test_where_the_database_stays_away_everybody_is_asked_to_come_again(commit):
    tried = []

    def store(drafts):
        tried.append(len(drafts))
        raise OperationalError("no connection")

    a, b = Sender(), Sender()
    commit(store, a, b)
    assert a.answers == b.answers == ["unavailable"]
    # Together, twice; not each of them anew.
    assert tried == [2, 2]


def test_one_that_cannot_be_stored_costs_the_others_nothing(commit):
    def store(drafts):
        if any(draft.body == "bad" for draft in drafts):
            raise RuntimeError("this one")
        return [Refused("forbidden", "no") if draft.body == "mad" else "stored" for draft in drafts]

    a, bad, mad, b = Sender(), Sender("bad"), Sender("mad"), Sender()
    commit(store, a, bad, mad, b)
    assert a.answers == b.answers == ["stored"]
    assert bad.answers == ["unavailable"] and mad.answers == ["forbidden"]


def test_one_that_cannot_be_told_costs_the_others_nothing(commit):
    a, b, c = Sender(), Sender(breaks=True), Sender()
    commit(lambda drafts: ["stored" for _ in drafts], a, b, c)
    assert a.answers == c.answers == ["stored"]
