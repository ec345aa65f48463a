"""Limits over several server processes: one person, their tabs, a page and a token together."""

import uuid
from contextlib import ExitStack, closing

import pytest
from django.test import Client as Browser
from django.urls import reverse
from websockets.exceptions import ConnectionClosed

from rooms import limits
from rooms.models import Message
from talkwave.testing_client import Client
from talkwave.testing_servers import ServerProcess
from talkwave.web.ratelimit import Buckets

# What comes back takes a quarter of an hour: only the burst counts, however slow the machine is.
PEOPLE, PROGRAMS = "0.001/20", "0.002/40"


@pytest.fixture
def two_servers(transactional_db):
    servers = [ServerProcess(RATE_MESSAGES=PEOPLE, RATE_MESSAGES_API=PROGRAMS) for _ in range(2)]
    yield servers
    for server in servers:
        server.kill()


def test_tabs_on_two_processes_a_page_on_a_third_and_a_program_share_one_budget(
    two_servers, room, alice, token, monkeypatch
):
    # This process renders the page: the third that counts.
    monkeypatch.setattr(limits, "posting", Buckets(0.001, 20, name="messages"))
    page = Browser()
    page.force_login(alice, backend="accounts.backends.AuthenticationBackend")
    cookie = f"sessionid={page.cookies['sessionid'].value}"
    with ExitStack() as opened:
        tabs = [
            opened.enter_context(closing(Client(server.port, cookie=cookie, origin=server.url)))
            for server in two_servers
        ]
        program = opened.enter_context(closing(Client(two_servers[1].port, token=token(alice))))

        def by_page():
            fields = {"body": "page", "client_id": str(uuid.uuid4())}
            path = reverse("room_post", args=[room.pk])
            return page.post(path, fields, headers={"Accept": "application/json"})

        spent = 0.0
        for _ in range(25):
            spent += sum(tab.say(room, "tab")["type"] == "ack" for tab in tabs)
            spent += by_page().status_code == 200
            # A program's messages are half as dear.
            spent += 0.5 * (program.say(room, "program")["type"] == "ack")
        assert 20 <= spent <= 23
        refused = tabs[0].say(room, "once more")
        assert (refused["type"], refused["code"]) == ("error", "rate_limited") and refused["retry_after"] > 1
        answer = by_page()
        assert answer.status_code == 429 and answer.json()["retry_after"] > 1
        assert int(answer["Retry-After"]) > 1
    assert Message.objects.count() <= 2 * 23


def test_who_opens_sockets_too_often_is_told_when_to_come_back(transactional_db, alice, token):
    server = ServerProcess(RATE_CONNECTS_API="0.001/2")
    secret = token(alice)
    for _ in range(2):
        Client(server.port, token=secret).close()
    third = Client(server.port, token=secret, greet=False)
    refusal = third.next()
    assert (refusal["code"], third.closed_with()) == ("rate_limited", 4429)
    assert refusal["retry_after"] > 1
    server.kill()


def test_an_address_that_knocks_too_often_without_a_name_is_not_looked_up_any_more(transactional_db, alice, token):
    server = ServerProcess(RATE_UNKNOWN_CONNECTS="0.001/3")
    codes = [Client(server.port, token="tw_nobody", greet=False).closed_with() for _ in range(5)]
    assert codes == [4401, 4401, 4401, 4429, 4429]
    server.kill()


def test_a_process_that_is_full_sends_further_sockets_elsewhere(transactional_db, alice, token):
    server = ServerProcess(SOCKETS_MAX="2")
    secret = token(alice)
    first, second = Client(server.port, token=secret), Client(server.port, token=secret)
    assert Client(server.port, token=secret, greet=False).closed_with() == 1012
    first.close()
    # Its end is noticed a moment later.
    while (again := Client(server.port, token=secret, greet=False)) and not greeted(again):
        again.close()
    second.close()
    server.kill()


def greeted(client):
    try:
        return client.next()["type"] == "hello"
    except ConnectionClosed as closed:
        assert closed.rcvd and closed.rcvd.code == 1012
        return False
