"""What the stories share."""

from collections.abc import Callable, Iterator

import pytest

from talkwave.testing_servers import ServerProcess


@pytest.fixture
def mortal(transactional_db: None) -> Iterator[Callable[..., ServerProcess]]:
    """Starts server processes that a story may kill: `mortal()`; `mortal(port)` for one that comes back."""
    started: list[ServerProcess] = []

    def start(port: int = 0) -> ServerProcess:
        started.append(ServerProcess(port))
        return started[-1]

    yield start
    for server in started:
        server.kill()
