"""What a page makes of events, whatever becomes of them on their way, is what the server would show it anew.

People talk in a room by the real actions; the page's own live path (static/js/realtime) hears of it through a line that
drops, repeats and reorders, answers late, refuses, and breaks. In the end, without being greeted once more, the page holds
the messages and the counters that a fresh look gives (as Zulip's `verify_action`, for any order of events).
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from rooms import sync
from rooms.actions.deleting import delete_message
from rooms.actions.memberships import invite, leave_room
from rooms.actions.messages import edit_message
from rooms.actions.pins import pin_message
from rooms.actions.posting import post_message
from rooms.actions.reactions import add_reaction, remove_reaction
from rooms.actions.reads import mark_read, mark_unread
from rooms.actions.rooms import rename_room, set_topic
from rooms.models import Message, Room
from rooms.wire import rooms_of
from talkwave.errors import Refused
from talkwave.realtime import publish
from talkwave.tests.test_javascript import node
from talkwave.web.ledger import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.process]

SCRIPT = Path(__file__).resolve().parents[2] / "talkwave/tests/js/reducer.mjs"
COUNTED = ("version", "last_seq", "read_seq", "unread", "mentions", "name", "topic", "member_count", "role")
# So many talks, of so many steps each: the same at every run. REDUCER_EXAMPLES=500 looks further.
EXAMPLES, STEPS = int(os.environ.get("REDUCER_EXAMPLES", "4")), 30


class Page:
    """The page, in a Node process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([node(), SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # What it asked and was not answered, on the connection there is.
        self.asked: list[dict[str, Any]] = []
        self._socket = 0

    def do(self, what: str, **fields: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, **fields}) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        self._socket = told["socket"]
        self.asked += [one for one in told["sent"] if "ref" in one]
        self.asked = [one for one in self.asked if one["socket"] == self._socket]
        return told

    def come_back(self) -> None:
        before = self._socket
        self.do("drop")
        self.asked = []
        while self._socket == before:
            self.do("pass", ms=1000)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


class Talk(RuleBasedStateMachine):
    """One room, four people, and Alice's page."""

    people: dict[str, Any]
    make_room: Callable[..., Room]
    rooms_made = 0

    def __init__(self) -> None:
        super().__init__()
        ledger.clear()
        Talk.rooms_made += 1
        self.alice = self.people["alice"]
        self.room = Talk.make_room(f"talk {Talk.rooms_made}", olga="owner", bob="moderator", alice="member")
        self.messages: list[int] = []
        # On their way to the page: events of the room, answers to what it asked, and what is told to Alice alone.
        self.events: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.own: list[dict[str, Any]] = []
        publish._after_commit = self._published
        self.page = Page()
        self.page.do("open", me=str(self.alice.pk), room=str(self.room.pk), version=0, messages=[])
        self._greet()

    # --- what people do -----------------------------------------------------------------------------------
    @rule(who=st.sampled_from(["bob", "olga", "alice"]), named=st.booleans(), looking=st.booleans())
    def say(self, who: str, named: bool, looking: bool) -> None:
        """With the room in sight, or sent from elsewhere, or later."""
        words = "words for @alice" if named else "words"
        self.messages.append(post_message(self.people[who], self.room.pk, words, reads=looking).pk)

    @rule(number=st.integers(0, 50), does=st.sampled_from(["edit", "delete", "react", "unreact", "pin"]))
    @precondition(lambda self: self.messages)
    def change(self, number: int, does: str) -> None:
        message = self.messages[number % len(self.messages)]
        owner, sender = self.people["olga"], Talk.sender_of(message)
        try:
            if does == "edit":
                edit_message(sender, message, f"{Talk.body_of(message)} and {number}")
            elif does == "delete":
                delete_message(sender, message)
            elif does == "react":
                add_reaction(owner, message, "👍")
            elif does == "unreact":
                remove_reaction(owner, message, "👍")
            else:
                pin_message(owner, message)
        except Refused:
            pass  # of a deleted message

    @rule(number=st.integers(0, 50), does=st.sampled_from(["name", "topic", "come", "go"]))
    def arrange(self, number: int, does: str) -> None:
        owner, charlie = self.people["olga"], self.people["charlie"]
        try:
            if does == "name":
                rename_room(owner, self.room.pk, f"{self.room.name} {number}")
            elif does == "topic":
                set_topic(owner, self.room.pk, f"about {number}")
            elif does == "come":
                invite(owner, self.room.pk, [charlie.pk])
            else:
                leave_room(charlie, self.room.pk)
        except Refused:
            pass  # who is there cannot come

    @rule(back=st.integers(0, 5))
    def read_elsewhere(self, back: int) -> None:
        """On another device of hers."""
        if (seq := self._room().last_seq - back) > 0:
            mark_read(self.alice, self.room.pk, seq)

    @rule(back=st.integers(0, 3))
    def read_here(self, back: int) -> None:
        """On this page, which has shown that much; it says so in a moment."""
        (shown,) = self.page.do("state")["rooms"]
        self.page.do("mark", seq=shown["last_seq"] - back)
        self.page.do("pass", ms=600)

    @rule(back=st.integers(0, 3))
    def unread_elsewhere(self, back: int) -> None:
        if (seq := self._room().last_seq - back) > 0:
            mark_unread(self.alice, self.room.pk, seq)

    # --- what becomes of it -------------------------------------------------------------------------------
    @rule(number=st.integers(0, 3), again=st.booleans())
    @precondition(lambda self: self.events)
    def deliver(self, number: int, again: bool) -> None:
        """One of the next few, and perhaps once more later."""
        place = number % len(self.events)
        self.page.do("serve", objects=[self.events[place] if again else self.events.pop(place)])

    @rule(number=st.integers(0, 3))
    @precondition(lambda self: self.events)
    def lose(self, number: int) -> None:
        self.events.pop(number % len(self.events))

    @rule()
    @precondition(lambda self: self.own)
    def tell(self) -> None:
        self.page.do("serve", objects=[self.own.pop(0)])

    @rule()
    @precondition(lambda self: self.page.asked)
    def answer(self) -> None:
        """As it is now; it arrives later, or at once."""
        command = self.page.asked.pop(0)
        self.answers.append({**self._answered(command), "ref": command["ref"]})

    @rule()
    @precondition(lambda self: self.answers)
    def arrive(self) -> None:
        self.page.do("serve", objects=[self.answers.pop(0)])

    @rule(code=st.sampled_from(["unavailable", "rate_limited"]))
    @precondition(lambda self: self.page.asked)
    def refuse(self, code: str) -> None:
        command = self.page.asked.pop(0)
        error = {"type": "error", "ref": command["ref"], "code": code, "detail": ""}
        self.page.do("serve", objects=[{**error, "retry_after": 1} if code == "rate_limited" else error])
        self.page.do("pass", ms=2500)

    @rule(chance=st.integers(0, 9))
    def break_off(self, chance: int) -> None:
        """Now and then: whatever is on its way on this connection never arrives."""
        if chance:
            return
        self.events, self.answers, self.own = [], [], []
        self.page.come_back()
        self._greet()

    # --- the end ------------------------------------------------------------------------------------------
    def teardown(self) -> None:
        try:
            self._settle()
            self._compare()
        finally:
            self.page.close()

    def _settle(self) -> None:
        """The line is good again, and the last event comes, as a hub that missed some tells it from the database."""
        while self.own:
            self.tell()
        self.page.do("pass", ms=2500)
        while self.own:
            self.tell()
        _, last = sync.missed_events(self.room.pk, self._room().version - 1, 100)
        self.events += [self._as_told(event) for event in last]
        while self.events:
            self.deliver(0, False)
        while self.own or self.answers or self.page.asked:
            if self.own:
                self.tell()
            elif self.answers:
                self.arrive()
            else:
                self.answer()
            self.page.do("pass", ms=2500)

    def _compare(self) -> None:
        held = self.page.do("state")
        (shown,) = [room for room in held["rooms"] if room["id"] == str(self.room.pk)]
        (true,) = rooms_of(self.alice, [self.room.pk])
        assert {key: shown[key] for key in COUNTED} == {key: true[key] for key in COUNTED}
        there = sync.history(self.alice, self.room.pk, limit=100)["messages"]
        assert sorted(held["messages"], key=lambda one: one["seq"]) == json.loads(json.dumps(there))

    # --- the server ---------------------------------------------------------------------------------------
    def _greet(self) -> None:
        # No heartbeat: the connection breaks off only where a rule says so.
        hello = {"type": "hello", "protocol": 1, "heartbeat": 10**6, "epoch": "one", "user": {"id": str(self.alice.pk)}}
        self.page.do("serve", objects=[{**hello, "rooms": rooms_of(self.alice, [self.room.pk])}])

    def _answered(self, command: dict[str, Any]) -> dict[str, Any]:
        if command["type"] == "sync":
            return sync.synced(self.alice, command["room"], command["version"])
        if command["type"] == "history":
            return sync.history(self.alice, command["room"], limit=command["limit"])
        if command["type"] == "room.read":
            mark_read(self.alice, command["room"], command["seq"])
            return {"type": "ok"}
        assert command["type"] == "thread.list", command
        return {"type": "threads", "threads": []}

    def _published(self, envelopes: list[publish.Envelope]) -> None:
        for _, message in envelopes:
            if message["op"] == "events" and message["room"] == self.room.pk:
                self.events += [self._as_told(event) for event in message["events"]]
            elif message["op"] == "event" and message["user"] == self.alice.pk:
                self.own.append(json.loads(message["json"]))

    def _as_told(self, event: Any) -> dict[str, Any]:
        """To Alice: an author's own messages have their `client_id`."""
        told: dict[str, Any] = json.loads(event.json)
        if event.author == self.alice.pk and event.client_id:
            told["message"]["client_id"] = event.client_id
        return told

    def _room(self) -> Room:
        return Room.objects.get(pk=self.room.pk)

    @staticmethod
    def sender_of(message: int) -> Any:
        return Message.objects.select_related("sender").get(pk=message).sender

    @staticmethod
    def body_of(message: int) -> str:
        return Message.objects.get(pk=message).body


def test_whatever_the_line_does_the_page_holds_what_the_server_shows(
    alice: Any, bob: Any, charlie: Any, olga: Any, make_room: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "SYNC_PAGE", 3)
    monkeypatch.setattr(site, "SYNC_RESET", 12)
    monkeypatch.setattr(publish, "_after_commit", publish._after_commit)
    Talk.people = {"alice": alice, "bob": bob, "charlie": charlie, "olga": olga}
    Talk.make_room = staticmethod(make_room)
    run_state_machine_as_test(
        Talk,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None,
            # Nothing is made smaller: that would take minutes. A talk of thirty steps can be read.
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
