"""Reads logs of IRC channels: who said what when, in the order of the file."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

Kind = Literal["message", "action", "joined", "left", "note"]

_DATE: Final = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")
_SAID: Final = re.compile(r"\[(\d{1,2}):(\d{2})(?::\d{2})?\]\s*(?:<([^>]*)>|\*\s+(\S+))[ ]?(.*)", re.DOTALL)
_NOTICE: Final = re.compile(r"===\s+(.*)", re.DOTALL)
_JOINED: Final = re.compile(r"(\S+)\s+\[[^\]]*\]\s+has joined \S+\s*")
_LEFT: Final = re.compile(r"(\S+)\s+\[[^\]]*\]\s+has (?:left|quit)\s*\S*\s*(?:\[\"?(.*?)\"?\])?\s*", re.DOTALL)
_MODE: Final = re.compile(r"mode/\S+ (.*?)\s+by (\S+)\s*", re.DOTALL)
# Colours, bold and their like (mIRC's codes), and whatever else no terminal was meant to show.
_CODES: Final = re.compile(r"\x03\d{0,2}(?:,\d{1,2})?|[\x00-\x08\x0b-\x1f\x7f]")
# Backwards by less than this is a clock put right (an hour at the end of summer); by more, the next day has begun.
_NEXT_DAY: Final = timedelta(hours=2)


@dataclass(slots=True)
class Entry:
    """One line of a log. `number` is its line number, from 1; times are UTC, and differ within a minute by order."""

    number: int
    at: datetime
    nick: str
    kind: Kind
    text: str = ""


class NotALog(Exception):
    """The file cannot be read as a log; the text says why."""


def log_date(path: Path) -> date:
    """The day in the file's name. Raises NotALog."""
    match = _DATE.search(path.name)
    try:
        return date.fromisoformat(match[1]) if match else _no_date(path)
    except ValueError:
        return _no_date(path)


def _no_date(path: Path) -> date:
    raise NotALog(f"{path}: the name has no date like 2004-12-25")


def read_log(path: Path) -> list[Entry]:
    """All entries of a log, plain or gzip. Lines that are none of a log are left out. Raises NotALog."""
    day = datetime.combine(log_date(path), datetime.min.time(), UTC)
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise NotALog(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    entries = list(_dated(day, [_decoded(line) for line in data.split(b"\n")]))
    if not entries:
        raise NotALog(f"{path}: no line of it is one of a log, like [12:34] <nick> text")
    return entries


def _decoded(line: bytes) -> str:
    """UTF-8, else the Western encoding of its time: no line is lost to an odd byte."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("cp1252", errors="replace")
    return _CODES.sub("", text).rstrip()


def _dated(day: datetime, lines: list[str]) -> Iterator[Entry]:
    first = next(filter(None, map(_SAID.match, lines)), None)
    # What stands before the first time happened by then.
    minute = day if first is None else day + timedelta(hours=int(first[1]), minutes=int(first[2]))
    place = 0
    for number, line in enumerate(lines, 1):
        if said := _SAID.match(line):
            now = minute.replace(hour=0, minute=0) + timedelta(hours=int(said[1]), minutes=int(said[2]))
            if now < minute - _NEXT_DAY:
                now += timedelta(days=1)
            if now != minute:
                minute, place = now, 0
        entry = _entry(number, minute + timedelta(milliseconds=place), line, said)
        if entry is not None:
            # A log knows minutes: within one, order is kept as milliseconds.
            place = min(place + 1, 59_999)
            yield entry


def _entry(number: int, at: datetime, line: str, said: re.Match[str] | None) -> Entry | None:
    if said:
        if said[3] is not None:
            return Entry(number, at, said[3].strip() or "?", "message", said[5].strip())
        return Entry(number, at, said[4], "action", said[5].strip())
    notice = _NOTICE.match(line)
    if notice is None or not (text := notice[1].strip()):
        return None
    if match := _JOINED.fullmatch(text):
        return Entry(number, at, match[1], "joined")
    if match := _LEFT.fullmatch(text):
        reason = (match[2] or "").strip()
        return (
            Entry(number, at, match[1], "note", f"{match[1]} left: {reason}")
            if reason
            else Entry(number, at, match[1], "left")
        )
    if match := _MODE.fullmatch(text):
        return Entry(number, at, match[2], "note", f"{match[2]} set {match[1]}")
    # Renames, and in old logs actions: "ann is now known as anna", "ann waves".
    return Entry(number, at, text.split()[0], "note", " ".join(text.split()))
