"""sync, history, and reading."""

import pytest


@pytest.fixture
def many(connect, room, alice):
    a = connect(alice)
    for number in range(1, 13):
        a.say(room, f"message {number}")
    return a


def test_sync_brings_the_present_state_of_what_changed(connect, many, room, bob):
    ids = [m["id"] for m in many.ask(type="history", room=str(room.pk))["messages"]]
    many.ask(type="message.edit", id=ids[0], body="changed")
    many.ask(type="message.edit", id=ids[0], body="changed again")
    many.ask(type="message.delete", id=ids[1])
    answer = connect(bob).ask(type="sync", room=str(room.pk), version=12)
    assert answer["type"] == "synced" and answer["version"] == 15 and not answer["more"] and not answer["reset"]
    assert [(m["id"], m["version"]) for m in answer["messages"]] == [(ids[0], 14), (ids[1], 15)]
    assert answer["messages"][0]["body"] == "changed again" and answer["messages"][1]["deleted"]
    assert answer["state"] is None


def test_sync_at_the_present_version_is_empty(connect, many, room, bob):
    answer = connect(bob).ask(type="sync", room=str(room.pk), version=12)
    assert answer["messages"] == [] and answer["version"] == 12


def test_a_client_ahead_of_the_room_drops_what_it_holds(many, room):
    assert many.ask(type="sync", room=str(room.pk), version=99)["reset"]


def test_sync_comes_in_pages(connect, room, alice, bob):
    from rooms.actions.posting import Draft, post_messages

    post_messages([Draft(alice.pk, room.pk, f"n {n}") for n in range(450)])
    b, version, seqs = connect(bob), 0, []
    while True:
        answer = b.ask(type="sync", room=str(room.pk), version=version)
        version = answer["version"]
        seqs += [m["seq"] for m in answer["messages"]]
        assert len(answer["messages"]) <= 200
        if not answer["more"]:
            break
    assert seqs == list(range(1, 451)) and version == 450


def test_far_behind_means_start_anew(connect, room, alice, bob):
    from rooms.actions.posting import Draft, post_messages

    post_messages([Draft(alice.pk, room.pk, f"n {n}") for n in range(2100)])
    answer = connect(bob).ask(type="sync", room=str(room.pk), version=1)
    assert answer["reset"] and answer["messages"] == [] and answer["version"] == 2100


def test_history_pages_both_ways_and_around(many, room):
    ask = lambda **at: many.ask(type="history", room=str(room.pk), limit=4, **at)  # noqa: E731
    seqs = lambda page: [m["seq"] for m in page["messages"]]  # noqa: E731
    newest = ask()
    assert seqs(newest) == [9, 10, 11, 12] and newest["has_older"] and not newest["has_newer"]
    assert seqs(ask(before=9)) == [5, 6, 7, 8]
    first = ask(before=5)
    assert seqs(first) == [1, 2, 3, 4] and not first["has_older"] and first["has_newer"]
    assert seqs(ask(after=4)) == [5, 6, 7, 8]
    assert seqs(ask(around=6)) == [4, 5, 6, 7]


def test_history_refuses_two_points_and_knows_its_bounds(many, room):
    assert many.ask(type="history", room=str(room.pk), before=3, after=1)["code"] == "bad_request"
    assert many.ask(type="history", room=str(room.pk), before="x")["code"] == "bad_request"
    assert len(many.ask(type="history", room=str(room.pk), limit=10**9)["messages"]) == 12


def test_an_outsider_has_no_history_and_no_sync(connect, many, room, charlie):
    c = connect(charlie)
    assert c.ask(type="history", room=str(room.pk))["code"] == "not_found"
    assert c.ask(type="sync", room=str(room.pk), version=0)["code"] == "not_found"
    assert c.ask(type="room.read", room=str(room.pk), seq=1)["code"] == "not_found"


def test_the_read_mark_only_moves_forward_and_all_ones_sockets_hear_of_it(connect, many, room, bob):
    b, other_tab = connect(bob), connect(bob)
    assert b.ask(type="room.read", room=str(room.pk), seq=5)["type"] == "ok"
    heard = other_tab.until("read.updated")
    assert (heard["read_seq"], heard["unread"], heard["mentions"], heard["last_seq"]) == (5, 7, 0, 12)
    # It follows in any case, for who is in doubt.
    b.ask(type="room.read", room=str(room.pk), seq=3)
    assert other_tab.until("read.updated")["read_seq"] == 5
    b.ask(type="room.read", room=str(room.pk), seq=10**6)
    assert other_tab.until("read.updated")["read_seq"] == 12


def test_a_public_room_can_be_read_by_anybody_signed_in(connect, make_room, alice, charlie):
    public = make_room("square", kind="public", alice="member")
    connect(alice).say(public, "welcome")
    assert len(connect(charlie).ask(type="history", room=str(public.pk))["messages"]) == 1
