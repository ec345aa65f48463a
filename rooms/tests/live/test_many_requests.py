"""A server process that has as much to compute as it may: what it still answers, and what it says to the rest."""

import json
import threading
import urllib.error
import urllib.request
import uuid

import pytest
from django.db import transaction
from django.test import Client as Browser

from rooms.models import Message, Room
from talkwave.testing_client import PATIENCE, Client
from talkwave.testing_servers import ServerProcess
from talkwave.tests.served import until


@pytest.fixture
def narrow(transactional_db):
    """It computes one request at a time, and lets none wait."""
    server = ServerProcess(REQUESTS_AT_ONCE="1", REQUESTS_WAITING="0")
    yield server
    server.kill()


def asked(server, path, *, cookie="", data=None):
    headers = {"Cookie": cookie, "Accept": "application/json", "X-CSRFToken": "a" * 32}
    request = urllib.request.Request(f"{server.url}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()


def test_pages_are_told_to_come_back_while_probes_sockets_and_what_is_under_way_go_on(narrow, room, alice, token):
    page = Browser()
    page.force_login(alice, backend="accounts.backends.AuthenticationBackend")
    cookie = f"sessionid={page.cookies['sessionid'].value}; csrftoken={'a' * 32}"
    socket = Client(narrow.port, token=token(alice))
    # Once beforehand: what a first visit writes must not wait below.
    assert asked(narrow, f"/rooms/{room.pk}/members.json", cookie=cookie)[0] == 200
    answers = []
    body = f"body=hello&client_id={uuid.uuid4()}".encode()
    posting = threading.Thread(
        target=lambda: answers.append(asked(narrow, f"/rooms/{room.pk}/messages/", cookie=cookie, data=body))
    )
    with transaction.atomic():
        # Whoever writes in this room waits for us.
        Room.objects.select_for_update().get(pk=room.pk)
        Room.objects.filter(pk=room.pk).update(topic="held")
        posting.start()
        until(
            lambda: b'talkwave_requests{process="%b"} 1.0' % narrow.name.encode() in asked(narrow, "/metrics")[2],
            "it computes",
        )
        status, headers, said = asked(narrow, f"/rooms/{room.pk}/members.json", cookie=cookie)
        assert (status, headers["Retry-After"], json.loads(said)["code"]) == (503, "3", "unavailable")
        assert [asked(narrow, path)[0] for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]
        socket.send(type="ping", ref="still here")
        assert socket.until("pong")["ref"] == "still here"
    posting.join()
    assert answers[0][0] == 200 and Message.objects.get().body == "hello"
    assert asked(narrow, f"/rooms/{room.pk}/members.json", cookie=cookie)[0] == 200
    assert b'talkwave_requests_refused_total{process="%b"} 1.0' % narrow.name.encode() in asked(narrow, "/metrics")[2]
    socket.close()
