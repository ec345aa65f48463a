"""Frames that are no commands: some hundred that are always the same, and as many as wanted that chance makes."""

import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from faults.people.wire import BINARY, CLOSE, CONTINUED, PING, frame

DEEP, LONG = 20_000, 60_000
_UUID = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


@dataclass(frozen=True)
class Broken:
    """`data` is what goes out. `ends`: the connection is closed for it; else it is answered."""

    name: str
    data: bytes
    ends: bool = False

    @property
    def farewell(self) -> bool:
        return self.data[0] & 0x0F == CLOSE


NOT_JSON = {
    "nothing": "",
    "a space": " ",
    "a word": "hello",
    "half an object": "{",
    "no begin": "}",
    "half a list": "[",
    "half a text": '"ping',
    "half a command": '{"type":"ping"',
    "one bracket too many": '{"type":"ping"}}',
    "two commands": '{"type":"ping"}{"type":"ping"}',
    "a comma at the end": '{"type":"ping",}',
    "no comma": '{"type":"ping" "ref":"x"}',
    "no colon": '{"type" "ping"}',
    "single quotes": "{'type':'ping'}",
    "no quotes": "{type:ping}",
    "a comment": '{"type":"ping"/*x*/}',
    "a byte order mark": '\ufeff{"type":"ping"}',
    "a NUL": "\x00",
    "a NUL in a text": '{"type":"pi\x00ng"}',
    "a line break in a text": '{"type":"pi\nng"}',
    "NaN": '{"type":"ping","received":NaN}',
    "infinity": '{"type":"ping","received":Infinity}',
    "minus infinity": '{"type":"ping","received":-Infinity}',
    "half a surrogate pair": '{"type":"\\ud800"}',
    "the other half": '{"type":"ping","ref":"\\udc00"}',
    "pairs turned round": '{"type":"\\udc00\\ud800"}',
    "no such escape": '{"type":"\\x41"}',
    "half an escape": '{"type":"\\u00"}',
    "a leading zero": '{"type":"ping","received":01}',
    "a leading plus": '{"type":"ping","received":+1}',
    "a point first": '{"type":"ping","received":.5}',
    "a point last": '{"type":"ping","received":1.}',
    "hexadecimal": '{"type":"ping","received":0x1}',
    "a lone minus": '{"type":"ping","received":-}',
    "an exponent without number": '{"type":"ping","received":1e}',
    "lists without end": "[" * DEEP,
    "objects without end": '{"a":' * (DEEP // 2),
    "lists deeper than anybody reads": "[" * DEEP + "]" * DEEP,
    "objects deeper than anybody reads": '{"a":' * (DEEP // 2) + "1" + "}" * (DEEP // 2),
    "depth in a field": '{"type":"ping","received":' + "[" * DEEP + "]" * DEEP + "}",
    "a thousand blanks": " " * 1_000,
    "binary as text": "\x01\x02\x03\x7f\x80",
}
NO_COMMAND = {
    "null": "null", "true": "true", "a number": "1", "minus zero": "-0.0", "a text": '"ping"', "a list": "[]",
    "a list with a command": '[{"type":"ping"}]', "an empty object": "{}", "another object": '{"x":1}',
    "a number of 60,000 digits": "9" * LONG, "a fraction of 60,000 digits": "0." + "9" * LONG,
    "a number with an exponent": "1e308",
}  # fmt: skip
TYPES: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, [], {}, ["ping"], {"type": "ping"}, "", " ", "x", "Ping", "ping ", "__init__",
    "__class__", "constructor", "message", "message.", ".send", "message.send\x00", "message/send", "../ping", "💥",
    "call", "hello", "error", "ok", "x" * LONG,
]  # fmt: skip
REFS: list[Any] = [0, True, 1.5, [], {}, ["x"], "x" * 201, "x" * LONG]
WRONG: list[Any] = [
    True, -1, 1.5, 2**62, 2**63, 2**64, -(2**70), 10**400, 1e308, "", " ", "x", "-1", "1.5", "1e3", "\x00", "0x10", "٣",
    "１２", "9" * 5_000, "x" * LONG, [], [None], [[]], [1] * 2_000, {}, {"a": 1}, {"id": "1"}, "../../etc/passwd",
    "' OR 1=1 --", "\u202e", "%s%n",
]  # fmt: skip
# What every command needs to be looked at closely, all of it about things that are not there.
COMMANDS: dict[str, dict[str, Any]] = {
    "message.send": {"client_id": _UUID, "room": "0", "body": "x"},
    "message.edit": {"id": "0", "body": "x"},
    "message.delete": {"id": "0"},
    "reaction.add": {"message": "0", "emoji": "👍"},
    "reaction.remove": {"message": "0", "emoji": "👍"},
    "room.read": {"room": "0", "seq": 1},
    "room.unread": {"room": "0", "seq": 1},
    "sync": {"room": "0", "version": 0},
    "history": {"room": "0", "before": 1},
    "typing": {"room": "0"},
    "presence.set": {"state": "asleep"},
    "presence.watch": {"users": "everybody"},
    "ping": {"received": -1},
    "draft.save": {"room": "0", "body": "x", "version": 0},
}
EXTRA = {
    "message.send": ["reply_to", "thread", "in_room", "poll", "attachments"],
    "history": ["after", "around", "limit", "view", "thread"],
    "draft.save": ["thread", "device"],
}


def _text(name: str, text: str) -> Broken:
    return Broken(name, frame(text.encode("utf-8", "surrogatepass")))


def _command(name: str, **command: Any) -> Broken:
    return _text(name, json.dumps(command))


def texts() -> Iterator[Broken]:
    """What is answered and ends nothing."""
    for name, text in {**NOT_JSON, **NO_COMMAND}.items():
        yield _text(name, text)
    for wrong in TYPES:
        yield _command(f"type {str(wrong)[:20]!r}", type=wrong, ref="r")
    for wrong in REFS:
        yield _command(f"ref {str(wrong)[:20]!r}", type="ping", ref=wrong)
    yield _text("a key of 60,000 characters", json.dumps({"x" * LONG: 1}))
    yield _text("twelve thousand keys", "{" + ",".join(f'"{n}":1' for n in range(6_000)) + "}")
    yield _text("the same key many times", "{" + ",".join(['"type":1'] * 5_000) + "}")
    for kind, fields in COMMANDS.items():
        yield _command(f"{kind} about nothing", type=kind, ref="r", **fields)
        for name in fields:
            rest = {key: value for key, value in fields.items() if key != name}
            yield _command(f"{kind} without {name}", type=kind, ref="r", **rest)
        for name in [*fields, *EXTRA.get(kind, [])]:
            for wrong in WRONG:
                if len(str(wrong)) < 1_000 or name in ("room", "body"):
                    yield _command(f"{kind}, {name} {str(wrong)[:20]!r}", type=kind, ref="r", **{**fields, name: wrong})


def bytes_() -> Iterator[Broken]:
    """What is no text frame as RFC 6455 has it, and ends the connection."""
    ping = b'{"type":"ping"}'
    for name, data in {
        "binary": frame(ping, BINARY),
        "an empty binary frame": frame(b"", BINARY),
        "not UTF-8": frame(b'{"type":"\xff"}'),
        "half a character": frame(b'{"type":"\xc3'),
        "a character too long": frame(b"\xf8\x88\x80\x80\x80"),
        "a surrogate in UTF-8": frame(b"\xed\xa0\x80"),
        "beyond Unicode": frame(b"\xf4\x90\x80\x80"),
        "not UTF-8 in pieces": frame(b"\xc3", last=False) + frame(b"\x28", CONTINUED),
        "not masked": frame(ping, masked=False),
        "a reserved bit": frame(ping, reserved=0x40),
        "all reserved bits": frame(ping, reserved=0x70),
        "a ping in pieces": frame(b"x", PING, last=False),
        "a ping too long": frame(b"x" * 126, PING),
        "a piece of nothing": frame(ping, CONTINUED),
        "a beginning within another": frame(b"{", last=False) + frame(ping),
        "a close of one byte": frame(b"\x03", CLOSE),
        "a close with no such code": frame((999).to_bytes(2, "big"), CLOSE),
        "a close with a reserved code": frame((1005).to_bytes(2, "big"), CLOSE),
        "a close that is not UTF-8": frame((1000).to_bytes(2, "big") + b"\xff", CLOSE),
        "a close with code 0": frame(b"\x00\x00", CLOSE),
        "a length of 2^63": frame(b"", said=2**63),
        "text too large": frame(b" " * 65_537),
        **{f"kind {kind}": frame(ping, kind) for kind in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    }.items():
        yield Broken(name, data, ends=True)


def by_chance(dice: random.Random) -> Broken:
    """One that nobody thought of."""
    number = dice.getrandbits(40)
    way = dice.randrange(100)
    if way < 2:
        kind = dice.choice([3, 4, 5, 6, 7, 11, 12, 13, 14, 15, BINARY])
        return Broken(f"chance {number}: kind {kind}", frame(dice.randbytes(dice.randrange(120)), kind), ends=True)
    if way < 30:
        return _text(f"chance {number}: characters", "<" + _characters(dice, dice.randrange(300)))
    if way < 60:
        text = json.dumps(_command_by_chance(dice))
        place = dice.randrange(1, len(text))
        # Cut short, or with something in its midst that no JSON has.
        broken = text[:place] if dice.random() < 0.5 else "\x01".join((text[:place], text[place:]))
        return _text(f"chance {number}: spoiled", broken)
    if way < 75:
        value = _value(dice, 6)
        value = {**value, "type": _value(dice, 2)} if isinstance(value, dict) else value
        if isinstance(value, dict) and isinstance(value["type"], str):
            value["type"] += "?"
        return _text(f"chance {number}: a value", json.dumps(value))
    return _command(f"chance {number}: a command", **_command_by_chance(dice))


def _command_by_chance(dice: random.Random) -> dict[str, Any]:
    kind = dice.choice(list(COMMANDS))
    fields = dict(COMMANDS[kind])
    for name in [*fields, *EXTRA.get(kind, [])]:
        if dice.random() < 0.5:
            fields[name] = _value(dice, 4)
    return {"type": kind, "ref": "r", **fields}


def _value(dice: random.Random, depth: int) -> Any:
    way = dice.randrange(9 if depth else 6)
    if way < 2:
        return _characters(dice, dice.randrange(40))
    if way < 6:
        return dice.choice([None, True, False, dice.randrange(-9, 9), dice.getrandbits(70), dice.random() * 1e9])
    if way == 6:
        return {_characters(dice, 5): _value(dice, depth - 1) for _ in range(dice.randrange(4))}
    return [_value(dice, depth - 1) for _ in range(dice.randrange(4))]


def _characters(dice: random.Random, count: int) -> str:
    pools = [string.printable, "\x00\x1b\x7f\u200b\u202e\ufeff\uffff", "äß漢字👩‍👩‍👧", '{}[]",:\\']
    return "".join(dice.choice(dice.choice(pools)) for _ in range(count))
