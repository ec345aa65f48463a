"""Large files from a real server, to readers that are quick, slow, or gone."""

import os
import socket
import time

import psutil
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rooms.actions.posting import post_message
from rooms.models import Attachment

pytestmark = pytest.mark.process
SIZE = 48 * 1024 * 1024


@pytest.fixture
def large(transactional_db, room, alice):
    """A file of 48 MiB in a message, and the request for it as Alice's browser sends it."""
    from django.test import Client

    data = os.urandom(1024 * 1024) * (SIZE // (1024 * 1024))
    name = default_storage.save("files/large", ContentFile(data))
    file = Attachment.objects.create(
        room=room, uploader=alice, kind="file", name="large", type="application/octet-stream", size=SIZE, stored=name
    )
    post_message(alice, room.pk, "", attachments=[file.pk])
    client = Client()
    client.force_login(alice, backend="accounts.backends.AuthenticationBackend")
    session = client.cookies["sessionid"].value
    head = f"GET /files/{file.pk}/large HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\nConnection: close\r\n\r\n"
    yield head.encode(), data
    default_storage.delete(name)


def open_download(server, head):
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    reader.connect(("127.0.0.1", server.port))
    reader.sendall(head)
    reader.settimeout(30)
    return reader


def test_a_reader_that_is_stuck_costs_little_memory_and_gets_it_all_later(server, large):
    head, data = large
    process = psutil.Process(server.process.pid)
    with open_download(server, head) as small:
        assert small.recv(100).startswith(b"HTTP/1.1 200")  # what a first one costs, has been paid
    before = process.memory_info().rss
    readers = [open_download(server, head) for _ in range(3)]
    got = [reader.recv(4096) for reader in readers]
    time.sleep(1.5)  # all of it would long be in memory by now
    assert process.memory_info().rss - before < 32 * 1024 * 1024
    for reader in readers[1:]:
        reader.close()
    whole = got[0]
    while part := readers[0].recv(1024 * 1024):
        whole += part
    readers[0].close()
    assert whole.partition(b"\r\n\r\n")[2] == data
