"""Fixtures for tests that start real server processes, and for those that fetch from elsewhere."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from talkwave.testing_network import Elsewhere
from talkwave.tests.served import Served


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that has been served from once: migrated, static files collected."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    with Served(data) as server:
        assert server.stop() == 0, server.output
    return data


@pytest.fixture
def data(prepared: Path, tmp_path: Path) -> Path:
    """A prepared data folder of the test's own."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@pytest.fixture
def serve(data: Path) -> Callable[..., Served]:
    """Starts `serve` on the test's own folder: `with serve(SERVER="uvicorn") as server:`."""

    def start(*options: str, **settings: str) -> Served:
        return Served(data, *options, **settings)

    return start


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which places elsewhere keep their certificates."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def elsewhere(certificates: Path) -> Iterator[Elsewhere]:
    """example.org, for the fetcher."""
    running = Elsewhere(certificates, ("example.org",))
    yield running
    running.close()
