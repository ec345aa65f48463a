"""`manage.py import_irc`."""

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from accounts.models import User
from rooms.actions.founding import found_room, nick_key, placeholders
from rooms.actions.imports import Line, append_lines
from rooms.management.commands.update_index import hint
from rooms.management.irc import Entry, NotALog, log_date, read_log
from rooms.management.people import first_administrator, person
from rooms.models import Kind, Room, name_key
from rooms.text.characters import is_visible
from talkwave.errors import Refused

# Lines a transaction: some tenths of a second, then a server that runs meanwhile gets its turn. More than SYNC_RESET,
# so that whoever looks at the room loads its newest page again instead of being sent years of talk.
BATCH: Final = 5_000
# A line of a log is the same message in every run, by the room, the file's name and the line's number.
_LINES: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://talkwave.example/import/irc")
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]~|<&])")


class Command(BaseCommand):
    help = "Imports logs of an IRC channel into a room. The date is in each file's name; importing twice adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILES", help="logs, plain or gzip")
        parser.add_argument("--room", required=True, metavar="NAME", help="made, public, where there is none")
        parser.add_argument("--owner", metavar="USER", help="of a room that is made; default: the first administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            logs = [
                (path, read_log(path))
                for path in sorted(set(options["files"]), key=lambda path: (log_date(path), path.name))
            ]
            room = self._room(options["room"], options["owner"], logs[0][1][0])
            count = self._import(room, logs, quiet=options["verbosity"] == 0)
        except NotALog as error:
            raise CommandError(str(error)) from None
        except Refused as refused:
            raise CommandError(refused.detail) from None
        if options["verbosity"] > 0:
            said = count["message"] + count["action"]
            self.stdout.write(
                f"{said:,} messages and {count.total() - said - count['new']:,} joins, parts and notices "
                f"by {count.people:,} people read; {count['new']:,} lines added to room {room.pk}, {room.name}."
                + hint(count["new"])
            )

    def _room(self, name: str, owner_name: str | None, first: Entry) -> Room:
        room = Room.objects.filter(name_key=name_key(name)).first()
        if room is None:
            owner = person(owner_name) if owner_name else first_administrator()
            return found_room(kind=Kind.PUBLIC, name=name, owner=owner, at=first.at)
        if room.archived_at is not None:
            raise CommandError(f"The room {room.name} is archived: it can be read, not changed.")
        return room

    def _import(self, room: Room, logs: list[tuple[Path, list[Entry]]], *, quiet: bool) -> "_Count":
        people = placeholders([entry.nick for _, entries in logs for entry in entries])
        count = _Count()
        count.people = len({nick_key(entry.nick) for _, entries in logs for entry in entries})
        total = sum(len(entries) for _, entries in logs)
        with tqdm(total=total, unit=" lines", disable=quiet) as progress:
            for path, entries in logs:
                source = f"{room.pk}/{path.name.removesuffix('.gz')}"
                for start in range(0, len(entries), BATCH):
                    batch = entries[start : start + BATCH]
                    lines = [line for entry in batch for line in _lines(entry, source, people)]
                    count["new"] += append_lines(room.pk, lines)
                    count.update(entry.kind for entry in batch)
                    progress.update(len(batch))
        return count


class _Count(Counter[str]):
    people = 0


def _lines(entry: Entry, source: str, people: dict[str, User]) -> Iterator[Line]:
    sender = people[nick_key(entry.nick)]
    identity = uuid.uuid5(_LINES, f"{source}:{entry.number}")
    if entry.kind == "message":
        # IRC knows no such lengths; a bridge's log may. Nothing is cut off.
        text = entry.text if is_visible(entry.text) else "…"
        most = settings.MESSAGE_MAX_LENGTH
        for part, start in enumerate(range(0, len(text), most)):
            again = uuid.uuid5(identity, str(part)) if part else identity
            yield Line(sender, entry.at, text[start : start + most].strip() or "…", again)
    elif entry.kind == "action":
        did = entry.text if is_visible(entry.text) else "…"
        # In italics, as everywhere; what it did is no Markdown.
        yield Line(sender, entry.at, "*" + _MARKDOWN.sub(r"\\\1", did) + "*", identity)
    elif entry.kind == "note":
        yield Line(sender, entry.at, client_id=identity, system={"event": "note", "text": entry.text})
    else:
        yield Line(sender, entry.at, client_id=identity, system={"event": entry.kind})
