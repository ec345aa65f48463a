"""Who is removed, suspended or signed out hears nothing more, on any server process."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone

from accounts.actions import suspend
from rooms.actions import memberships
from talkwave.realtime import publish
from talkwave.testing_client import Client

APART = pytest.mark.parametrize(
    "clock", [timedelta(), timedelta(minutes=-10), timedelta(minutes=10)], ids=["right", "slow", "fast"]
)


def test_a_removed_member_hears_nothing_more_on_either_process(connect, second_server, room, alice, bob, olga):
    here, there, owner = connect(alice), connect(alice, to=second_server), connect(olga)
    owner.say(room, "before")
    assert here.until("message.created") and there.until("message.created")
    memberships.remove_member(bob, room.pk, alice.pk)
    assert here.until("room.left") == {"type": "room.left", "room": str(room.pk), "reason": "removed"}
    assert there.until("room.left")["reason"] == "removed"
    owner.say(room, "among ourselves")
    for client in (here, there):
        assert client.quiet() == []
        assert client.ask(type="history", room=str(room.pk))["code"] == "not_found"
        assert client.ask(type="sync", room=str(room.pk), version=0)["code"] == "not_found"
        assert client.say(room, "let me in")["code"] == "not_found"


def test_even_where_the_word_of_the_removal_is_lost(connect, room, alice, bob, olga, monkeypatch):
    a, owner = connect(alice), connect(olga)
    monkeypatch.setattr(publish, "_send", lambda envelopes: None)
    memberships.remove_member(bob, room.pk, alice.pk)
    monkeypatch.undo()
    owner.say(room, "among ourselves")
    # The owner hears it, so the hub has found what was lost; Alice does not.
    owner.until("message.created")
    assert [event for event in a.quiet() if event["type"] == "message.created"] == []


def test_who_was_invited_hears_the_room_from_then_on(connect, room, charlie, bob, alice):
    c = connect(charlie)
    memberships.invite(bob, room.pk, [charlie.pk])
    joined = c.until("room.joined")["room"]
    assert joined["id"] == str(room.pk) and joined["name"] == "den"
    connect(alice).say(room, "welcome")
    assert c.until(lambda event: event["type"] == "message.created" and event["message"]["body"] == "welcome")


def test_suspending_closes_sockets_on_both_processes(connect, second_server, alice):
    here, there = connect(alice), connect(alice, to=second_server)
    suspend(None, alice, reason="spam")
    assert here.closed_with() == 4403 and there.closed_with() == 4403


@APART
def test_even_where_the_word_of_the_suspension_is_lost(connect, alice, clock, monkeypatch):
    a = connect(alice)
    monkeypatch.setattr(publish, "_send", lambda envelopes: None)
    # Nor does it matter what the clock of the server says where it was done.
    with time_machine.travel(timezone.now() + clock, tick=True):
        suspend(None, alice)
    assert a.closed_with() == 4403


def test_ending_a_session_closes_its_sockets_and_no_others(server, connect, transactional_db, alice):
    browsers = [Browser(), Browser()]
    clients = []
    for browser in browsers:
        browser.force_login(alice)
        cookie = f"sessionid={browser.cookies['sessionid'].value}"
        clients.append(Client(server.port, cookie=cookie, origin=server.url))
    browsers[0].post("/accounts/logout/")
    assert not Session.objects.filter(session_key=browsers[0].cookies["sessionid"].value or "-").exists()
    assert clients[0].closed_with() == 4401
    assert clients[1].ask(type="ping")["type"] == "pong"
    for client in clients:
        client.close()


def test_people_on_different_processes_talk_as_if_on_one(connect, second_server, room, alice, bob):
    a, b = connect(alice), connect(bob, to=second_server)
    for number in range(10):
        for client in (a, b):
            client.send(type="message.send", room=str(room.pk), body=str(number), client_id=str(uuid.uuid4()))
    heard = [[client.until("message.created")["message"] for _ in range(20)] for client in (a, b)]
    assert [message["seq"] for message in heard[0]] == list(range(1, 21))
    assert [message["id"] for message in heard[0]] == [message["id"] for message in heard[1]]


@APART
def test_who_is_invited_hears_the_room_also_where_the_word_of_it_is_lost(
    connect, room, charlie, bob, alice, clock, monkeypatch
):
    c, a = connect(charlie), connect(alice)
    monkeypatch.setattr(publish, "_send", lambda envelopes: None)
    with time_machine.travel(timezone.now() + clock, tick=True):
        memberships.invite(bob, room.pk, [charlie.pk])
    monkeypatch.undo()
    joined = c.until("room.joined")["room"]
    assert joined["id"] == str(room.pk)
    a.say(room, "welcome")
    heard = c.until("message.created")
    assert heard["message"]["body"] == "welcome" and heard["version"] == joined["version"] + 1


def test_who_is_removed_is_told_so_also_where_the_word_of_it_is_lost(connect, room, alice, bob, monkeypatch):
    a = connect(alice)
    monkeypatch.setattr(publish, "_send", lambda envelopes: None)
    memberships.remove_member(bob, room.pk, alice.pk)
    monkeypatch.undo()
    assert a.until("room.left") == {"type": "room.left", "room": str(room.pk), "reason": "removed"}
    assert a.quiet() == []
