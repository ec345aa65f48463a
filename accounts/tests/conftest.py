"""What the tests of people share: browsers with an address of their own, and what leaves for sockets."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

PASSWORD = "correct horse battery"

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def counts_of_their_own(settings: Any) -> None:
    """Limits count in a real cache, which outlives a test: each test counts under a prefix of its own."""
    default = {**settings.CACHES["default"], "KEY_PREFIX": f"test-{next(_numbers)}"}
    settings.CACHES = {**settings.CACHES, "default": default}


@pytest.fixture
def visitor(db: None) -> Callable[..., Client]:
    """A browser nobody is signed in with; each has an address of its own, so that limits count it alone."""

    def make(**headers: str) -> Client:
        number = next(_numbers)
        return Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", **headers)

    return make


@pytest.fixture
def signed_in(visitor: Callable[..., Client]) -> Callable[..., Client]:
    """A browser in which this person is signed in and has looked at a page."""

    def make(user: Any, **headers: str) -> Client:
        client = visitor(**headers)
        client.force_login(user)
        client.get("/settings/profile/")
        return client

    return make


@pytest.fixture
def closed(published: list[Any]) -> Callable[..., list[tuple[int, int, Any]]]:
    """The sockets that were told to close: (user, code, session key or token id), in order."""

    def look(by: str = "session") -> list[tuple[int, int, Any]]:
        messages = [envelope.message for envelopes in published for envelope in envelopes]
        return [(m["user"], m["code"], m[by]) for m in messages if m["op"] == "close"]

    return look


@pytest.fixture
def staff(person: Callable[..., Any]) -> Any:
    """May moderate people; no administrator."""
    from django.contrib.auth.models import Permission

    user = person("sam", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return user


@pytest.fixture
def root(person: Callable[..., Any]) -> Any:
    """The administrator."""
    return person("root", is_staff=True, is_superuser=True)
