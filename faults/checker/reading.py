"""Histories as the checker reads them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Line = dict[str, Any]


@dataclass
class Told:
    """What one client wrote. The history of the case itself belongs to nobody: its `user` is empty."""

    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def user(self) -> str:
        return str(self.lines[0].get("user", "")) if self.lines and self.lines[0]["op"] == "client" else ""

    @property
    def recovers(self) -> bool:
        return bool(self.lines[0].get("recovers", True)) if self.user else True

    def of(self, *ops: str) -> Iterator[Line]:
        return (line for line in self.lines if line["op"] in ops)


def read(folder: Path) -> list[Told]:
    """All histories of a folder. A last line that was cut off by the end of its writer is left out."""
    told = []
    for path in sorted(folder.glob("*.jsonl")):
        lines = []
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                break
        told.append(Told(path.stem, lines))
    return told
