"""What a simulated client did and saw: one JSONL file a client, one line an event, the checker's only source.

Every line has `t` (seconds of this machine's monotonic clock), `op`, and:

| op | fields |
|---|---|
| `client` | `user`, `username`, `recovers` (follows the rules for gaps): the first line |
| `connect` | `epoch`, `rooms`: id → `version`, `last_seq`, `read_seq`, `unread`, `mentions` of the `hello`; `quiet`: nothing happens any more |
| `close` | `code` |
| `send` | `room`, `client_id`, `sha`, `attempt` (1 the first time) |
| `ack` | `room`, `client_id`, `id`, `seq`, `version` |
| `error` | `code`, and `client_id` or `ref` of what was refused; `final`: it is not tried again |
| `ask` · `done` | `ref`, `what` (edit, delete, react, read, …), `id`, `room`, `sha`: a change asked for, and answered with ok |
| `receive` | `room`, `version`, `kind`, `user` of a member event: a durable event that came, applied or not |
| `apply` | `how` (event, sync, history), `room`, `version`, `kind`; of a message `id`, `seq`, `sha`, `deleted`, `text`, `reactions` |
| `resync` | `room`, `from`, `to`, `reset`: a `synced` was applied |
| `begin` | `room`, `version`, `seq`: from here on this client holds the room (first hello, joined, another epoch) |
| `end` | `room`: it holds it no longer |
| `hint` | `room`, `kind` (typing): came, and is stored nowhere |
| `member` | `room`, `user`, `change` (joined, left, removed, suspended, signed-out), `asked`: when; `t` is when it was done; of signed-out `client`: whose history, for others of that person stay |
| `gone` | this client went for good, before the others |
| `watch` · `presence` | `users`; `user`, `state` |
"""

import hashlib
import json
import time
from pathlib import Path
from typing import Any, TextIO


def digest(body: str) -> str:
    """What a history keeps of a text."""
    return hashlib.sha256(body.encode()).hexdigest()


class History:
    """One client's file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO = path.open("w", encoding="utf-8")

    def write(self, op: str, **fields: Any) -> float:
        """Adds a line, and gives its moment."""
        now = time.monotonic()
        self._file.write(json.dumps({"t": round(now, 6), "op": op, **fields}, separators=(",", ":")) + "\n")
        return now

    def close(self) -> None:
        self._file.close()
