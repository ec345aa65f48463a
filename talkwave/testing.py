"""The pytest plugin every test may lean on: people, a room, and what would have gone out to sockets."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest_plugins = ["talkwave.testing_browser"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On the second database only what asks a database is run again."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        return
    fixtures = {"db", "transactional_db"}
    asking = [
        item
        for item in items
        if item.get_closest_marker("django_db") or fixtures & set(getattr(item, "fixturenames", ()))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(asking)])
    items[:] = asking


@pytest.fixture(autouse=True)
def nobody_was_here_before() -> None:
    """Limits belong to the process and to Valkey, and would remember the last test's people, who have the same ids."""
    from talkwave.web.ledger import ledger
    from talkwave.web.redis import reach

    ledger.clear()
    reach.forget()


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """Makes people by user name: `person("alice")`."""
    from accounts.models import User

    def make(username: str, **fields: Any) -> User:
        password = fields.pop("password", None)
        user = User(username=username, **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user

    return make


@pytest.fixture
def alice(person: Callable[..., Any]) -> Any:
    """A member."""
    return person("alice", display_name="Alice")


@pytest.fixture
def bob(person: Callable[..., Any]) -> Any:
    """A moderator."""
    return person("bob", display_name="Bob")


@pytest.fixture
def charlie(person: Callable[..., Any]) -> Any:
    """An outsider: signed in, and no member of anything."""
    return person("charlie", display_name="Charlie")


@pytest.fixture
def olga(person: Callable[..., Any]) -> Any:
    """The owner."""
    return person("olga", display_name="Olga")


@pytest.fixture
def make_room(db: None) -> Callable[..., Any]:
    """Makes a room with people in it, without the events a real creation has: `make_room("den", alice="member")`."""
    from accounts.models import User
    from rooms.models import Membership, Room

    def make(name: str = "den", *, kind: str = "private", **roles: str) -> Room:
        room = Room(kind=kind, member_count=len(roles))
        room.set_name(name)
        room.save()
        people = {user.username: user for user in User.objects.filter(username__in=roles)}
        Membership.objects.bulk_create(
            Membership(room=room, user=people[username], role=role) for username, role in roles.items()
        )
        return room

    return make


@pytest.fixture
def room(make_room: Callable[..., Any], olga: Any, alice: Any, bob: Any, charlie: Any) -> Any:
    """A private room: Olga owns it, Bob moderates, Alice is a member, Charlie is not."""
    return make_room("den", olga="owner", bob="moderator", alice="member")


@pytest.fixture
def signed_in(db: None) -> Callable[..., Any]:
    """A client of its own in which somebody is signed in: `signed_in(alice)`; `signed_in(None)` is anonymous."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="accounts.backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Iterator[list[Any]]:
    """What leaves for sockets, as (what, arguments), in order; commits count as made at once."""
    from talkwave.realtime import publish

    sent: list[Any] = []
    monkeypatch.setattr(publish, "_after_commit", lambda envelope: sent.append(envelope))
    yield sent


# --- The live path: a real server process, and programs that talk to it ---------------------------------
@pytest.fixture(scope="session")
def server() -> Any:
    """A server process on the test database. Use with `transactional_db`: what a test commits, it sees."""
    from talkwave.testing_servers import ServerProcess

    running = ServerProcess()
    yield running
    running.stop()


@pytest.fixture
def second_server(transactional_db: None) -> Any:
    """Another server process on the same database and Valkey."""
    from talkwave.testing_servers import ServerProcess

    running = ServerProcess()
    yield running
    running.stop()


@pytest.fixture
def token() -> Callable[..., str]:
    """An API token for a person: `token(alice)`."""
    from accounts.models import ApiToken

    def make(user: Any) -> str:
        secret = ApiToken.fresh()
        ApiToken.objects.create(user=user, digest=ApiToken.digest_of(secret))
        return secret

    return make


@pytest.fixture
def connect(server: Any, transactional_db: None, token: Callable[..., str]) -> Iterator[Callable[..., Any]]:
    """Connects somebody: `alice_socket = connect(alice)`; the `hello` is read already, as `.hello`."""
    from talkwave.testing_client import Client

    opened: list[Client] = []

    def open_socket(user: Any, *, to: Any = None, **options: Any) -> Client:
        client = Client((to or server).port, token=token(user), **options)
        opened.append(client)
        return client

    yield open_socket
    for client in opened:
        client.close()
