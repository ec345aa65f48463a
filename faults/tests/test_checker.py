"""The checker is shown histories in which one thing is wrong, and has to find it; and one in which nothing is."""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from faults.checker import Message, Stored, Told, check

ROOM, ALICE, BOB, CHARLIE = "1", "10", "11", "12"
NAMES = {ALICE: "alice", BOB: "bob", CHARLIE: "charlie"}
TEXTS = ["good morning", "@alice are you there", "yes", "so am I", "good night"]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Evening:
    """Alice and Bob talk in a room, each message acknowledged and heard by both; then both are greeted once more."""

    def __init__(self) -> None:
        self.stored = Stored(
            rooms={ROOM: (len(TEXTS), len(TEXTS))}, members={(ROOM, ALICE): 5, (ROOM, BOB): 3}, usernames=dict(NAMES)
        )
        self.told = {
            user: Told(name, [{"t": 0.0, "op": "client", "user": user, "recovers": True}])
            for user, name in NAMES.items()
        }
        self.case = Told("case")
        for user in (ALICE, BOB):
            self.write(user, "connect", t=1, epoch="e", quiet=False, rooms={})
            self.write(user, "begin", t=1, room=ROOM, version=0, seq=0)
        for seq, text in enumerate(TEXTS, 1):
            sender = ALICE if seq % 2 else BOB
            client_id, at = f"c-{seq}", 10.0 * seq
            named = frozenset(word[1:] for word in text.split() if word.startswith("@"))
            self.stored.messages.append(
                Message(f"m{seq}", ROOM, seq, seq, sender, f"c{seq}", "text", sha(text), False, True, named)
            )
            self.write(sender, "send", t=at, room=ROOM, client_id=client_id, sha=sha(text), attempt=1)
            self.write(sender, "ack", t=at + 1, room=ROOM, client_id=client_id, id=f"m{seq}", seq=seq, version=seq)
            for user in (ALICE, BOB):
                self.write(user, "receive", t=at + 2, room=ROOM, version=seq, kind="message.created", user=None)
                self.hears(user, seq, text, at + 2)
        for user, unread, read in ((ALICE, 0, 5), (BOB, 2, 3)):
            rooms = {ROOM: {"version": 5, "last_seq": 5, "read_seq": read, "unread": unread, "mentions": 0}}
            self.write(user, "connect", t=100, epoch="e", quiet=True, rooms=rooms)

    def write(self, whose: str, op: str, /, **fields: Any) -> None:
        self.told[whose].lines.append({"op": op, **fields})

    def hears(self, user: str, seq: int, text: str, at: float, **fields: Any) -> None:
        line = {"how": "event", "room": ROOM, "version": seq, "kind": "message.created", "id": f"m{seq}", "seq": seq,
                "sha": sha(text), "deleted": False, "text": True, "reactions": {}}  # fmt: skip
        self.write(user, "apply", t=at, **{**line, **fields})

    def lines(self, user: str, op: str) -> list[dict[str, Any]]:
        return [line for line in self.told[user].lines if line["op"] == op]

    def found(self, **options: Any) -> set[str]:
        return check([self.case, *self.told.values()], self.stored, **options).rules


def test_an_evening_on_which_all_went_well_has_no_problem() -> None:
    assert Evening().found() == set()


def lose_a_stored_message(evening: Evening) -> None:
    del evening.stored.messages[2]


def double_a_stored_message(evening: Evening) -> None:
    evening.stored.messages.append(replace(evening.stored.messages[2], id="m6", seq=6, version=6))
    evening.stored.rooms[ROOM] = (6, 6)


def alter_a_stored_message(evening: Evening) -> None:
    evening.stored.messages[2] = replace(evening.stored.messages[2], sha=sha("no"))


def swap_two_stored_messages(evening: Evening) -> None:
    first, second = evening.stored.messages[1:3]
    evening.stored.messages[1:3] = [replace(first, seq=3), replace(second, seq=2)]


def leave_a_hole_in_the_seqs(evening: Evening) -> None:
    evening.stored.messages[4] = replace(evening.stored.messages[4], seq=6)
    evening.stored.rooms[ROOM] = (5, 6)


def share_a_version(evening: Evening) -> None:
    evening.stored.messages[4] = replace(evening.stored.messages[4], version=4)


def drop_one_that_was_heard(evening: Evening) -> None:
    """Bob never heard the third message, and took the fourth all the same."""
    evening.told[BOB].lines = [
        line for line in evening.told[BOB].lines if not (line["op"] == "apply" and line["seq"] == 3)
    ]


def drop_the_last_that_was_heard(evening: Evening) -> None:
    """No later one tells of the hole."""
    evening.told[BOB].lines = [
        line for line in evening.told[BOB].lines if not (line["op"] == "apply" and line["seq"] == 5)
    ]


def hear_one_twice(evening: Evening) -> None:
    evening.hears(BOB, 3, TEXTS[2], 60, version=6)


def hear_two_in_the_wrong_order(evening: Evening) -> None:
    heard = evening.lines(BOB, "apply")
    heard[1].update(version=3), heard[2].update(version=2)
    lines = evening.told[BOB].lines
    first, second = lines.index(heard[1]), lines.index(heard[2])
    lines[first], lines[second] = lines[second], lines[first]
    lines[first].update(version=3), lines[second].update(version=2)


def hear_another_text(evening: Evening) -> None:
    evening.lines(BOB, "apply")[2]["sha"] = sha("no")


def hold_what_is_not_stored(evening: Evening) -> None:
    evening.hears(BOB, 6, "a ghost", 60)


def miss_a_reaction(evening: Evening) -> None:
    evening.stored.reactions["m3"] = {"👍": [ALICE]}


def miss_a_deletion(evening: Evening) -> None:
    evening.stored.messages[2] = replace(evening.stored.messages[2], deleted=True, sha=sha(""))
    evening.write(ALICE, "ask", t=60, ref="r1", what="delete", id="m3")
    evening.write(ALICE, "done", t=61, ref="r1", what="delete")


def leak_to_somebody_who_left(evening: Evening) -> None:
    evening.case.lines.append(
        {"t": 22.0, "op": "member", "room": ROOM, "user": CHARLIE, "change": "removed", "asked": 21.5}
    )
    evening.write(CHARLIE, "receive", t=32.0, room=ROOM, version=3, kind="message.created", user=None)


def leak_to_somebody_suspended(evening: Evening) -> None:
    evening.case.lines.append({"t": 22.0, "op": "member", "user": CHARLIE, "change": "suspended"})
    evening.write(CHARLIE, "receive", t=32.0, room=ROOM, version=3, kind="message.created", user=None)


def leak_to_a_page_that_was_signed_out(evening: Evening) -> None:
    """Bob's other pages may go on."""
    evening.case.lines.append({"t": 22.0, "op": "member", "user": BOB, "client": "bob", "change": "signed-out"})


def leak_a_hint_to_somebody_who_left(evening: Evening) -> None:
    evening.case.lines.append({"t": 22.0, "op": "member", "room": ROOM, "user": CHARLIE, "change": "removed"})
    evening.write(CHARLIE, "hint", t=32.0, room=ROOM, kind="typing")


def leak_a_hint_to_a_page_that_was_signed_out(evening: Evening) -> None:
    evening.case.lines.append({"t": 70.0, "op": "member", "user": BOB, "client": "bob", "change": "signed-out"})
    evening.write(BOB, "hint", t=72.0, room=ROOM, kind="typing")


def tell_somebody_late_that_they_came_into_a_room(evening: Evening) -> None:
    """It was said nowhere, and what they hold of the room begins with the last greeting: nothing in it is missing."""
    evening.stored.members[ROOM, CHARLIE] = 5
    rooms = {ROOM: {"version": 5, "last_seq": 5, "read_seq": 5, "unread": 0, "mentions": 0}}
    evening.write(CHARLIE, "connect", t=100, epoch="e", quiet=True, rooms=rooms)
    evening.write(CHARLIE, "begin", t=100, room=ROOM, version=5, seq=5)


def tell_somebody_late_that_they_are_out_of_a_room(evening: Evening) -> None:
    del evening.stored.members[ROOM, BOB]
    evening.lines(BOB, "connect")[-1]["rooms"].clear()
    evening.write(BOB, "end", t=100, room=ROOM)


def greet_somebody_without_a_room(evening: Evening) -> None:
    evening.lines(BOB, "connect")[-1]["rooms"].clear()


def count_one_unread_too_many(evening: Evening) -> None:
    evening.lines(BOB, "connect")[-1]["rooms"][ROOM]["unread"] = 3


def forget_a_mention(evening: Evening) -> None:
    evening.stored.members[ROOM, ALICE] = 1
    evening.lines(ALICE, "connect")[-1]["rooms"][ROOM].update(read_seq=1, unread=4, mentions=0)


def store_what_was_refused(evening: Evening) -> None:
    evening.told[ALICE].lines.remove(evening.lines(ALICE, "ack")[0])
    evening.write(ALICE, "error", t=12, code="forbidden", client_id="c-1", final=True)


def acknowledge_a_retry_as_another(evening: Evening) -> None:
    evening.write(ALICE, "ack", t=60, room=ROOM, client_id="c-1", id="m4", seq=4, version=4)


def stand_before_what_was_acknowledged_first(evening: Evening) -> None:
    """The fifth message was acknowledged before the first was sent."""
    evening.lines(ALICE, "ack")[2]["t"] = 5.0
    evening.lines(ALICE, "send")[2]["t"] = 4.0


def hold_somebody_for_present_who_is_gone(evening: Evening) -> None:
    evening.write(CHARLIE, "connect", t=1, epoch="e", quiet=False, rooms={})
    evening.write(CHARLIE, "close", t=20, code=1006)
    lines = evening.told[BOB].lines
    lines.insert(3, {"t": 5.0, "op": "presence", "user": CHARLIE, "state": "active"})


def hold_somebody_for_gone_who_is_present(evening: Evening) -> None:
    lines = evening.told[BOB].lines
    lines.insert(3, {"t": 5.0, "op": "presence", "user": ALICE, "state": "offline"})


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (lose_a_stored_message, "I1"),
        (double_a_stored_message, "I5"),
        (alter_a_stored_message, "I1"),
        (swap_two_stored_messages, "I1"),
        (leave_a_hole_in_the_seqs, "I2"),
        (share_a_version, "I2"),
        (drop_one_that_was_heard, "I4"),
        (drop_the_last_that_was_heard, "I3"),
        (hear_one_twice, "I4"),
        (hear_two_in_the_wrong_order, "I4"),
        (hear_another_text, "I3"),
        (hold_what_is_not_stored, "I3"),
        (miss_a_reaction, "I3"),
        (miss_a_deletion, "I3"),
        (leak_to_somebody_who_left, "I8"),
        (leak_to_somebody_suspended, "I8"),
        (leak_to_a_page_that_was_signed_out, "I8"),
        (leak_a_hint_to_somebody_who_left, "I8"),
        (leak_a_hint_to_a_page_that_was_signed_out, "I8"),
        (tell_somebody_late_that_they_came_into_a_room, "I3"),
        (tell_somebody_late_that_they_are_out_of_a_room, "I3"),
        (greet_somebody_without_a_room, "I9"),
        (count_one_unread_too_many, "I9"),
        (forget_a_mention, "I9"),
        (store_what_was_refused, "I5"),
        (acknowledge_a_retry_as_another, "I5"),
        (stand_before_what_was_acknowledged_first, "I7"),
        (hold_somebody_for_present_who_is_gone, "I10"),
        (hold_somebody_for_gone_who_is_present, "I10"),
    ],
)
def test_one_thing_that_is_wrong_is_found(wrong: Callable[[Evening], None], rule: str) -> None:
    evening = Evening()
    wrong(evening)
    assert rule in evening.found(), evening.found()


def test_what_a_backup_cannot_know_is_not_asked_of_it() -> None:
    evening = Evening()
    del evening.stored.messages[4]
    evening.stored.rooms[ROOM] = (4, 4)
    assert "I1" in evening.found()
    assert "I1" not in evening.found(acked_until=50.0)


def test_who_comes_back_may_hear_again_and_what_came_within_the_grace_is_no_leak() -> None:
    evening = Evening()
    evening.write(CHARLIE, "member", t=22.0, room=ROOM, user=CHARLIE, change="left", asked=21.5)
    evening.write(CHARLIE, "receive", t=22.5, room=ROOM, version=3, kind="message.created", user=None)
    evening.write(CHARLIE, "member", t=30.0, room=ROOM, user=CHARLIE, change="joining")
    evening.write(CHARLIE, "receive", t=40.0, room=ROOM, version=4, kind="message.created", user=None)
    assert "I8" not in evening.found()


def test_what_another_page_of_who_signed_out_hears_is_no_leak_and_neither_is_what_came_before() -> None:
    evening = Evening()
    evening.case.lines.append({"t": 80.0, "op": "member", "user": BOB, "client": "bob", "change": "signed-out"})
    other = Told("bob-2", [{"t": 0.0, "op": "client", "user": BOB, "recovers": True}])
    other.lines.append({"t": 90.0, "op": "hint", "room": ROOM, "kind": "typing"})
    evening.write(BOB, "hint", t=80.5, room=ROOM, kind="typing")
    assert check([evening.case, other, *evening.told.values()], evening.stored).rules == set()


def test_a_text_that_was_edited_is_the_latest_one() -> None:
    evening = Evening()
    edited = replace(evening.stored.messages[2], sha=sha("yes!"), version=6)
    evening.stored.messages[2] = edited
    evening.stored.rooms[ROOM] = (6, 5)
    assert "I1" in copy.deepcopy(evening).found()
    evening.write(ALICE, "ask", t=60, ref="r1", what="edit", id="m3", sha=sha("yes!"))
    for user in (ALICE, BOB):
        evening.hears(user, 3, "yes!", 61, version=6, kind="message.updated")
    assert evening.found() == set()
