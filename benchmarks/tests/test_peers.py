"""What the peers say on the wire, and which of them can be measured here."""

import pytest

from benchmarks import past
from benchmarks.__main__ import options
from benchmarks.community import in_rooms_of, spread
from benchmarks.peers import all_peers
from benchmarks.peers.ejabberd import Ejabberd
from benchmarks.peers.node import NodeSocketIO
from benchmarks.peers.socketio_wire import SocketIO
from benchmarks.wire import body_for


class _Socket:
    def __init__(self):
        self.sent = []

    def send(self, payload):
        self.sent.append(payload)


@pytest.fixture
def ejabberd():
    peer = Ejabberd()
    yield peer
    peer.stop()


def test_xmpp_goes_from_the_greeting_into_the_room(ejabberd):
    socket = _Socket()
    assert not ejabberd.greet(socket, 7, 3)
    for payload, sent in [
        (b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", b""),
        (b"<stream:features><mechanisms><mechanism>ANONYMOUS</mechanism></mechanisms></stream:features>", b"<auth"),
        (b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", b"<open"),
        (b"<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>", b"<iq type='set'"),
        (b"<iq type='result' id='bind'><bind><jid>a@localhost/b</jid></bind></iq>", b"<presence to='room3@conference"),
        (b"<presence from='room3@conference.localhost/member6'/>", b""),
    ]:
        before = len(socket.sent)
        assert not ejabberd.on_frame(socket, payload, 7, 3)
        assert b"".join(socket.sent[before:])[: len(sent)] == sent
    assert ejabberd.on_frame(socket, b"<message type='groupchat'><subject/></message>", 7, 3)


def test_xmpp_delivers_bodies_and_nothing_else(ejabberd):
    said = body_for(7, 41)
    message = f"<message xmlns='jabber:client' type='groupchat' from='r@c/m'><body>{said}</body></message>".encode()
    assert ejabberd.mark in message and message.count(ejabberd.mark) == 1
    assert ejabberd.bodies(message) == [(said, None)]
    assert ejabberd.bodies(b"<presence/>") == []
    with pytest.raises(ValueError, match="not a message of the room"):
        ejabberd.bodies(b"<message type='error'><body>bench s</body></message>")


def test_both_servers_of_socket_io_are_spoken_to_alike():
    keys = {"socketio", "flask-socketio"}
    assert {key for key, peer in all_peers().items() if issubclass(peer, SocketIO)} == keys
    assert not NodeSocketIO.stores


def test_what_is_not_installed_is_left_out_with_a_sentence(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert NodeSocketIO.lacking() == "socket.io is left out: it needs node and npm, which are not installed here."
    assert "ejabberd is left out: it is not installed here" in Ejabberd.lacking()


# --- options, plans, and what history measured -------------------------------------------------------


def test_a_case_of_the_peers_is_asked_for_by_its_name():
    chosen = options(["--only", "fan-out", "--only", "rooms"])
    assert chosen.parts == ["peers", "rooms"] and chosen.cases == ["fan-out"] and not chosen.whole_peers
    chosen = options(["--without", "history", "--without", "latency"])
    assert "history" not in chosen.parts and chosen.cases == ["fan-out", "many-rooms"]


def test_only_whole_runs_are_published(capsys):
    for arguments in (
        ["--publish", "--quick"],
        ["--publish", "--only", "fan-out"],
        ["--publish", "--systems", "talkwave"],
    ):
        with pytest.raises(SystemExit):
            options(arguments)
    assert options(["--publish", "--only", "members"]).parts == ["members"]
    assert options(["--publish"]).whole_peers


def test_rooms_are_spread_evenly_over_their_people():
    assert in_rooms_of(2, 4) == [[0, 1], [2, 3]]
    rooms = spread(50, 100, 5, first=200)
    assert len(rooms) == 100 and {len(set(room)) for room in rooms} == {5}
    assert {member: sum(member in room for room in rooms) for member in range(200, 250)} == dict.fromkeys(
        range(200, 250), 10
    )


def test_history_gives_its_goals_from_the_slower_database_and_a_plot_where_there_are_sizes():
    figures = [
        {"database": database, "messages": size, "case": case, "p95": p95}
        for database, size, case, p95 in [
            ("sqlite", 10_000, "newest", 3.0), ("sqlite", 1_000_000, "newest", 5.0),
            ("postgresql", 1_000_000, "newest", 9.0), ("sqlite", 1_000_000, "search common", 99.0),
        ]
    ]  # fmt: skip
    told = past.of_figures(figures)
    assert told.reached == {"newest": 9.0}
    (drawn,) = told.plots()
    assert drawn.name == "history-sqlite" and drawn.curves[0].points == [(10_000, 3.0), (1_000_000, 5.0)]


def test_a_system_that_stops_answering_keeps_the_figures_it_has(monkeypatch):
    from benchmarks import __main__ as main
    from benchmarks.cases import Figure

    class Gone(NodeSocketIO):
        def start(self, core):
            return ""

        @classmethod
        def lacking(cls):
            return ""

    async def works(peer, core, seconds, senders):
        return Figure("socketio", "fan-out", 5.0)

    async def hangs(peer, core, seconds, senders):
        raise TimeoutError

    monkeypatch.setattr(main, "all_peers", lambda: {"socketio": Gone})
    monkeypatch.setattr(main, "CASES", {"fan-out": works, "many-rooms": hangs})
    monkeypatch.setattr(main.report, "keep_runs", lambda *_: "nowhere")
    chosen = options(["--only", "fan-out", "--only", "many-rooms", "--systems", "socketio", "--repeat", "1"])
    told = main.peers(0, chosen)
    assert [figure["value"] for figure in told.raw] == [5.0]
    assert told.complaints[-1].endswith(", not measured any further: it did not answer in time")
