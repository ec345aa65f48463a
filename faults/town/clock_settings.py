"""The real settings, in a process whose clock is wrong by as many seconds as a file says (FAULTS_CLOCK), at any time.

Only what tells the date is moved; the monotonic clock goes on, as it does where a machine's clock is set.
"""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from talkwave.settings import *  # noqa: F403

_EVERY = 0.05


def _follow(path: Path) -> None:
    import time_machine

    moved = float(path.read_text())
    traveller = time_machine.travel(datetime.now(UTC) + timedelta(seconds=moved), tick=True)
    coordinates = traveller.start()

    def keep() -> None:
        nonlocal moved
        while True:
            wanted = float(path.read_text())
            if wanted != moved:
                coordinates.shift(wanted - moved)
                moved = wanted
            time.sleep(_EVERY)

    threading.Thread(target=keep, daemon=True).start()


if _path := os.environ.get("FAULTS_CLOCK"):
    _follow(Path(_path))
