"""daphne and uvicorn as TalkWave runs them: the same limits, the same close codes, the same end."""

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from talkwave.tests.served import PATIENCE, ROOT, clean_environ

pytestmark = pytest.mark.process
KIB = 1024


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a small server process on that ASGI server listens."""
    with started(request.param, tmp_path_factory.mktemp("echo")) as (_, port):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def started(asgi_server: str, data: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    environ = clean_environ(
        SERVER=asgi_server, DATA_DIR=str(data), DJANGO_SETTINGS_MODULE="talkwave.settings", HTTP_BODY_MAX=str(KIB * KIB)
    )
    command = [sys.executable, "-m", "talkwave.tests.echo_server"]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def open_socket(server: str, path: str = "/") -> connect:
    return connect(f"ws://{server}{path}", max_size=None, ping_interval=None, compression="deflate")


async def close_code(client: ClientConnection) -> int | None:
    """The code the server closes with."""
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(PATIENCE):
            while True:
                await client.recv()
    assert client.close_code is not None
    return client.close_code


async def test_a_message_of_64_kib_and_one_just_under_the_hard_limit_reach_the_application(server: str) -> None:
    async with open_socket(server) as client:
        for size in (64 * KIB, KIB * KIB):
            await client.send("x" * size)
            assert await client.recv() == str(size)


async def test_a_frame_over_the_hard_limit_is_closed_with_4413(server: str) -> None:
    async with open_socket(server) as client:
        with contextlib.suppress(ConnectionClosed):
            await client.send("x" * (KIB * KIB + 1))
        assert await close_code(client) == 4413


async def test_many_fragments_that_add_up_to_more_are_closed_with_4413(server: str) -> None:
    async with open_socket(server) as client:
        with contextlib.suppress(ConnectionClosed):
            await client.send("x" * (64 * KIB) for _ in range(17))
        assert await close_code(client) == 4413


async def test_a_message_in_a_thousand_tiny_fragments_is_closed_with_4413(server: str) -> None:
    async with open_socket(server) as client:
        with contextlib.suppress(ConnectionClosed):
            await client.send("x" for _ in range(1000))
        assert await close_code(client) == 4413


async def test_a_message_in_a_few_fragments_is_whole(server: str) -> None:
    async with open_socket(server) as client:
        await client.send("x" * 100 for _ in range(20))
        assert await client.recv() == "2000"


@pytest.mark.parametrize("code", [1000, 1012, 4401, 4408])
async def test_every_close_code_of_the_protocol_reaches_the_client(server: str, code: int) -> None:
    async with open_socket(server) as client:
        await client.send(f"close {code}")
        assert await close_code(client) == code


async def test_text_that_is_not_utf_8_is_closed_with_1007_and_the_neighbour_goes_on(server: str) -> None:
    async with open_socket(server) as neighbour, open_socket(server) as client:
        client.protocol.send_text(b"\xff\xfe")
        client.transport.write(b"".join(client.protocol.data_to_send()))
        assert await close_code(client) == 1007
        await neighbour.send("here")
        assert await neighbour.recv() == "4"


async def test_compression_is_declined(server: str) -> None:
    async with open_socket(server) as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_who_sends_to_a_reader_that_reads_nothing_waits_until_it_does(server: str) -> None:
    async with open_socket(server) as other:
        # One frame stands in the client's own hands, then it stops reading: more than all buffers on the way hold.
        async with connect(f"ws://{server}/", max_size=None, ping_interval=None, max_queue=1) as slow:
            await slow.send("pour 64")
            for _ in range(20):
                await other.send("anything")
                await other.recv()
            await other.send("poured")
            assert int(await other.recv()) < 64
            for _ in range(64):
                assert len(await slow.recv()) == 512 * KIB
        await other.send("poured")
        assert int(await other.recv()) == 64
        # One that goes away without having read holds nobody up.
        gone = await connect(f"ws://{server}/", max_size=None, ping_interval=None, max_queue=1)
        await gone.send("pour 64")
        gone.transport.abort()
        await other.send("anything")
        assert await other.recv() == "8"


async def test_a_flood_waits_outside_while_the_application_is_busy(server: str) -> None:
    """32 MiB do not end up in the memory of the server: it stops reading, and reads on when it can."""
    frames = 500
    async with open_socket(server, "/stuck") as client:

        async def flood() -> None:
            for _ in range(frames):
                await client.send("x" * 64 * KIB)

        flooding = asyncio.create_task(flood())
        done, _ = await asyncio.wait({flooding}, timeout=2)
        assert not done
        await asyncio.to_thread(ask, server, "/read")
        for _ in range(frames):
            assert await client.recv() == str(64 * KIB)
        await flooding


def ask(server: str, path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server, timeout=PATIENCE)
    try:
        connection.request(method, path, body=body, headers=headers, encode_chunked=True)  # type: ignore[arg-type]
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_a_body_within_the_limit_is_whole(server: str) -> None:
    assert ask(server, "/", "POST", b"x" * 900_000) == (200, b"'' 900000")


def test_a_body_said_to_be_larger_is_refused_before_it_is_sent(server: str) -> None:
    host, _, port = server.rpartition(":")
    with socket.create_connection((host, int(port)), PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(server: str) -> None:
    host, _, port = server.rpartition(":")
    answer = b""
    with socket.create_connection((host, int(port)), PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(1000):
                client.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
            raise AssertionError("64 MiB were taken")
        with contextlib.suppress(ConnectionError):
            answer = client.recv(100)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 413 ")


def test_nobody_can_move_the_site_with_a_header(server: str) -> None:
    assert ask(server, "/", **{"Daphne-Root-Path": "/evil"}) == (200, b"'' 0")


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
def test_a_request_under_way_is_finished_before_the_end_and_nothing_new_is_taken(
    asgi_server: str, tmp_path: Path
) -> None:
    with started(asgi_server, tmp_path) as (process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", "/slow")
        answer = connection.getresponse()
        assert answer.read(6) == b"begun "
        os.kill(process.pid, signal.SIGTERM)
        assert answer.read() == b"'' 0"
        assert process.wait(PATIENCE) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)


def test_an_answer_later_than_the_patience_with_a_handshake_does_not_open_what_was_given_up() -> None:
    from twisted.internet.defer import Deferred

    from talkwave.serving.daphne_sockets import ChatSocketProtocol

    given_up, patient = ChatSocketProtocol(), ChatSocketProtocol()
    given_up.state, patient.state = ChatSocketProtocol.STATE_CLOSED, ChatSocketProtocol.STATE_CONNECTING
    answers = given_up.handshake_deferred, patient.handshake_deferred = Deferred(), Deferred()
    for protocol in (given_up, patient):
        protocol.client_addr = None
        protocol.serverAccept()
    assert [answer.called for answer in answers] == [False, True]
