"""What one server process writes down of the people connected to it, round by round."""

import pytest

from presence.tracker import PresenceTracker

# Above whoever else may be here in this Valkey.
ANN, BEN, CLEO = range(10**12 + 100, 10**12 + 103)


@pytest.fixture
def rounds(monkeypatch):
    """Of each round: who was here, and who was active."""
    told = []
    monkeypatch.setattr("presence.actions.saw", lambda here, active: told.append((here, active)))
    return told


async def test_who_only_has_a_page_open_is_here_and_not_active(rounds):
    tracker = PresenceTracker(lambda: ())
    try:
        for person in (ANN, BEN, CLEO):
            tracker.connected(person, "active")
        tracker.moved(BEN, "active", "idle")
        tracker.disconnected(CLEO, "active")
        await tracker._round()
        assert rounds.pop() == ({ANN, BEN, CLEO}, {ANN, CLEO})
        tracker.moved(ANN, "active", "idle")
        await tracker._round()
        assert rounds.pop() == ({ANN, BEN}, set())
        # A moment between two rounds counts.
        tracker.moved(BEN, "idle", "active")
        tracker.moved(BEN, "active", "idle")
        await tracker._round()
        assert rounds.pop() == ({ANN, BEN}, {BEN})
    finally:
        await tracker.stop()
