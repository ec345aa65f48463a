"""What is not a command is answered, and hurts nobody."""

import json
import random
import re
import uuid

import pytest
from websockets.exceptions import ConnectionClosed

NESTED = "[" * 20_000 + "]" * 20_000
BAD = [
    "", " ", "x", "null", "true", "0", '"text"', "[]", "[{}]", "{}", "{", '{"type":}', '{"type":1}', '{"type":null}',
    '{"type":[]}', '{"type":{}}', '{"type":""}', '{"type":"nope"}', '{"type":"__class__"}', '{"type":"message.send"}',
    '{"type":"message.send","client_id":1,"room":"1","body":"x"}',
    '{"type":"message.send","client_id":"no uuid","room":"1","body":"x"}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":[],"body":"x"}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":"1","body":7}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":"1","body":"\\u0000"}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":"1","body":"\\ud800"}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":"{"9" * 400}","body":"x"}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":1e400,"body":"x"}}',
    f'{{"type":"message.send","client_id":"{uuid.uuid4()}","room":-1,"body":"x"}}',
    '{"type":"message.edit","id":NaN}', '{"type":"message.edit","id":"1"}', '{"type":"message.delete"}',
    '{"type":"sync","room":"1","version":-1}', '{"type":"sync","room":"1","version":1.5}', '{"type":"sync","room":true}',
    '{"type":"sync","room":"1","version":99999999999999999999999999}', '{"type":"history","room":"1","limit":"x"}',
    '{"type":"room.read","room":"1"}', '{"type":"room.read","room":"1","seq":Infinity}', '{"type":"typing"}',
    '{"type":"typing","room":{"a":1}}', '{"type":"presence.set","state":"dancing"}', '{"type":"presence.watch","users":1}',
    '{"type":"presence.watch","users":[[]]}', '{"type":"ping","received":"x"}', '{"type":"ping","received":-5}',
    '{"type":"ping","ref":{}}', '{"type":"ping","ref":"' + "r" * 500 + '"}', NESTED, '{"a":' * 900 + "1" + "}" * 900,
    '{"type":"ping"', '{"type":"ping"}{"type":"ping"}', "\ufeff{}", "\x00", "{'type':'ping'}", "1" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("frame", BAD, ids=range(len(BAD)))
def test_it_is_answered_with_an_error_and_the_socket_lives(connect, room, alice, frame, server):
    before = server.log.read_text()
    a = connect(alice)
    a.raw(frame)
    assert a.next()["type"] == "error"
    assert a.ask(type="ping")["type"] == "pong"
    assert "Traceback" not in server.log.read_text()[len(before) :]


def test_ten_thousand_of_them_are_each_answered_or_closed_and_a_neighbour_notices_nothing(
    connect, room, alice, bob, server
):
    before = server.log.read_text()
    dice = random.Random(7)  # noqa: S311
    neighbour = connect(bob)
    sent = answered = closes = 0
    while sent < 10_000:
        a = connect(alice)
        try:
            while sent < 10_000:
                batch = min(100, 10_000 - sent)
                for _ in range(batch):
                    frame = dice.choice(BAD)
                    if dice.random() < 0.3:
                        frame = frame[: dice.randrange(len(frame) + 1)] + dice.choice(['"', "}", "\ud7ff", "]", "e9"])
                    a.raw(frame)
                sent += batch
                for _ in range(batch):
                    a.until(lambda event: event["type"] in ("error", "pong"))
                    answered += 1
        except ConnectionClosed as closed:
            assert closed.rcvd and closed.rcvd.code == 4429
            closes += 1
        assert neighbour.say(room, f"still here after {sent}")["type"] == "ack"
    assert answered > 2_000 and closes > 0
    assert not re.search(r"Traceback|ERROR", server.log.read_text()[len(before) :])


@pytest.mark.parametrize("frame", [b"\x00\x01", b"", b'{"type":"ping"}', "x" * 65_537, "é" * 40_000])
def test_binary_and_oversized_frames_close_with_4413(connect, room, alice, frame):
    a = connect(alice)
    a.raw(frame)
    assert a.closed_with() == 4413


def test_a_frame_of_a_megabyte_and_more_closes_with_4413_too(connect, room, alice):
    a = connect(alice)
    a.raw("x" * 3_000_000)
    assert a.closed_with() in (4413, 1006)


def test_a_frame_of_just_64_kib_is_read(connect, room, alice):
    a = connect(alice)
    a.raw(json.dumps({"type": "ping", "pad": "x" * 65_000}))
    assert a.next()["type"] == "pong"
